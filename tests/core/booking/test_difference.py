"""Paying for a dearer seat or departure online: the seats are held, the money changes the booking, or nothing changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking.alter import alter
from core.booking.cancel import cancel
from core.booking.cancellation import cancel_booking
from core.booking.change import Wish, change_passengers, preview_seats
from core.booking.difference import Buyer, DifferenceHeld, hold_move, hold_seats
from core.booking.errors import (
    ActiveReservationExists,
    NotChangeable,
    NothingDue,
    PaymentBegun,
    RefundChanged,
    SeatTaken,
)
from core.booking.expire import sweep
from core.booking.move import Destination, move_booking
from core.booking.pay import take_cash
from core.booking.queries import booking_view
from core.booking.requests import Seating
from core.booking.reserve import reserve
from core.booking.settle import settle
from core.booking.split import begin_split
from core.booking.split_rules import PartRequest
from core.booking.views import BookingView
from core.inventory.queries import seat_map
from core.kernel.db import db, transaction
from core.kernel.money import Money
from core.payments import records, vouchers
from core.payments.gateways.base import GatewayEvent
from core.pricing.service import set_seat_charge
from core.proof.invariants import broken
from core.tickets.queries import tickets_of
from core.tickets.scan import look
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, another_departure, make_office
from tests.support.sales import sell

pytestmark = pytest.mark.usefixtures("db_session")

BUYER = Buyer(ALICE, ACTOR, "web")


@pytest.fixture
def office() -> Office:
    return make_office(departs_in=timedelta(days=3))


@pytest.fixture
def later(office: Office) -> UUID:
    return another_departure(office)


def sql(statement: str, **values: Any) -> Any:
    return db.session.execute(text(statement), values)


def fare(amount: int) -> None:
    with transaction():
        sql("UPDATE tariffs SET base = :amount, per_km = 0", amount=amount)


def view(booking_id: UUID) -> BookingView:
    found = booking_view(booking_id)
    assert found is not None
    return found


def to(booking_id: UUID, schedule_id: UUID, *seats: UUID) -> Destination:
    people = [person.id for person in view(booking_id).reservation.passengers]
    return Destination(schedule_id, 0, 5, dict(zip(people, seats, strict=True)))


def person(booking_id: UUID) -> UUID:
    return view(booking_id).reservation.passengers[0].id


def begun(held: DifferenceHeld) -> UUID:
    """A payment of the difference, as the gateway would know it."""
    operator = sql("SELECT operator_id FROM reservations WHERE id = :id", id=held.reservation_id).scalar()
    with transaction():
        return records.create_payment(held.reservation_id, operator, "simulated", "card", held.due)


def paid(payment_id: UUID, amount: int) -> str:
    money = Money(amount, "EUR")
    event = GatewayEvent(f"evt-{uuid4()}", "payment.completed", payment_id, f"ref-{payment_id}", money)
    return settle("simulated", event)


def free(schedule_id: UUID) -> int:
    return seat_map(schedule_id, 0, 5).available


def refunds() -> list[tuple[int, str]]:
    return [(row.amount, row.reason) for row in sql("SELECT amount, reason FROM refunds ORDER BY id")]


def whole(*schedules: UUID) -> bool:
    """Whether every invariant of these departures' sales holds."""
    faults = [str(each) for each in broken(db.session.connection(), schedules)]
    assert faults == []
    return True


def test_a_dearer_departure_is_held_while_its_difference_is_paid_and_taken_when_it_is(
    office: Office, later: UUID
) -> None:
    booking_id = sell(0, 1, office=office)
    old, _ = tickets_of(booking_id)
    fare(4000)

    held = hold_move(booking_id, to(booking_id, later, office.seats[4], office.seats[5]), BUYER)

    assert held.due == Money(3000, "EUR")
    assert (free(office.schedule_id), free(later)) == (10, 10)
    assert view(booking_id).reservation.journey.schedule_id == office.schedule_id
    assert look(old.qr).verdict == "too_early"
    with pytest.raises(SeatTaken):
        reserve_on(later, office, 4)
    assert whole(office.schedule_id, later)

    assert paid(begun(held), 3000) == "booked"

    after = view(booking_id)
    assert after.reservation.journey.schedule_id == later
    assert [p.seat_id for p in after.reservation.passengers] == [office.seats[4], office.seats[5]]
    assert after.total.amount == after.reservation.quote.total == 8200
    assert [p.amount for p in after.reservation.payments] == [5200, 3000]
    assert (free(office.schedule_id), free(later)) == (12, 10)
    assert look(old.qr).verdict == "replaced"
    assert whole(office.schedule_id, later)
    assert cancel_booking(booking_id, ACTOR).refund.amount == 8200
    assert sorted(amount for amount, _ in refunds()) == [3000, 5200]
    assert whole(office.schedule_id, later)


