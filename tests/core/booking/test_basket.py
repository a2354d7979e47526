"""A basket: several departures that are held, paid, prolonged and given up as one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from core.booking.basket import HeldBasket, cancel_basket, extend_basket, reserve_basket
from core.booking.basket_pay import begin_basket_payment, take_cash_for_basket
from core.booking.cancel import cancel, release
from core.booking.cancellation import cancel_booking
from core.booking.errors import (
    ActiveReservationExists,
    BadBasket,
    BadPassenger,
    HoldExpired,
    InBasket,
    NoMoreExtensions,
    NotActive,
    SeatTaken,
)
from core.booking.expire import sweep
from core.booking.extend import extend
from core.booking.pay import PaymentStarted, begin_payment, take_cash
from core.booking.queries import basket_view, booking_of_reservation
from core.booking.requests import HoldRequest
from core.booking.reserve import reserve
from core.booking.settle import settle
from core.booking.split import begin_split
from core.booking.split_rules import PartRequest
from core.booking.views import BasketView
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound, Unavailable
from core.payments.gateways import catalogue
from core.payments.gateways.base import GatewayEvent, GatewayUnavailable
from core.payments.refunds import process_refund
from core.proof.gateway import ProofGateway
from core.proof.invariants import broken
from tests.support.clock import Clock
from tests.support.database import Sessions
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, another_departure, make_office

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def out() -> Office:
    return make_office()


@pytest.fixture
def back(out: Office) -> UUID:
    return another_departure(out)


@pytest.fixture(autouse=True)
def books_are_right(db_session: Sessions) -> Iterator[None]:
    """Whatever a test does, the promises of the house hold after it."""
    yield
    assert broken(db_session.connection()) == []


@pytest.fixture
def service(app: Flask, monkeypatch: pytest.MonkeyPatch) -> ProofGateway:
    """A payment service in this process."""
    made = ProofGateway()
    made.name = "simulated"
    known = {**catalogue._gateways(), "simulated": made}
    monkeypatch.setitem(app.extensions, catalogue._KEY, known)
    return made


def trip(out: Office, back: UUID, *seats: int) -> list[HoldRequest]:
    """There and back on these seats."""
    there = out.ask(*(seats or (0,)), contact_email="alice@example.org")
    return [there, replace(there, schedule_id=back)]


def seen(basket: HeldBasket) -> BasketView:
    view = basket_view(basket.id)
    assert view is not None
    return view


def rows(statement: str) -> list[Any]:
    return [tuple(row) for row in db.session.execute(text(statement))]


def pays(service: ProofGateway, basket: HeldBasket, short_by: int = 0) -> str:
    """Begin to pay by card and pay (so much too little); what the message of it comes to."""
    return comes(service, begin_basket_payment(basket.id, ALICE, ACTOR, "card"), short_by)


def comes(service: ProofGateway, started: PaymentStarted, short_by: int = 0) -> str:
    return settle("simulated", service.pay(started.payment_id, short_by))


def test_a_round_trip_is_held_whole_with_one_end_and_one_total(out: Office, back: UUID) -> None:
    basket = reserve_basket(trip(out, back, 0, 1), ALICE, ACTOR)

    view = seen(basket)
    assert [r.journey.schedule_id for r in view.reservations] == [out.schedule_id, back]
    assert {r.basket_id for r in view.reservations} == {basket.id}
    assert {r.expires_at for r in view.reservations} == {basket.expires_at}
    assert (view.status, view.total.amount, basket.total) == ("active", 4 * 2600, view.total)
    assert rows("SELECT count(*), count(DISTINCT expires_at) FROM seat_locks") == [(2 * 2 * 5, 1)]
    [logged] = rows("SELECT after -> 'reservations' FROM activity_log WHERE action = 'basket.created'")
    assert logged[0] == [str(held.reservation_id) for held in basket.reservations]


def test_all_or_none(out: Office, back: UUID) -> None:
    reserve(replace(out.ask(0), schedule_id=back), BOB, ACTOR)
    with pytest.raises(SeatTaken) as refused:
        reserve_basket(trip(out, back), ALICE, ACTOR)
    assert refused.value.details == {"seats": ["1A"]}
    assert rows("SELECT count(*) FROM reservations WHERE holder_id = 'alice'") == [(0,)]
    assert rows("SELECT count(*) FROM seat_locks") == [(5,)]


def test_the_first_to_end_ends_all_of_it(out: Office) -> None:
    other = make_office(hold_minutes=6)
    basket = reserve_basket([out.ask(0), other.ask(0)], ALICE, ACTOR)
    first = seen(basket).reservations[0]
    assert basket.expires_at - first.created_at == timedelta(minutes=6)


def test_what_cannot_be_one_basket_is_refused(out: Office, back: UUID) -> None:
    with pytest.raises(BadBasket):
        reserve_basket([], ALICE, ACTOR)
    with pytest.raises(BadBasket):
        reserve_basket([out.ask(0), out.ask(1)], ALICE, ACTOR)
    elsewhere = make_office(currency="GBP")
    with pytest.raises(BadBasket, match="currencies"):
        reserve_basket([out.ask(0), elsewhere.ask(0)], ALICE, ACTOR)
    assert rows("SELECT count(*) FROM seat_locks") == [(0,)]


def test_one_who_holds_seats_of_one_of_the_departures_is_told(out: Office, back: UUID) -> None:
    mine = reserve(replace(out.ask(3), schedule_id=back), ALICE, ACTOR)
    with pytest.raises(ActiveReservationExists) as refused:
        reserve_basket(trip(out, back), ALICE, ACTOR)
    assert refused.value.details == {"reservation_id": str(mine.reservation_id)}


def test_ones_own_run_out_basket_makes_way(out: Office, back: UUID, clock: Clock) -> None:
    reserve_basket(trip(out, back), ALICE, ACTOR)
    clock.move(minutes=16)
    assert reserve_basket(trip(out, back), ALICE, ACTOR)


def test_parts_are_not_prolonged_paid_or_given_up_by_themselves(out: Office, back: UUID) -> None:
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    part = basket.reservations[0].reservation_id
    for alone in (
        lambda: extend(part, ALICE, ACTOR),
        lambda: cancel(part, ALICE, ACTOR),
        lambda: begin_payment(part, ALICE, ACTOR, "card"),
        lambda: take_cash(part, ALICE, ACTOR),
        lambda: begin_split(part, ALICE, ACTOR, [PartRequest("cash")]),
    ):
        with pytest.raises(InBasket) as refused:
            alone()
        assert refused.value.details == {"basket_id": str(basket.id)}
    assert seen(basket).status == "active"


def test_it_is_prolonged_as_one_as_often_as_the_policies_say(out: Office, back: UUID, clock: Clock) -> None:
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    end = extend_basket(basket.id, ALICE, ACTOR)
    assert end - basket.expires_at == timedelta(minutes=5)
    clock.move(minutes=18)
    assert seen(basket).status == "active"
    extend_basket(basket.id, ALICE, ACTOR)
    with pytest.raises(NoMoreExtensions):
        extend_basket(basket.id, ALICE, ACTOR)


def test_it_is_given_up_as_one_and_that_may_be_repeated(out: Office, back: UUID) -> None:
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    with pytest.raises(NotFound):
        cancel_basket(basket.id, BOB, ACTOR)
    cancel_basket(basket.id, ALICE, ACTOR)
    cancel_basket(basket.id, ALICE, ACTOR)
    assert seen(basket).status == "cancelled"
    assert rows("SELECT count(*) FROM seat_locks") == [(0,)]


def test_staff_who_release_one_release_all(out: Office, back: UUID) -> None:
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    release(basket.reservations[1].reservation_id, CLERK, "stuck kiosk")
    assert seen(basket).status == "cancelled"
    assert rows("SELECT count(*) FROM seat_locks") == [(0,)]


def test_it_runs_out_as_one(out: Office, back: UUID, clock: Clock) -> None:
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    clock.move(minutes=15)
    assert seen(basket).status == "expired"
    with pytest.raises(HoldExpired):
        extend_basket(basket.id, ALICE, ACTOR)
    with pytest.raises(HoldExpired):
        take_cash_for_basket(basket.id, ALICE, CLERK)
    sweep()
    assert rows("SELECT count(*) FROM seat_locks") == [(0,)]


def test_one_payment_buys_all_of_it(out: Office, back: UUID, service: ProofGateway) -> None:
    basket = reserve_basket(trip(out, back, 0, 1), ALICE, ACTOR)

    assert pays(service, basket) == "booked"

    view = seen(basket)
    assert view.status == "confirmed"
    assert [[(p.status, p.amount) for p in r.payments] for r in view.reservations] == [
        [("completed", 5200)], [("completed", 5200)],
    ]  # fmt: skip
    assert rows("SELECT count(*) FROM tickets") == [(4,)]
    assert rows("SELECT sum(amount) FROM ledger_entries WHERE account = 'gateway_receivable'") == [(10400,)]
    with pytest.raises(NotActive):
        cancel_basket(basket.id, ALICE, ACTOR)


def test_operators_get_what_is_theirs(out: Office, service: ProofGateway) -> None:
    other = make_office()
    basket = reserve_basket([out.ask(0, 1), other.ask(0)], ALICE, ACTOR)
    assert pays(service, basket) == "booked"
    received = rows("""
        SELECT p.operator_id, sum(e.amount) FROM ledger_postings p JOIN ledger_entries e ON e.posting_id = p.id
        WHERE e.account = 'gateway_receivable' GROUP BY 1""")
    assert dict(received) == {out.operator_id: 5200, other.operator_id: 2600}


def test_the_same_message_again_or_another_payment_changes_nothing(
    out: Office, back: UUID, service: ProofGateway
) -> None:
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    first = begin_basket_payment(basket.id, ALICE, ACTOR, "card")
    second = begin_basket_payment(basket.id, ALICE, ACTOR, "card")
    assert comes(service, first) == "booked"
    assert comes(service, first) == "ignored"
    assert comes(service, second) == "refund_due"
    assert rows("SELECT amount FROM refunds") == [(5200,)]


def test_a_wrong_amount_buys_nothing_and_goes_back_whole(
    out: Office, back: UUID, service: ProofGateway
) -> None:
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    assert pays(service, basket, 2600) == "refund_due"
    assert seen(basket).status == "active"
    assert rows("SELECT amount, reason FROM refunds") == [(2600, "The amount was not the one to be paid.")]


def test_money_that_comes_late_buys_all_of_it_or_nothing(
    out: Office, back: UUID, service: ProofGateway, clock: Clock
) -> None:
    first = reserve_basket(trip(out, back, 0), ALICE, ACTOR)
    second = reserve_basket(trip(out, back, 1), BOB, ACTOR)
    hers = begin_basket_payment(first.id, ALICE, ACTOR, "card")
    his = begin_basket_payment(second.id, BOB, ACTOR, "card")
    clock.move(minutes=20)
    reserve(replace(out.ask(1), schedule_id=back), replace(BOB, id="carol"), ACTOR)

    assert comes(service, hers) == "booked"
    assert comes(service, his) == "refund_due"

    assert (seen(first).status, seen(second).status) == ("confirmed", "expired")
    assert rows("SELECT amount FROM refunds") == [(5200,)]


def test_a_payment_that_fails_may_be_tried_again(out: Office, back: UUID, service: ProofGateway) -> None:
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    started = begin_basket_payment(basket.id, ALICE, ACTOR, "card")
    declined = GatewayEvent(
        str(uuid4()), "payment.failed", started.payment_id, "x", None, failure="Declined."
    )
    assert settle("simulated", declined) == "failed"
    assert rows("SELECT DISTINCT status FROM payments") == [("failed",)]
    assert pays(service, basket) == "booked"


def test_a_gateway_that_does_not_answer_leaves_nothing_pending(
    out: Office, back: UUID, service: ProofGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: object) -> None:
        raise GatewayUnavailable

    monkeypatch.setattr(service, "begin", away)
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    with pytest.raises(Unavailable):
        begin_basket_payment(basket.id, ALICE, ACTOR, "card")
    assert rows("SELECT status, count(*) FROM payments GROUP BY 1") == [("failed", 2)]
    assert seen(basket).status == "active"


def test_a_booking_of_it_is_cancelled_alone_and_refunded_through_the_one_payment(
    out: Office, back: UUID, service: ProofGateway
) -> None:
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    started = begin_basket_payment(basket.id, ALICE, ACTOR, "card")
    comes(service, started)
    for held in basket.reservations:
        booking = booking_of_reservation(held.reservation_id)
        assert booking is not None
        cancel_booking(booking.id, CLERK, waive=True)
    refunds = [row[0] for row in rows("SELECT id FROM refunds")]

    assert [process_refund(each) for each in refunds] == ["processed", "processed"]
    assert rows("SELECT status, amount FROM payments") == [("refunded", 2600), ("refunded", 2600)]


def test_cash_makes_all_bookings_at_once(out: Office, back: UUID) -> None:
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    assert len(take_cash_for_basket(basket.id, None, CLERK)) == 2
    assert seen(basket).status == "confirmed"
    with pytest.raises(NotActive):
        take_cash_for_basket(basket.id, None, CLERK)


def test_what_costs_nothing_is_booked_without_a_gateway(out: Office, back: UUID) -> None:
    with transaction() as session:
        session.execute(text("UPDATE tariffs SET base = 0, per_km = 0, minimum = 0, booking_fee = 0"))
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    started = begin_basket_payment(basket.id, ALICE, ACTOR, "card")
    assert (started.status, started.amount.amount) == ("completed", 0)
    assert seen(basket).status == "confirmed"


def test_vouchers_are_for_single_reservations(out: Office, back: UUID) -> None:
    basket = reserve_basket(trip(out, back), ALICE, ACTOR)
    with pytest.raises(BadPassenger):
        begin_basket_payment(basket.id, ALICE, ACTOR, "voucher")
