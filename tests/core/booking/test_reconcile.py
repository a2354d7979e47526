"""Paying over real HTTP, with the office and the gateway each in its place: no lost word loses or doubles money."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import text

from core.booking.pay import PaymentStarted, begin_payment
from core.booking.queries import booking_of_reservation
from core.booking.reconcile import NOBODY_PAID, reconcile
from core.booking.reserve import reserve
from core.booking.settle import settle
from core.kernel.db import db, transaction
from core.kernel.money import Money
from core.payments import records
from core.payments.gateways.base import GatewayEvent, GatewayUnavailable
from core.payments.gateways.catalogue import gateway
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, Office, make_office
from tests.support.gateway import GatewayProcess, until
from tests.support.web import LiveServer


@pytest.fixture
def office(live_server: LiveServer, gateway_process: GatewayProcess) -> Iterator[Office]:
    with live_server.app.app_context():
        yield make_office()
        db.session.remove()


def hold(office: Office, seat: int = 0) -> UUID:
    return reserve(office.ask(seat), ALICE, ACTOR).reservation_id


def begin(reservation: UUID, behaviour: str) -> PaymentStarted:
    return begin_payment(reservation, ALICE, ACTOR, "card", behaviour=behaviour)


def payments(reservation: UUID) -> list[tuple[str, str | None]]:
    db.session.rollback()
    found = db.session.execute(
        text("SELECT status, failure FROM payments WHERE reservation_id = :id ORDER BY created_at"),
        {"id": reservation},
    )
    return [(row.status, row.failure) for row in found]


def is_booked(reservation: UUID) -> bool:
    db.session.rollback()
    return booking_of_reservation(reservation) is not None


def test_a_card_is_held_to_the_reader_and_the_seat_is_booked(office: Office) -> None:
    reservation = reserve(office.ask(0, channel="kiosk"), ALICE, ACTOR).reservation_id
    started = begin_payment(reservation, ALICE, ACTOR, "card")
    assert (started.status, started.pay_url) == ("pending", None)
    until(lambda: is_booked(reservation))
    assert payments(reservation) == [("completed", None)]


@pytest.mark.parametrize("behaviour", ["instant", "twice", "slow"])
def test_a_message_books_once(office: Office, behaviour: str) -> None:
    reservation = hold(office)
    begin(reservation, behaviour)
    until(lambda: is_booked(reservation))
    postings = db.session.execute(text("SELECT kind FROM ledger_postings")).all()
    assert [row.kind for row in postings] == ["sale"]


def test_a_declined_card_can_be_tried_again(office: Office) -> None:
    reservation = hold(office)
    begin(reservation, "decline")
    until(lambda: payments(reservation)[0][0] == "failed")
    begin(reservation, "instant")
    until(lambda: is_booked(reservation))
    assert [status for status, _ in payments(reservation)] == ["failed", "completed"]


def test_money_that_came_after_a_failure_is_found_when_its_message_is_lost(office: Office) -> None:
    reservation = hold(office)
    payment_id = begin(reservation, "late").payment_id
    settle("simulated", GatewayEvent("out-of-order", "payment.failed", payment_id, "ref", None))
    until(lambda: gateway("simulated").find(payment_id).status == "completed")

    assert reconcile() == 1
    assert payments(reservation) == [("completed", None)]
    assert is_booked(reservation)


def test_an_answer_that_was_lost_is_asked_for_once_more(office: Office) -> None:
    reservation = hold(office)
    assert begin(reservation, "lost").status == "pending"
    assert payments(reservation) in ([("pending", None)], [("completed", None)])
    until(lambda: is_booked(reservation))
    assert payments(reservation) == [("completed", None)]


def test_a_message_that_does_not_come_is_asked_for(office: Office, clock: Clock) -> None:
    reservation = hold(office)
    begin(reservation, "late")
    assert reconcile() == 0
    clock.move(seconds=31)
    assert reconcile() == 1
    assert is_booked(reservation)
    assert reconcile() == 0
    until(lambda: len(events()) == 2)
    assert sorted(events()) == ["booked", "ignored"]


def events() -> list[str]:
    db.session.rollback()
    return [row.effect for row in db.session.execute(text("SELECT effect FROM webhook_events"))]


def test_what_nobody_paid_is_given_up_and_nothing_else(office: Office, clock: Clock) -> None:
    reservation = hold(office)
    begin(reservation, "never")
    clock.move(minutes=59)
    assert reconcile() == 0
    clock.move(minutes=2)
    assert reconcile() == 1
    assert payments(reservation) == [("failed", NOBODY_PAID)]


def test_one_that_the_gateway_never_heard_of_stays_failed(office: Office) -> None:
    reservation = hold(office)
    with transaction():
        payment = records.create_payment(
            reservation, office.operator_id, "simulated", "card", Money(2600, "EUR")
        )
        records.fail(payment, "The payment service did not answer.")
    assert gateway("simulated").find(payment) is None
    assert reconcile() == 0
    assert payments(reservation) == [("failed", "The payment service did not answer.")]


def test_a_gateway_that_is_away_takes_no_payment_and_the_hold_stays(
    office: Office, gateway_process: GatewayProcess
) -> None:
    reservation = hold(office)
    gateway_process.stop()
    try:
        with pytest.raises(GatewayUnavailable):
            begin(reservation, "instant")
    finally:
        gateway_process.start()
    assert payments(reservation) == [("failed", "The payment service did not answer.")]
    begin(reservation, "instant")
    until(lambda: is_booked(reservation))


def test_a_gateway_that_is_away_is_asked_later(
    office: Office, clock: Clock, gateway_process: GatewayProcess
) -> None:
    reservation = hold(office)
    begin(reservation, "late")
    clock.move(seconds=31)
    gateway_process.stop()
    try:
        assert reconcile() == 0
    finally:
        gateway_process.start()
    until(lambda: reconcile() == 1 or is_booked(reservation))
    assert is_booked(reservation)