def reserve_on(schedule_id: UUID, office: Office, seat: int) -> Any:
    request = office.ask(seat)
    return reserve(type(request)(schedule_id, 0, 5, request.passengers, "api"), BOB, ACTOR)


@pytest.fixture
def window(office: Office) -> UUID:
    """A booking of an aisle seat, where a window costs 3.00 more; returns its id."""
    set_seat_charge(office.operator_id, "window", 300, CLERK)
    return sell(1, 2, office=office)


def test_a_dearer_seat_is_shown_held_and_taken_once_it_is_paid(office: Office, window: UUID) -> None:
    wanted = {person(window): office.seats[0]}
    shown = preview_seats(window, wanted)
    assert (shown.price.amount, shown.paid.amount, shown.due.amount, shown.back.amount) == (
        5500,
        5200,
        300,
        0,
    )

    held = hold_seats(window, wanted, BUYER, agreed=shown.due)
    assert free(office.schedule_id) == 9
    assert paid(begun(held), 300) == "booked"

    after = view(window)
    assert [p.seat_id for p in after.reservation.passengers] == [office.seats[0], office.seats[2]]
    assert after.total.amount == after.reservation.quote.total == 5500
    assert after.reservation.passengers[0].amount == 2800
    assert free(office.schedule_id) == 10
    assert whole(office.schedule_id)


def test_nothing_to_pay_holds_nothing(office: Office, window: UUID, later: UUID) -> None:
    with pytest.raises(NothingDue):
        hold_seats(window, {person(window): office.seats[5]}, BUYER)
    with pytest.raises(NothingDue):
        hold_move(window, to(window, later, office.seats[1], office.seats[2]), BUYER)
    with pytest.raises(RefundChanged):
        hold_seats(window, {person(window): office.seats[0]}, BUYER, agreed=Money(200, "EUR"))
    assert free(office.schedule_id) == 10


Spoil = Callable[[DifferenceHeld, UUID, Office, Clock], Any]


def ran_out_and_resold(held: DifferenceHeld, _booking: UUID, office: Office, clock: Clock) -> None:
    clock.move(hours=1)
    schedule = sql("SELECT schedule_id FROM reservations WHERE id = :id", id=held.reservation_id).scalar()
    reserve_on(schedule, office, 4)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (ran_out_and_resold, "could not be made any more"),
        (lambda held, *_: cancel(held.reservation_id, ALICE, ACTOR), "given up"),
        (lambda _h, booking, *_: cancel_booking(booking, ACTOR), "could not be made any more"),
        (
            lambda _h, booking, office, _c: change_passengers(
                booking, {person(booking): Wish(office.seats[9])}, ACTOR
            ),
            "could not be made any more",
        ),
    ],
)
def test_money_that_cannot_change_the_booking_any_more_goes_back_and_the_booking_stays(
    office: Office, later: UUID, clock: Clock, spoil: Spoil, why: str
) -> None:
    booking_id = sell(0, office=office)
    fare(4000)
    held = hold_move(booking_id, to(booking_id, later, office.seats[4]), BUYER)
    payment_id = begun(held)
    spoil(held, booking_id, office, clock)
    before = view(booking_id)

    assert paid(payment_id, 1500) == "refund_due"

    assert view(booking_id) == before
    amount, reason = refunds()[-1]
    assert amount == 1500
    assert why in reason
    assert sql("SELECT count(*) FROM outbox WHERE kind = 'payment.late'").scalar() == 1
    sweep()
    assert whole(office.schedule_id, later)


def test_money_that_comes_late_still_changes_the_booking_while_its_seats_are_free(
    office: Office, later: UUID, clock: Clock
) -> None:
    booking_id = sell(0, office=office)
    fare(4000)
    held = hold_move(booking_id, to(booking_id, later, office.seats[4]), BUYER)
    payment_id = begun(held)
    clock.move(hours=1)
    sweep()
    assert (free(office.schedule_id), free(later)) == (11, 12)
    assert paid(payment_id, 1500) == "booked"
    assert view(booking_id).reservation.journey.schedule_id == later
    assert whole(office.schedule_id, later)


