"""Moving a booking to another departure: seats, tickets and books follow, and the difference is settled or refused."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking.cancellation import cancel_booking, preview
from core.booking.errors import (
    DifferenceDue,
    NotChangeable,
    NotOnSale,
    RefundChanged,
    SalesClosed,
    SeatTaken,
    SeatTwice,
    UnknownSeat,
)
from core.booking.move import Destination, move_booking, preview_move
from core.booking.queries import booking_view
from core.booking.views import BookingView
from core.inventory.queries import seat_map
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.proof.invariants import broken
from core.tickets.queries import tickets_of
from core.tickets.scan import look
from core.till.hand_out import hand_out
from tests.support.clock import Clock
from tests.support.factories import ACTOR, BOB, CLERK, Office, another_departure, make_office
from tests.support.sales import sell

pytestmark = pytest.mark.usefixtures("db_session")


def fare(amount: int) -> None:
    with transaction() as session:
        session.execute(text("UPDATE tariffs SET base = :amount, per_km = 0"), {"amount": amount})


def view(booking_id: UUID) -> BookingView:
    found = booking_view(booking_id)
    assert found is not None
    return found


def to(booking_id: UUID, schedule_id: UUID, *seats: UUID, first: int = 0, last: int = 5) -> Destination:
    people = [person.id for person in view(booking_id).reservation.passengers]
    return Destination(schedule_id, first, last, dict(zip(people, seats, strict=True)))


def books() -> dict[str, int]:
    found = "SELECT account, sum(amount)::int FROM ledger_entries GROUP BY 1 HAVING sum(amount) <> 0"
    return dict(db.session.execute(text(found)).all())


def whole(*schedules: UUID) -> bool:
    """Whether every invariant of these departures' sales holds."""
    faults = [str(each) for each in broken(db.session.connection(), schedules)]
    assert faults == []
    return True


@pytest.fixture
def office() -> Office:
    return make_office(departs_in=timedelta(days=3))


def free(schedule_id: UUID) -> int:
    return seat_map(schedule_id, 0, 5).available


@pytest.mark.parametrize("hours", [48, -24])
def test_seats_tickets_and_reference_follow(office: Office, hours: float) -> None:
    later = another_departure(office, hours)
    booking_id = sell(0, 1, office=office)
    before, (old, _) = view(booking_id), tickets_of(booking_id)
    sold = books()

    shown = move_booking(booking_id, to(booking_id, later, office.seats[0], office.seats[6]), ACTOR)

    after, (new, _) = view(booking_id), tickets_of(booking_id)
    assert (after.reference, after.total) == (before.reference, before.total)
    assert after.reservation.journey.schedule_id == later
    assert [p.seat_id for p in after.reservation.passengers] == [office.seats[0], office.seats[6]]
    assert (free(office.schedule_id), free(later)) == (12, 10)
    assert look(old.qr).verdict == "replaced"
    assert new.number == old.number
    assert new.facts.departure_at == old.facts.departure_at + timedelta(hours=hours)
    assert books() == sold
    assert (shown.due.amount, shown.back.amount) == (0, 0)
    assert whole(office.schedule_id, later)


def test_what_is_cheaper_comes_back_by_the_ladder_and_the_rest_when_it_is_cancelled(office: Office) -> None:
    later = another_departure(office)
    booking_id = sell(0, office=office)
    fare(1000)
    shown = move_booking(booking_id, to(booking_id, later, office.seats[0]), ACTOR)
    assert (shown.price.amount, shown.paid.amount, shown.back.amount) == (1100, 2600, 1500)
    kept = view(booking_id)
    assert kept.total.amount == kept.reservation.quote.total == 2600
    assert preview(booking_id).refund.amount == 1100
    cancel_booking(booking_id, ACTOR)
    assert books() == {"cash_drawer": 2600, "refunds_due": -2600}
    assert whole(office.schedule_id, later)


def test_what_is_dearer_is_paid_at_the_counter(office: Office) -> None:
    later = another_departure(office)
    booking_id = sell(0, office=office)
    fare(4000)
    wanted = to(booking_id, later, office.seats[0])
    assert preview_move(booking_id, wanted).due == Money(1500, "EUR")
    with pytest.raises(DifferenceDue) as refused:
        move_booking(booking_id, wanted, ACTOR)
    assert refused.value.details["due"] == {"amount": 1500, "currency": "EUR"}
    assert view(booking_id).reservation.journey.schedule_id == office.schedule_id

    move_booking(booking_id, wanted, CLERK, cash=True)

    assert view(booking_id).total.amount == 4100
    assert [p.amount for p in view(booking_id).reservation.payments] == [2600, 1500]
    assert books()["cash_drawer"] == 4100
    assert whole(office.schedule_id, later)
    assert cancel_booking(booking_id, ACTOR).refund.amount == 4100
    assert books() == {"cash_drawer": 4100, "refunds_due": -4100}
    for refund in db.session.execute(text("SELECT id FROM refunds")).scalars().all():
        hand_out(refund, CLERK)
    assert whole(office.schedule_id, later)


