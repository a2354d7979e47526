"""A gateway in every mood, as a real process, before a real office: whatever it says, and in whatever order, each payment
ends as one booking or goes back, the books say so, and whoever has to be told is told.
"""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from core.booking import parts
from core.booking.cancel import cancel
from core.booking.errors import BadPassenger
from core.booking.pay import PaymentStarted, begin_payment
from core.booking.queries import booking_of_reservation
from core.booking.reconcile import reconcile
from core.booking.reserve import reserve
from core.booking.split import begin_split
from core.booking.split_rules import PartRequest
from core.kernel.db import db
from core.messages.compose import compose
from core.payments.exceptions import exceptions
from core.payments.gateways import catalogue
from core.payments.gateways.base import GatewayUnavailable
from core.payments.gateways.simulated import signing
from core.payments.gateways.simulated.client import WEBHOOK_PATH, SimulatedGateway
from core.payments.refunds import process_refund
from core.payments.vouchers import issue
from core.proof.invariants import broken
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, make_office
from tests.support.gateway import GatewayProcess, until
from tests.support.web import LiveServer

PRICE = 2600


@dataclass
class Counter:
    """An office that sells, and what became of its money."""

    office: Office
    server: LiveServer

    def hold(self, seat: int = 0, who: Any = ALICE) -> UUID:
        return reserve(self.office.ask(seat, contact_email="a@example.org"), who, ACTOR).reservation_id

    def begin(self, reservation: UUID, behaviour: str, who: Any = ALICE) -> PaymentStarted:
        return begin_payment(reservation, who, ACTOR, "card", behaviour=behaviour)

    def all(self, statement: str) -> list[Any]:
        db.session.rollback()
        return [tuple(row) if len(row) > 1 else row[0] for row in db.session.execute(text(statement))]

    def effects(self) -> list[str]:
        return self.all("SELECT effect FROM webhook_events ORDER BY received_at")

    def told(self) -> set[str]:
        return set(self.all("SELECT kind FROM outbox WHERE kind <> 'seats.changed'"))

    def books(self) -> dict[str, int]:
        """What is in each account; that nothing is in all of them together is part of it."""
        found = dict(self.all("SELECT account, sum(amount)::bigint FROM ledger_entries GROUP BY 1"))
        assert sum(found.values()) == 0
        return {account: amount for account, amount in found.items() if amount}

    def give_back(self) -> list[str]:
        """Do what the worker does with refunds."""
        return [process_refund(each) for each in self.all("SELECT id FROM refunds WHERE status = 'pending'")]

    def assert_booked_once(self, reservation: UUID) -> None:
        assert booking_of_reservation(reservation)
        assert self.all("SELECT count(*) FROM bookings") == [1]
        assert self.all("SELECT kind FROM ledger_postings WHERE kind = 'sale'") == ["sale"]
        assert self.all("SELECT count(*) FROM outbox WHERE kind = 'booking.confirmed'") == [1]

    def assert_all_went_back(self) -> None:
        assert self.give_back() == ["processed"]
        assert self.books() == {}
        assert self.told() >= {"payment.late", "refund.due", "refund.processed"}
        assert self.all("SELECT status FROM payments WHERE status <> 'failed'") == ["refunded"]


@pytest.fixture
def counter(live_server: LiveServer, gateway_process: GatewayProcess) -> Iterator[Counter]:
    with live_server.app.app_context():
        yield Counter(make_office(), live_server)
        db.session.remove()


# -- out of order ---------------------------------------------------------------------------------------


def test_a_failure_that_overtakes_the_success_costs_nobody_the_ticket(counter: Counter) -> None:
    reservation = counter.hold()
    counter.begin(reservation, "failed_first")
    until(lambda: counter.effects() == ["failed", "booked"])
    counter.assert_booked_once(reservation)
    assert counter.all("SELECT status, failure FROM payments") == [("completed", None)]
    assert counter.books()["gateway_receivable"] == PRICE


def test_a_failure_that_comes_after_the_success_changes_nothing(counter: Counter) -> None:
    reservation = counter.hold()
    counter.begin(reservation, "failed_last")
    until(lambda: counter.effects() == ["booked", "disagrees"])
    assert [each.kind for each in exceptions()] == ["gateway_disagrees"], "somebody has to look it up"
    counter.assert_booked_once(reservation)
    assert counter.all("SELECT status, failure FROM payments") == [("completed", None)]
    assert counter.all("SELECT count(*) FROM refunds") == [0]


# -- slow, silent, lost ---------------------------------------------------------------------------------


@pytest.fixture
def impatient(counter: Counter) -> Counter:
    """The same office, which waits a tenth of a second for the gateway."""
    made = counter.server.app.config["SETTINGS"]
    gateway = SimulatedGateway(
        made.simulated_gateway_url,
        made.simulated_gateway_secret,
        made.public_url,
        made.public_url + WEBHOOK_PATH,
        read_seconds=0.1,
    )
    others = {name: catalogue.gateway(name) for name in ("cash",)}
    counter.server.app.extensions[catalogue._KEY] = {**others, "simulated": gateway}
    return counter


