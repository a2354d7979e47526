"""What money does: in time it makes a booking, any other money goes back. Every event has its effect once."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking.cancel import cancel
from core.booking.expire import sweep
from core.booking.pay import take_cash
from core.booking.queries import booking_by_reference, booking_of_reservation
from core.booking.requests import Held
from core.booking.reserve import reserve
from core.booking.settle import settle
from core.kernel.db import db, transaction
from core.kernel.errors import Gone
from core.kernel.money import Money
from core.payments import records
from core.payments.gateways.base import GatewayEvent
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, make_office

pytestmark = pytest.mark.usefixtures("db_session")


def rows(statement: str) -> list[Any]:
    return list(db.session.execute(text(statement)))


def begun(office: Office, held: Held) -> UUID:
    """A payment of the reservation, as the gateway would know it."""
    with transaction():
        amount = Money(held.quote.total, "EUR")
        return records.create_payment(held.reservation_id, office.operator_id, "simulated", "card", amount)


def paid(payment_id: UUID, amount: int | None = 2600) -> GatewayEvent:
    money = None if amount is None else Money(amount, "EUR")
    return GatewayEvent(f"evt-{uuid4()}", "payment.completed", payment_id, f"ref-{payment_id}", money)


def ledger() -> dict[str, int]:
    return {
        row.account: int(row.sum)
        for row in rows("SELECT account, sum(amount) FROM ledger_entries GROUP BY 1")
    }


def test_money_in_time_makes_a_booking_with_a_ticket_for_each_passenger() -> None:
    office = make_office()
    held = reserve(office.ask(0, 1, first=1, last=3), ALICE, ACTOR)

    effect = settle("simulated", paid(begun(office, held), held.quote.total))

    booking = booking_of_reservation(held.reservation_id)
    assert effect == "booked"
    assert booking is not None
    assert booking.status == "confirmed"
    assert booking_by_reference(booking.spoken_reference.lower()) == booking
    assert [p.ticket_status for p in booking.reservation.passengers] == ["valid", "valid"]
    assert [r.kind for r in rows("SELECT DISTINCT kind FROM seat_locks")] == ["sold"]
    assert rows("SELECT payload FROM outbox WHERE kind = 'booking.confirmed'") == [
        ({"booking_id": str(booking.id)},)
    ]
    assert sum(ledger().values()) == 0
    assert ledger()["gateway_receivable"] == held.quote.total


def test_the_same_event_again_changes_nothing() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    event = paid(begun(office, held))
    assert settle("simulated", event) == "booked"
    before = ledger()
    assert settle("simulated", event) == "duplicate"
    assert settle("simulated", replace(event, event_id="another-for-the-same-payment")) == "ignored"
    assert ledger() == before
    assert len(rows("SELECT 1 FROM bookings")) == 1


def test_a_second_payment_of_a_paid_reservation_goes_back() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    first, second = begun(office, held), begun(office, held)
    assert settle("simulated", paid(first)) == "booked"
    assert settle("simulated", paid(second)) == "refund_due"
    assert rows("SELECT payment_id, amount, status FROM refunds") == [(second, 2600, "pending")]
    assert ledger()["refunds_due"] == -2600


def test_another_amount_than_the_price_books_nothing_and_goes_back() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    assert settle("simulated", paid(begun(office, held), 2599)) == "refund_due"
    assert booking_of_reservation(held.reservation_id) is None
    assert rows("SELECT amount FROM refunds") == [(2599,)]


@pytest.mark.parametrize("amount", [2600, 2599, 999_999])
def test_money_of_another_currency_books_nothing_and_goes_back_whole(amount: int) -> None:
    office = make_office()
    payment_id = begun(office, reserve(office.ask(0), ALICE, ACTOR))
    foreign = replace(paid(payment_id), amount=Money(amount, "RON"))
    assert settle("simulated", foreign) == "refund_due"
    assert rows("SELECT amount, currency FROM payments") == [(amount, "RON")]
    assert rows("SELECT amount, currency FROM refunds") == [(amount, "RON")]
    assert rows("SELECT 1 FROM bookings") == []


@pytest.mark.parametrize("amount", [0, -2600])
def test_a_message_of_no_money_completes_nothing(amount: int) -> None:
    office = make_office()
    payment_id = begun(office, reserve(office.ask(0), ALICE, ACTOR))
    assert settle("simulated", paid(payment_id, amount)) == "ignored"
    assert rows("SELECT status FROM payments") == [("pending",)]


def test_late_money_becomes_the_booking_while_its_seats_are_free(clock: Clock) -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    payment = begun(office, held)
    clock.move(minutes=30)
    sweep()
    assert settle("simulated", paid(payment)) == "booked"
    assert booking_of_reservation(held.reservation_id)


def test_late_money_goes_back_when_somebody_else_has_the_seats(clock: Clock) -> None:
    office = make_office()
    held = reserve(office.ask(0, 1), ALICE, ACTOR)
    payment = begun(office, held)
    clock.move(minutes=30)
    winner = reserve(office.ask(1), BOB, ACTOR)

    assert settle("simulated", paid(payment, held.quote.total)) == "refund_due"

    assert booking_of_reservation(held.reservation_id) is None
    owners = rows(
        "SELECT DISTINCT reservation_id FROM seat_locks WHERE expires_at > app_now() OR kind = 'sold'"
    )
    assert owners == [(winner.reservation_id,)], "nothing of the late one was kept"
    assert {r.kind for r in rows("SELECT kind FROM outbox")} >= {"refund.due", "payment.late"}
    reason = rows("SELECT reason FROM refunds")[0].reason
    assert "seats had been sold" in reason


def test_money_for_a_hold_that_was_given_up_goes_back() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    payment = begun(office, held)
    cancel(held.reservation_id, ALICE, ACTOR)
    assert settle("simulated", paid(payment)) == "refund_due"


def test_money_for_a_cancelled_departure_goes_back() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    payment = begun(office, held)
    with transaction() as session:
        session.execute(text("UPDATE schedules SET status = 'cancelled'"))
    assert settle("simulated", paid(payment)) == "refund_due"


def test_a_declined_payment_leaves_the_hold_and_may_be_tried_again() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    first = begun(office, held)
    declined = GatewayEvent("evt-1", "payment.failed", first, "ref", None, failure="The card was declined.")
    assert settle("simulated", declined) == "failed"
    assert rows("SELECT status, failure FROM payments") == [("failed", "The card was declined.")]
    assert settle("simulated", paid(begun(office, held))) == "booked"


def test_money_that_comes_after_all_counts() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    payment = begun(office, held)
    settle("simulated", GatewayEvent("evt-1", "payment.failed", payment, "ref", None))
    assert settle("simulated", paid(payment)) == "booked"


def test_an_unknown_payment_is_parked_and_taken_up_when_it_is_known() -> None:
    office = make_office()
    event = paid(uuid4())
    assert settle("simulated", event) == "parked"
    held = reserve(office.ask(0), ALICE, ACTOR)
    known = replace(event, payment_id=begun(office, held))
    assert settle("simulated", known) == "booked"
    assert rows("SELECT effect FROM webhook_events") == [("booked",)]


def test_cash_books_at_once_and_lies_in_the_drawer() -> None:
    office = make_office()
    held = reserve(office.ask(0, 1, 2), ALICE, ACTOR)
    booking_id = take_cash(held.reservation_id, ALICE, CLERK)
    booking = booking_of_reservation(held.reservation_id)
    assert booking is not None
    assert booking.id == booking_id
    assert ledger()["cash_drawer"] == held.quote.total
    assert ledger()["fees"] == -300


def test_cash_is_not_taken_for_a_hold_that_ran_out(clock: Clock) -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=15)
    with pytest.raises(Gone):
        take_cash(held.reservation_id, ALICE, CLERK)
    assert rows("SELECT 1 FROM payments") == []