@pytest.mark.parametrize(("price", "total", "back"), [(4000, 2600, 0), (1000, 2600, 1500)])
def test_who_is_moved_by_the_operator_pays_no_more_and_gets_back_what_is_cheaper(
    office: Office, clock: Clock, price: int, total: int, back: int
) -> None:
    later = another_departure(office)
    booking_id = sell(0, office=office)
    fare(price)
    with transaction() as session:
        found = {"id": office.schedule_id}
        session.execute(text("UPDATE schedules SET status = 'cancelled' WHERE id = :id"), found)
    clock.move(days=3, hours=1)
    shown = move_booking(booking_id, to(booking_id, later, office.seats[0]), CLERK, waive=True)
    assert (shown.due.amount, shown.back.amount) == (0, back)
    assert view(booking_id).total.amount == total
    assert db.session.execute(text("SELECT coalesce(sum(amount), 0)::int FROM refunds")).scalar() == back
    assert whole(office.schedule_id, later)


def test_another_difference_than_the_agreed_one_is_not_taken(office: Office) -> None:
    booking_id = sell(0, office=office)
    wanted = to(booking_id, another_departure(office), office.seats[0])
    fare(4000)
    with pytest.raises(RefundChanged):
        move_booking(booking_id, wanted, CLERK, cash=True, agreed=Money(1000, "EUR"))


def test_a_seat_that_somebody_has_moves_nobody(office: Office) -> None:
    later = another_departure(office)
    booking_id = sell(0, 1, office=office)
    other = sell(4, office=office, holder=BOB)
    move_booking(other, to(other, later, office.seats[4]), ACTOR)
    with pytest.raises(SeatTaken) as refused:
        move_booking(booking_id, to(booking_id, later, office.seats[3], office.seats[4]), ACTOR)
    assert refused.value.details["seats"] == ["2A"]
    assert (free(office.schedule_id), free(later)) == (10, 11)
    assert whole(office.schedule_id, later)


Spoil = Callable[[Office, UUID, UUID], Any]


def run(statement: str, **values: Any) -> None:
    with transaction() as session:
        session.execute(text(statement), values)


@pytest.mark.parametrize(
    ("error", "spoil"),
    [
        (NotOnSale, lambda _o, later, _b: run("UPDATE schedules SET status = 'cancelled' WHERE id = :i", i=later)),
        (SalesClosed, lambda _o, later, _b: run(
            "UPDATE schedules SET departure_at = app_now(), arrival_at = app_now() + interval '5h' WHERE id = :i", i=later)),
        (NotChangeable, lambda _o, _l, booking: cancel_booking(booking, ACTOR)),
        (NotChangeable, lambda o, _l, _b: run("UPDATE schedules SET status = 'departed' WHERE id = :i", i=o.schedule_id)),
        (NotChangeable, lambda *_: run("UPDATE tickets SET status = 'used'")),
    ],
)  # fmt: skip
def test_what_cannot_be_moved(office: Office, error: type[Exception], spoil: Spoil) -> None:
    later = another_departure(office)
    booking_id = sell(0, office=office)
    wanted = to(booking_id, later, office.seats[0])
    spoil(office, later, booking_id)
    with pytest.raises(error):
        move_booking(booking_id, wanted, ACTOR)


def test_what_makes_no_sense(office: Office) -> None:
    later, elsewhere = another_departure(office), make_office()
    booking_id = sell(0, 1, office=office)
    seats = office.seats
    asked = [
        (NotChangeable, to(booking_id, office.schedule_id, seats[5], seats[6])),
        (NotChangeable, to(booking_id, elsewhere.schedule_id, seats[5], seats[6])),
        (SeatTwice, to(booking_id, later, seats[5], seats[5])),
        (UnknownSeat, to(booking_id, later, seats[5], uuid4())),
        (NotFound, Destination(later, 0, 5, {})),
        (NotFound, to(booking_id, uuid4(), seats[5], seats[6])),
    ]
    for error, wanted in asked:
        with pytest.raises(error):
            move_booking(booking_id, wanted, ACTOR)
    with pytest.raises(NotFound):
        move_booking(uuid4(), asked[0][1], ACTOR)


def test_what_was_partly_cancelled_is_not_moved(office: Office) -> None:
    booking_id = sell(0, 1, office=office)
    wanted = to(booking_id, another_departure(office), office.seats[0], office.seats[1])
    first = view(booking_id).reservation.passengers[0].id
    cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({first}))
    with pytest.raises(NotChangeable):
        move_booking(booking_id, wanted, ACTOR)
