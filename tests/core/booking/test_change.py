"""Another seat, another name after the sale: the new seat first, then the old one; a new code, and the old one refused."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking.cancellation import cancel_booking
from core.booking.change import Wish, change_contact, change_passengers
from core.booking.errors import (
    BadPassenger,
    NotChangeable,
    SeatCostsMore,
    SeatTaken,
    SeatTwice,
    UnknownSeat,
)
from core.booking.queries import booking_view
from core.booking.views import PassengerView
from core.inventory.queries import seat_map
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.pricing.service import set_seat_charge
from core.proof.invariants import broken
from core.tickets.queries import tickets_of
from core.tickets.scan import look, use
from tests.support.clock import Clock
from tests.support.factories import ACTOR, BOB, CLERK, Office, make_office
from tests.support.sales import sell

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def office() -> Office:
    return make_office()


def people(booking_id: UUID) -> list[PassengerView]:
    view = booking_view(booking_id)
    assert view is not None
    return list(view.reservation.passengers)


def free(office: Office) -> set[UUID]:
    return {seat.id for seat in seat_map(office.schedule_id, 0, 5).seats if seat.state == "available"}


def log(action: str) -> Any:
    found = text("SELECT * FROM activity_log WHERE action = :action")
    return db.session.execute(found, {"action": action}).one()


def test_another_seat_is_taken_and_the_old_one_given_up(office: Office) -> None:
    booking_id = sell(0, 1, office=office)
    first, second = people(booking_id)
    old, untouched = tickets_of(booking_id)

    change_passengers(booking_id, {first.id: Wish(office.seats[7])}, ACTOR)

    assert [p.seat_id for p in people(booking_id)] == [office.seats[7], second.seat_id]
    assert office.seats[0] in free(office)
    assert office.seats[7] not in free(office)
    assert look(old.qr).verdict == "replaced"
    new, same = tickets_of(booking_id)
    assert (new.number, new.serial, new.facts.seat_number) == (
        old.number,
        2,
        people(booking_id)[0].seat_number,
    )
    assert look(new.qr).verdict == "valid"
    assert same.qr == untouched.qr
    assert broken(db.session.connection(), [office.schedule_id]) == []
    assert log("booking.changed").after["passengers"][0]["seat"] == new.facts.seat_number


def test_two_travellers_exchange_seats(office: Office) -> None:
    booking_id = sell(0, 1, office=office)
    first, second = people(booking_id)
    wishes = {first.id: Wish(second.seat_id), second.id: Wish(first.seat_id)}
    change_passengers(booking_id, wishes, ACTOR)
    assert [p.seat_id for p in people(booking_id)] == [second.seat_id, first.seat_id]
    assert len(free(office)) == 10


def test_a_seat_that_somebody_has_changes_nothing(office: Office) -> None:
    booking_id = sell(0, 1, office=office)
    sell(5, office=office, holder=BOB)
    before = people(booking_id)
    wishes = {before[0].id: Wish(office.seats[8]), before[1].id: Wish(office.seats[5])}
    with pytest.raises(SeatTaken) as refused:
        change_passengers(booking_id, wishes, ACTOR)
    assert refused.value.details["seats"] == ["2B"]
    assert people(booking_id) == before
    assert office.seats[8] in free(office)


def test_the_same_seat_twice_or_none_of_this_coach(office: Office) -> None:
    booking_id = sell(0, 1, office=office)
    first, second = people(booking_id)
    with pytest.raises(SeatTwice):
        change_passengers(booking_id, {first.id: Wish(second.seat_id)}, ACTOR)
    with pytest.raises(UnknownSeat):
        change_passengers(booking_id, {first.id: Wish(uuid4())}, ACTOR)
    with pytest.raises(NotFound):
        change_passengers(booking_id, {uuid4(): Wish(office.seats[8])}, ACTOR)


def test_the_seat_of_one_who_left_can_be_taken(office: Office) -> None:
    booking_id = sell(0, 1, office=office)
    first, second = people(booking_id)
    cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({first.id}))
    change_passengers(booking_id, {second.id: Wish(first.seat_id)}, ACTOR)
    assert people(booking_id)[1].seat_id == first.seat_id
    with pytest.raises(NotFound):
        change_passengers(booking_id, {first.id: Wish(office.seats[8])}, ACTOR)


def test_a_dearer_seat_is_given_by_staff_alone(office: Office) -> None:
    set_seat_charge(office.operator_id, "window", 300, CLERK)
    booking_id = sell(1, office=office)
    (person,) = people(booking_id)
    with pytest.raises(SeatCostsMore) as refused:
        change_passengers(booking_id, {person.id: Wish(office.seats[0])}, ACTOR)
    assert refused.value.details["difference"] == {"amount": 300, "currency": "EUR"}
    change_passengers(booking_id, {person.id: Wish(office.seats[0])}, CLERK, free_of_charge=True)
    change_passengers(booking_id, {person.id: Wish(office.seats[2])}, ACTOR)
    assert people(booking_id)[0].seat_id == office.seats[2], "a cheaper one is anybody's"


def test_what_a_dearer_seat_costs_more_is_paid_at_the_counter(office: Office) -> None:
    set_seat_charge(office.operator_id, "window", 300, CLERK)
    booking_id = sell(1, 2, office=office)
    first, _ = people(booking_id)
    change_passengers(booking_id, {first.id: Wish(office.seats[0])}, CLERK, cash=True)

    view = booking_view(booking_id)
    assert view is not None
    assert view.total.amount == view.reservation.quote.total == 5500
    assert [p.amount for p in view.reservation.passengers] == [2800, 2500]
    assert [p.amount for p in view.reservation.payments] == [5200, 300]
    assert broken(db.session.connection(), [office.schedule_id]) == []
    back = cancel_booking(booking_id, CLERK, "test", waive=True)
    assert back.refund.amount == 5500
    left = "SELECT account, sum(amount)::int FROM ledger_entries GROUP BY 1 HAVING sum(amount) <> 0"
    assert dict(db.session.execute(text(left)).all()) == {"cash_drawer": 5500, "refunds_due": -5500}
    assert broken(db.session.connection(), [office.schedule_id]) == []


def test_no_more_is_taken_for_what_partly_went_back(office: Office) -> None:
    booking_id = sell(1, 2, office=office)
    first, second = people(booking_id)
    set_seat_charge(office.operator_id, "window", 300, CLERK)
    cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({first.id}))
    with pytest.raises(NotChangeable):
        change_passengers(booking_id, {second.id: Wish(office.seats[3])}, CLERK, cash=True)


def test_another_name_is_another_ticket(office: Office) -> None:
    booking_id = sell(0, office=office)
    (person,) = people(booking_id)
    (old,) = tickets_of(booking_id)
    change_passengers(booking_id, {person.id: Wish(full_name="  Bea  Bloom ")}, ACTOR)
    (new,) = tickets_of(booking_id)
    assert people(booking_id)[0].full_name == new.facts.passenger_name == "Bea Bloom"
    assert look(old.qr).verdict == "replaced"
    assert "Bea" not in str(log("booking.changed").after)
    with pytest.raises(BadPassenger):
        change_passengers(booking_id, {person.id: Wish(full_name="x" * 201)}, ACTOR)


def test_what_is_so_already_is_left_alone(office: Office) -> None:
    booking_id = sell(0, office=office)
    (person,) = people(booking_id)
    change_passengers(booking_id, {person.id: Wish(person.seat_id, person.full_name)}, ACTOR)
    assert tickets_of(booking_id)[0].serial == 1


def test_who_was_let_in_or_has_left_keeps_the_seat(office: Office, clock: Clock) -> None:
    booking_id = sell(0, 1, office=office)
    first, second = people(booking_id)
    clock.move(hours=1)
    use(tickets_of(booking_id)[0].qr, "gate", CLERK)
    with pytest.raises(NotChangeable):
        change_passengers(booking_id, {first.id: Wish(office.seats[8])}, ACTOR)
    change_passengers(booking_id, {second.id: Wish(office.seats[8])}, ACTOR)
    clock.move(hours=23)
    with pytest.raises(NotChangeable):
        change_passengers(booking_id, {second.id: Wish(office.seats[9])}, ACTOR)


def test_a_cancelled_booking_is_not_changed(office: Office) -> None:
    booking_id = sell(0, office=office)
    (person,) = people(booking_id)
    cancel_booking(booking_id, ACTOR)
    with pytest.raises(NotChangeable):
        change_passengers(booking_id, {person.id: Wish(office.seats[8])}, ACTOR)


def test_another_contact(office: Office) -> None:
    booking_id = sell(0, office=office)
    change_contact(booking_id, "bea@example.org", None, ACTOR)
    view = booking_view(booking_id)
    assert view is not None
    assert (view.reservation.contact_email, view.reservation.contact_phone) == ("bea@example.org", None)
    with pytest.raises(BadPassenger):
        change_contact(booking_id, "bea@", None, ACTOR)
