"""Holding seats: what is held, what is refused, and that a refusal leaves nothing behind."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from core.booking.errors import (
    ActiveReservationExists,
    BadPassenger,
    BadStretch,
    NotOnSale,
    SalesClosed,
    SeatTaken,
    SeatTwice,
    TooManySeats,
    UnknownSeat,
)
from core.booking.queries import reservation_view
from core.booking.requests import PassengerRequest
from core.booking.reserve import reserve
from core.inventory.queries import seat_map
from core.kernel.db import db, transaction
from core.kernel.errors import DomainError, NotFound
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, make_office

pytestmark = pytest.mark.usefixtures("db_session")


def locks() -> int:
    return int(db.session.execute(text("SELECT count(*) FROM seat_locks")).scalar_one())


def test_a_hold_keeps_its_seats_on_every_leg_of_the_stretch() -> None:
    office = make_office()

    held = reserve(office.ask(0, 1, first=1, last=4), ALICE, ACTOR)

    states = {seat.id: seat.state for seat in seat_map(office.schedule_id, 1, 4).seats}
    assert [states[seat] for seat in office.seats[:3]] == ["reserved", "reserved", "available"]
    assert locks() == 2 * 3
    view = reservation_view(held.reservation_id)
    assert view is not None
    assert (view.status, view.journey.origin, view.journey.destination) == ("active", "Santarém", "Aveiro")
    assert [p.seat_number for p in view.passengers] == ["1A", "1B"]


def test_the_hold_lasts_as_long_as_the_policy_says() -> None:
    office = make_office(hold_minutes=7)
    held = reserve(office.ask(0), ALICE, ACTOR)
    view = reservation_view(held.reservation_id)
    assert view is not None
    assert view.expires_at - view.created_at == timedelta(minutes=7)


def test_a_seat_is_sold_for_part_of_the_way_to_two_travellers() -> None:
    office = make_office()
    reserve(office.ask(0, first=0, last=3), ALICE, ACTOR)
    reserve(office.ask(0, first=3, last=5), BOB, ACTOR)
    with pytest.raises(SeatTaken) as refused:
        reserve(office.ask(0, first=2, last=4), replace(BOB, id="carol"), ACTOR)
    assert refused.value.details == {"seats": ["1A"]}


def test_all_seats_or_none() -> None:
    office = make_office()
    reserve(office.ask(1), ALICE, ACTOR)
    before = locks()
    with pytest.raises(SeatTaken) as refused:
        reserve(office.ask(0, 1, 2), BOB, ACTOR)
    assert refused.value.details["seats"] == ["1B"]
    assert locks() == before
    assert db.session.execute(text("SELECT count(*) FROM reservations")).scalar() == 1


def test_a_run_out_hold_is_free_before_any_clean_up(clock: Clock) -> None:
    office = make_office()
    reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=15)
    assert seat_map(office.schedule_id, 0, 5).available == 12
    assert reserve(office.ask(0), BOB, ACTOR)


def test_one_active_reservation_per_holder_and_schedule() -> None:
    office = make_office()
    first = reserve(office.ask(0), ALICE, ACTOR)
    with pytest.raises(ActiveReservationExists) as refused:
        reserve(office.ask(1), ALICE, ACTOR)
    assert refused.value.details == {"reservation_id": str(first.reservation_id)}


def test_the_holders_own_run_out_reservation_makes_way(clock: Clock) -> None:
    office = make_office()
    first = reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=16)
    second = reserve(office.ask(0, 1), ALICE, ACTOR)
    stale = reservation_view(first.reservation_id)
    assert stale is not None
    assert stale.status == "expired"
    assert second.reservation_id != first.reservation_id


def test_the_price_is_frozen_with_the_hold() -> None:
    office = make_office()
    held = reserve(office.ask(0, 1), ALICE, ACTOR)
    with transaction() as session:
        session.execute(text("UPDATE tariffs SET base = 99999"))
    view = reservation_view(held.reservation_id)
    assert view is not None
    assert view.quote.total == held.quote.total == 2 * (2500 + 100)


def test_the_deed_is_in_the_activity_log_without_names() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    row = db.session.execute(text("SELECT * FROM activity_log WHERE action = 'reservation.created'")).one()
    assert (row.subject_id, row.actor_label, row.address) == (str(held.reservation_id), "Alice", "192.0.2.1")
    assert "Traveller" not in str(row.after)


@pytest.mark.parametrize("status", ["departed", "arrived", "completed", "cancelled"])
def test_only_a_schedule_on_sale_is_sold(status: str) -> None:
    office = make_office()
    with transaction() as session:
        session.execute(text("UPDATE schedules SET status = :status"), {"status": status})
    with pytest.raises(NotOnSale):
        reserve(office.ask(0), ALICE, ACTOR)


def test_sales_close_before_departure_from_the_boarding_stop(clock: Clock) -> None:
    office = make_office(departs_in=timedelta(minutes=30))
    clock.move(minutes=26)
    with pytest.raises(SalesClosed):
        reserve(office.ask(0), ALICE, ACTOR)
    assert reserve(office.ask(0, first=1), ALICE, ACTOR), "one stop on the bus comes an hour later"


def test_more_seats_than_the_policy_allows() -> None:
    office = make_office(max_seats=2)
    with pytest.raises(TooManySeats, match="At most 2 seats"):
        reserve(office.ask(0, 1, 2), ALICE, ACTOR)


@pytest.mark.parametrize(
    ("first", "last"),
    [pytest.param(3, 3, id="nowhere"), pytest.param(4, 2, id="backwards"), pytest.param(0, 9, id="past the end"),
     pytest.param(-1, 2, id="before the start")],
)  # fmt: skip
def test_a_stretch_that_cannot_be_travelled(first: int, last: int) -> None:
    office = make_office()
    with pytest.raises(BadStretch):
        reserve(office.ask(0, first=first, last=last), ALICE, ACTOR)


def test_a_seat_of_another_layout() -> None:
    office, other = make_office(), make_office()
    foreign = replace(office.ask(0), passengers=(PassengerRequest(other.seats[0], full_name="X Y"),))
    with pytest.raises(UnknownSeat):
        reserve(foreign, ALICE, ACTOR)


def test_the_same_seat_twice() -> None:
    office = make_office()
    with pytest.raises(SeatTwice):
        reserve(office.ask(0, 0), ALICE, ACTOR)


def test_an_unknown_departure() -> None:
    office = make_office()
    with pytest.raises(NotFound):
        reserve(replace(office.ask(0), schedule_id=uuid4()), ALICE, ACTOR)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"full_name": None}, id="no name where the policy asks for one"),
        pytest.param({"full_name": "A\x00B"}, id="NUL"),
        pytest.param({"full_name": "x" * 201}, id="too long"),
        pytest.param({"type": "pirate"}, id="unknown passenger type"),
        pytest.param({"details": {"phone": "x" * 201}}, id="long detail"),
    ],
)
def test_passenger_details_that_cannot_be_used_leave_nothing_behind(change: dict[str, object]) -> None:
    office = make_office()
    asked = office.ask(0)
    with pytest.raises(BadPassenger):
        reserve(replace(asked, passengers=(replace(asked.passengers[0], **change),)), ALICE, ACTOR)
    assert locks() == 0


@pytest.mark.parametrize("contact", [{"contact_email": "not an address"}, {"contact_phone": "call me"}])
def test_a_contact_that_cannot_be_right(contact: dict[str, str]) -> None:
    office = make_office()
    with pytest.raises(DomainError) as refused:
        reserve(office.ask(0, **contact), ALICE, ACTOR)
    assert refused.value.details == {"field": next(iter(contact))}