def test_a_gateway_that_times_out_and_took_the_money_all_the_same_sells_the_seat(impatient: Counter) -> None:
    reservation = impatient.hold()
    with pytest.raises(GatewayUnavailable):
        impatient.begin(reservation, "stall")
    assert impatient.all("SELECT status, gateway_reference FROM payments") == [("failed", None)]
    until(lambda: impatient.effects() == ["booked"])
    impatient.assert_booked_once(reservation)


def test_a_payment_begun_anew_after_a_time_out_is_charged_once(impatient: Counter) -> None:
    reservation = impatient.hold()
    with pytest.raises(GatewayUnavailable):
        impatient.begin(reservation, "stall")
    impatient.begin(reservation, "instant")
    until(lambda: sorted(impatient.effects()) == ["booked", "refund_due"])
    impatient.assert_booked_once(reservation)
    assert impatient.give_back() == ["processed"]
    assert impatient.books()["gateway_receivable"] == PRICE, "one price was kept, the other went back"
    assert sorted(impatient.all("SELECT status FROM payments")) == ["completed", "refunded"]


def test_one_that_never_answers_leaves_the_seat_to_the_next(counter: Counter, clock: Clock) -> None:
    counter.begin(counter.hold(), "never")
    clock.move(minutes=70)
    assert reconcile() == 1
    assert counter.all("SELECT status FROM payments") == ["failed"]
    assert counter.books() == {}
    next_one = counter.hold(0, BOB)
    counter.begin(next_one, "instant", BOB)
    until(lambda: booking_of_reservation(next_one) is not None)


def test_money_after_the_hold_buys_the_seat_that_is_still_free(counter: Counter, clock: Clock) -> None:
    reservation = counter.hold()
    counter.begin(reservation, "late")
    clock.move(minutes=20)
    until(lambda: counter.effects() == ["booked"])
    counter.assert_booked_once(reservation)
    assert "payment.late" not in counter.told()


def test_money_after_the_hold_goes_back_when_the_seat_is_gone(counter: Counter, clock: Clock) -> None:
    late = counter.hold()
    counter.begin(late, "late")
    clock.move(minutes=20)
    winner = counter.hold(0, BOB)
    until(lambda: counter.effects() == ["refund_due"])
    assert booking_of_reservation(late) is None
    counter.assert_all_went_back()
    counter.begin(winner, "instant", BOB)
    until(lambda: booking_of_reservation(winner) is not None)


def test_money_for_a_hold_that_was_given_up_goes_back_as_slowly_as_the_gateway_is(counter: Counter) -> None:
    reservation = counter.hold()
    counter.begin(reservation, "slow")
    cancel(reservation, ALICE, ACTOR)
    until(lambda: counter.effects() == ["refund_due"])
    assert counter.books() == {"gateway_receivable": PRICE, "refunds_due": -PRICE}
    assert counter.give_back() == ["pending"]
    until(lambda: counter.all("SELECT status FROM refunds") == ["processed"])
    assert counter.books() == {}
    assert counter.told() >= {"payment.late", "refund.due", "refund.processed"}


def _is(ask: Callable[[], list[str]], wanted: list[str]) -> bool:
    return ask() == wanted


# -- declined, and tried again --------------------------------------------------------------------------


def test_a_card_declined_twice_may_be_tried_a_third_time_within_the_hold(
    counter: Counter, clock: Clock
) -> None:
    reservation = counter.hold()
    for declined in (["failed"], ["failed", "failed"]):
        counter.begin(reservation, "decline")
        until(partial(_is, counter.effects, declined))
        clock.move(minutes=5)
    counter.begin(reservation, "instant")
    until(lambda: booking_of_reservation(reservation) is not None)
    counter.assert_booked_once(reservation)
    assert counter.all("SELECT status FROM payments ORDER BY created_at") == ["failed", "failed", "completed"]


# -- not to be believed ---------------------------------------------------------------------------------


def test_money_that_is_a_cent_short_books_nothing_and_goes_back(counter: Counter) -> None:
    reservation = counter.hold()
    counter.begin(reservation, "short")
    until(lambda: counter.effects() == ["refund_due"])
    assert booking_of_reservation(reservation) is None
    assert counter.all("SELECT amount FROM refunds") == [PRICE - 1]
    counter.assert_all_went_back()


def message_about(payment: UUID, **more: Any) -> bytes:
    said = {
        "event_id": f"evt-{uuid4()}",
        "kind": "payment.completed",
        "payment_id": str(payment),
        "reference": f"ref-{payment}",
        "amount": {"amount": PRICE, "currency": "EUR"},
    }
    return json.dumps({**said, **more}).encode()