@pytest.mark.parametrize("amount", [1499, 1501])
def test_another_amount_than_the_difference_goes_back(office: Office, later: UUID, amount: int) -> None:
    booking_id = sell(0, office=office)
    fare(4000)
    held = hold_move(booking_id, to(booking_id, later, office.seats[4]), BUYER)
    assert paid(begun(held), amount) == "refund_due"
    assert view(booking_id).reservation.journey.schedule_id == office.schedule_id
    assert whole(office.schedule_id, later)


def test_a_second_payment_of_the_difference_goes_back(office: Office, later: UUID) -> None:
    booking_id = sell(0, office=office)
    fare(4000)
    held = hold_move(booking_id, to(booking_id, later, office.seats[4]), BUYER)
    first, second = begun(held), begun(held)
    assert paid(first, 1500) == "booked"
    assert paid(second, 1500) == "refund_due"
    assert refunds() == [(1500, "This reservation was paid already.")]
    assert whole(office.schedule_id, later)


def test_a_new_change_gives_up_the_one_before(office: Office, window: UUID) -> None:
    first = hold_seats(window, {person(window): office.seats[0]}, BUYER)
    payment_id = begun(first)
    second = hold_seats(window, {person(window): office.seats[4]}, BUYER)
    assert free(office.schedule_id) == 9
    assert paid(payment_id, 300) == "refund_due"
    assert paid(begun(second), 300) == "booked"
    assert view(window).reservation.passengers[0].seat_id == office.seats[4]
    assert whole(office.schedule_id)


def test_a_difference_is_paid_with_a_voucher_in_parts_or_in_cash(office: Office, window: UUID) -> None:
    held = hold_seats(window, {person(window): office.seats[0]}, BUYER)
    issued = vouchers.issue(office.operator_id, 200, "Sorry about the delay", CLERK)
    parts = [PartRequest("voucher", None, issued.code), PartRequest("cash")]
    assert begin_split(held.reservation_id, ALICE, CLERK, parts).booking_id == window
    assert view(window).total.amount == 5500
    assert whole(office.schedule_id)

    again = hold_seats(window, {view(window).reservation.passengers[1].id: office.seats[4]}, BUYER)
    assert take_cash(again.reservation_id, ALICE, CLERK) == window
    assert view(window).total.amount == 5800
    assert whole(office.schedule_id)
    assert cancel_booking(window, ACTOR).refund.amount == 5800
    assert whole(office.schedule_id)


def test_seats_that_somebody_has_or_the_holder_holds_there_are_refused(office: Office, later: UUID) -> None:
    booking_id = sell(0, office=office)
    fare(4000)
    reserve_on(later, office, 4)
    with pytest.raises(SeatTaken) as refused:
        hold_move(booking_id, to(booking_id, later, office.seats[4]), BUYER)
    assert refused.value.details["seats"] == ["2A"]
    with pytest.raises(ActiveReservationExists):
        hold_move(booking_id, to(booking_id, later, office.seats[5]), Buyer(BOB, ACTOR, "web"))
    assert free(later) == 11


def test_what_is_held_for_a_change_is_not_altered(office: Office, window: UUID) -> None:
    held = hold_seats(window, {person(window): office.seats[0]}, BUYER)
    with pytest.raises(PaymentBegun):
        alter(held.reservation_id, ALICE, ACTOR, [Seating(office.seats[4])])


def test_a_booking_of_which_money_went_back_is_not_changed_for_money(office: Office, window: UUID) -> None:
    cheaper = sell(0, office=office, holder=BOB)
    change_passengers(cheaper, {person(cheaper): Wish(office.seats[5])}, ACTOR)
    assert refunds() == [(300, "The new seats cost less.")]
    with pytest.raises(NotChangeable):
        hold_seats(cheaper, {person(cheaper): office.seats[4]}, BUYER)
    assert window
    assert whole(office.schedule_id)


@pytest.mark.parametrize(("hours", "back"), [(48, 1500), (3, 750), (1, 0)])
def test_of_a_cheaper_departure_comes_back_what_the_ladder_says(
    office: Office, later: UUID, clock: Clock, hours: int, back: int
) -> None:
    booking_id = sell(0, office=office)
    fare(1000)
    clock.move(days=3, hours=-hours)
    shown = move_booking(booking_id, to(booking_id, later, office.seats[0]), ACTOR)
    assert shown.back.amount == back
    assert sum(amount for amount, _ in refunds()) == back
    assert whole(office.schedule_id, later)


def test_a_seat_that_was_given_away_is_not_paid_out(office: Office, window: UUID) -> None:
    change_passengers(window, {person(window): Wish(office.seats[0])}, CLERK, free_of_charge=True)
    change_passengers(window, {person(window): Wish(office.seats[5])}, ACTOR)
    assert refunds() == []