def send(counter: Counter, body: bytes, secret: str | None = None, at: float | None = None) -> httpx.Response:
    own: str = counter.server.app.config["SETTINGS"].simulated_gateway_secret
    headers = {signing.HEADER: signing.sign(secret or own, body, at)}
    return httpx.post(counter.server.url + WEBHOOK_PATH, content=body, headers=headers)


def test_a_forged_or_recorded_message_moves_nothing(counter: Counter) -> None:
    reservation = counter.hold()
    body = message_about(counter.begin(reservation, "never").payment_id)
    forged = send(counter, body, secret="of somebody else")
    recorded = send(counter, body, at=time.time() - 600)
    assert [(a.status_code, a.json()["code"]) for a in (forged, recorded)] == [(400, "bad_signature")] * 2
    assert counter.effects() == []
    assert counter.all("SELECT status FROM payments") == ["pending"]
    assert booking_of_reservation(reservation) is None


def test_a_message_played_again_has_its_effect_once(counter: Counter) -> None:
    reservation = counter.hold()
    body = message_about(counter.begin(reservation, "never").payment_id)
    answers = [send(counter, body).json() for _ in range(3)]
    assert answers == [{"effect": "booked"}, {"effect": "duplicate"}, {"effect": "duplicate"}]
    counter.assert_booked_once(reservation)


def test_a_message_in_another_currency_goes_back_in_that_currency(counter: Counter) -> None:
    payment = counter.begin(counter.hold(), "never").payment_id
    foreign = message_about(payment, amount={"amount": PRICE, "currency": "RON"})
    assert send(counter, foreign).json() == {"effect": "refund_due"}
    assert counter.all("SELECT amount, currency FROM refunds") == [(PRICE, "RON")]
    assert counter.all("SELECT count(*) FROM bookings") == [0]


# -- in parts -------------------------------------------------------------------------------------------


def test_a_voucher_and_a_card_that_pays_are_a_booking(counter: Counter) -> None:
    reservation = counter.hold()
    code = issue(counter.office.operator_id, 1000, "A present", CLERK).code
    asked = [PartRequest("voucher", None, code), PartRequest("card")]
    begin_split(reservation, ALICE, ACTOR, asked, behaviour="twice")
    until(lambda: counter.effects() == ["booked"])
    counter.assert_booked_once(reservation)
    assert counter.books()["gateway_receivable"] == PRICE - 1000


def test_a_voucher_comes_back_when_the_card_is_declined_and_pays_again_with_another(counter: Counter) -> None:
    reservation = counter.hold()
    code = issue(counter.office.operator_id, 1000, "A present", CLERK).code
    asked = [PartRequest("voucher", None, code), PartRequest("card")]
    begin_split(reservation, ALICE, ACTOR, asked, behaviour="decline")
    until(lambda: counter.effects() == ["failed"])
    assert counter.all("SELECT balance FROM vouchers") == [1000]
    refund_id = counter.all("SELECT id FROM refunds")[0]
    assert "on your voucher again" in compose("refund.processed", refund_id, "en").plain
    begin_split(reservation, ALICE, ACTOR, asked, behaviour="instant")
    until(lambda: counter.effects() == ["failed", "booked"])
    counter.assert_booked_once(reservation)


def test_a_card_that_takes_too_long_for_its_voucher_goes_back_as_well(counter: Counter, clock: Clock) -> None:
    reservation = counter.hold()
    code = issue(counter.office.operator_id, 1000, "A present", CLERK).code
    asked = [PartRequest("voucher", None, code), PartRequest("card")]
    begin_split(reservation, ALICE, ACTOR, asked, behaviour="late")
    clock.move(minutes=30)
    assert parts.give_up_abandoned() == 1
    until(lambda: counter.effects() == ["refund_due"])
    assert counter.give_back() == ["processed"]
    assert counter.books() == {"goodwill": 1000, "voucher_liability": -1000}
    assert counter.all("SELECT count(*) FROM bookings") == [0]


def test_one_voucher_for_two_seats_at_once_buys_one(counter: Counter) -> None:
    code = issue(counter.office.operator_id, PRICE, "A present", CLERK).code
    holders = (ALICE, BOB)
    held = [counter.hold(seat, holders[seat]) for seat in (0, 1)]
    together = Barrier(2)

    def buy(place: int) -> str:
        with counter.server.app.app_context():
            together.wait()
            asked = [PartRequest("voucher", None, code)]
            try:
                begin_split(held[place], holders[place], ACTOR, asked)
            except BadPassenger as error:
                return error.code
            finally:
                db.session.remove()
            return "booked"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(buy, (0, 1))) == ["bad_parts", "booked"]
    assert counter.all("SELECT balance FROM vouchers") == [0]
    assert counter.all("SELECT count(*) FROM bookings") == [1]
    assert broken(db.session.connection()) == []
