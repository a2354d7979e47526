"""Stripe's library against a real server: what is asked for, looked up, given back, and what its messages do here."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
import stripe
from playwright.sync_api import Page, expect
from sqlalchemy import text

from core.booking.pay import PaymentStarted, begin_payment
from core.booking.queries import booking_of_reservation
from core.booking.reconcile import reconcile
from core.booking.reserve import reserve
from core.kernel.db import db
from core.kernel.errors import Malformed, NotFound
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.kernel.settings import Settings, SettingsError
from core.payments.gateways.base import BadSignature, GatewayRefused, GatewayUnavailable, PaymentIntent
from core.payments.gateways.catalogue import UnknownMethod, gateway, gateway_for
from core.payments.gateways.stripe.client import StripeGateway
from core.payments.refunds import chase, process_refund
from tests.support.clock import Clock
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, BOB, Office, make_office
from tests.support.gateway import until
from tests.support.mail import free_port
from tests.support.stripe import (
    ASKING_CARD,
    DECLINED_CARD,
    SECRET_KEY,
    WEBHOOK_SECRET,
    StripeServer,
)
from tests.support.web import LiveServer, serve_office

PRICE = Money(2600, "EUR")
KEYS = {
    "card_gateway": "stripe",
    "stripe_secret_key": SECRET_KEY,
    "stripe_publishable_key": "pk_test_bookinghall",
    "stripe_webhook_secret": WEBHOOK_SECRET,
}


# -- the gateway by itself ------------------------------------------------------------------------------


@pytest.fixture
def client(stripe_server: StripeServer) -> StripeGateway:
    stripe_server.send_to("http://127.0.0.1:9/")
    return StripeGateway(SECRET_KEY, WEBHOOK_SECRET, lambda i: f"https://hall.example/{i}", stripe_server.url)


def intent(**more: Any) -> PaymentIntent:
    return PaymentIntent(new_id(), PRICE, "card", "Rede 1, Lisboa – Porto", **more)


def test_a_payment_is_begun_looked_up_and_found_again(client: StripeGateway) -> None:
    asked = intent(return_url="https://hall.example/back")
    answer = client.begin(asked)
    assert (answer.status, answer.amount) == ("pending", PRICE)
    assert answer.pay_url == f"https://hall.example/{answer.reference}"
    assert client.look_up(answer.reference) == client.find(asked.payment_id) == answer
    assert client.find(new_id()) is None
    noted = client.intent(answer.reference).metadata
    assert noted["return_url"] == "https://hall.example/back"


def test_what_stripe_does_not_know_is_not_found(client: StripeGateway) -> None:
    with pytest.raises(NotFound):
        client.look_up("pi_of_somebody_else")


def test_stripe_away_is_unavailable_and_a_refusal_is_one() -> None:
    away = StripeGateway(SECRET_KEY, WEBHOOK_SECRET, str, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(GatewayUnavailable):
        away.begin(intent())
    with pytest.raises(GatewayRefused, match="no card reader"):
        away.begin(intent(in_person=True))


def test_a_key_that_stripe_does_not_take_is_unavailable(stripe_server: StripeServer) -> None:
    locked_out = StripeGateway("wrong", WEBHOOK_SECRET, str, stripe_server.url)
    with pytest.raises(GatewayUnavailable):
        locked_out.begin(intent())


def test_money_goes_back_once_however_often_it_is_asked_for(
    client: StripeGateway, stripe_server: StripeServer
) -> None:
    reference = client.begin(intent()).reference
    stripe_server.show_card(reference, DECLINED_CARD)
    stripe_server.confirm(reference)
    with pytest.raises(GatewayRefused):
        client.refund(reference, new_id(), PRICE, "never paid")
    reference = client.begin(intent()).reference
    stripe_server.show_card(reference)
    stripe_server.confirm(reference).raise_for_status()
    refund = new_id()
    first = client.refund(reference, refund, Money(1000, "EUR"), "given up")
    assert first.status == "processed"
    assert client.refund(reference, refund, Money(1000, "EUR"), "given up") == first
    other = client.refund(reference, new_id(), Money(1000, "EUR"), "given up")
    assert other.reference != first.reference


def event(kind: str, about: dict[str, Any]) -> bytes:
    return json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": about}}).encode()


def signed(body: bytes, secret: str = WEBHOOK_SECRET, age: int = 0) -> dict[str, str]:
    at = int(time.time()) - age
    digest = stripe.WebhookSignature._compute_signature(f"{at}.{body.decode()}", secret)
    return {"Stripe-Signature": f"t={at},v1={digest}"}


def about(status: str = "succeeded", **more: Any) -> dict[str, Any]:
    made = {"object": "payment_intent", "id": "pi_1", "amount": 2600, "currency": "eur", "status": status}
    return {**made, "metadata": {"payment_id": str(new_id())}, **more}


def test_only_messages_that_stripe_signed_lately_are_read(client: StripeGateway) -> None:
    body = event("payment_intent.succeeded", about())
    assert client.read_webhook(signed(body), body).amount == PRICE
    for headers in ({}, signed(body, "whsec_other"), signed(body, age=400), signed(body + b" ")):
        with pytest.raises(BadSignature):
            client.read_webhook(headers, body)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"not json", b'{"id":1,"type":"x","data":{}}'])
def test_a_signed_message_that_makes_no_sense_is_malformed(client: StripeGateway, body: bytes) -> None:
    with pytest.raises(Malformed):
        client.read_webhook(signed(body), body)


def test_bytes_that_are_no_text_are_malformed(client: StripeGateway) -> None:
    with pytest.raises(Malformed):
        client.read_webhook({"Stripe-Signature": "t=1,v1=00"}, b"\xff")


def test_what_is_not_ours_has_no_effect_and_no_card_is_kept(client: StripeGateway) -> None:
    theirs = event("payment_intent.succeeded", about(metadata={"order_id": "7"}))
    read = client.read_webhook(signed(theirs), theirs)
    assert (read.kind, read.payment_id) == ("other.payment_intent.succeeded", None)
    own = event("payment_intent.succeeded", about(payment_method={"card": {"last4": "4242"}}))
    assert "4242" not in json.dumps(client.read_webhook(signed(own), own).payload)


@pytest.mark.parametrize(
    ("status", "kind"),
    [("succeeded", "refund.processed"), ("failed", "refund.failed"), ("pending", "refund.updated")],
)
def test_messages_about_our_refunds_are_understood(client: StripeGateway, status: str, kind: str) -> None:
    refund_id = new_id()
    made = about(status, object="refund", id="re_1", metadata={"refund_id": str(refund_id)})
    body = event("refund.updated", made)
    read = client.read_webhook(signed(body), body)
    assert (read.kind, read.refund_id, read.reference) == (kind, refund_id, "re_1")


# -- in an office ---------------------------------------------------------------------------------------


@dataclass
class Hall:
    """An office whose cards go through Stripe, with Stripe at its side."""

    office: Office
    server: LiveServer
    stripe: StripeServer

    def hold(self, seat: int = 0, who: Any = ALICE) -> UUID:
        return reserve(self.office.ask(seat), who, ACTOR).reservation_id

    def begin(self, reservation: UUID, who: Any = ALICE) -> tuple[PaymentStarted, str]:
        started = begin_payment(reservation, who, ACTOR, "card")
        reference = self.one("SELECT gateway_reference FROM payments ORDER BY created_at DESC LIMIT 1")
        return started, reference

    def one(self, statement: str) -> Any:
        db.session.rollback()
        return db.session.execute(text(statement)).scalars().first()

    def effects(self) -> list[str]:
        db.session.rollback()
        return list(db.session.execute(text("SELECT effect FROM webhook_events ORDER BY id")).scalars())


@pytest.fixture
def hall(fresh_database: FreshDatabase, stripe_server: StripeServer) -> Iterator[Hall]:
    settings = fresh_database.settings.model_copy(update={**KEYS, "stripe_api_base": stripe_server.url})
    with serve_office(fresh_database, settings) as server, server.app.app_context():
        stripe_server.send_to(server.url + "/api/v1/payments/webhook/stripe")
        yield Hall(make_office(), server, stripe_server)
        db.session.remove()


def test_a_card_buys_the_seat_by_the_signed_message_of_stripe(hall: Hall) -> None:
    reservation = hall.hold()
    started, reference = hall.begin(reservation)
    assert started.pay_url
    assert started.pay_url.startswith(f"{hall.server.url}/pay/stripe/{reference}/")
    hall.stripe.show_card(reference)
    hall.stripe.confirm(reference).raise_for_status()
    until(lambda: "booked" in hall.effects())
    assert booking_of_reservation(reservation)
    assert hall.one("SELECT sum(amount) FROM ledger_entries WHERE account = 'gateway_receivable'") == 2600


def test_a_declined_card_is_said_so_and_another_one_pays_the_same_intent(hall: Hall) -> None:
    reservation = hall.hold()
    _, reference = hall.begin(reservation)
    hall.stripe.show_card(reference, DECLINED_CARD)
    assert hall.stripe.confirm(reference).status_code == 402
    until(lambda: hall.effects() == ["failed"])
    assert hall.one("SELECT failure FROM payments") == "Your card was declined."
    _, second = hall.begin(reservation)
    hall.stripe.show_card(second)
    hall.stripe.confirm(second).raise_for_status()
    until(lambda: "booked" in hall.effects())
    assert booking_of_reservation(reservation)


def test_money_that_comes_too_late_goes_back_through_stripe(hall: Hall, clock: Clock) -> None:
    late = hall.hold()
    _, reference = hall.begin(late)
    clock.move(minutes=30)
    hall.hold(0, BOB)
    hall.stripe.show_card(reference)
    hall.stripe.confirm(reference).raise_for_status()
    until(lambda: "refund_due" in hall.effects())
    assert process_refund(hall.one("SELECT id FROM refunds")) == "processed"
    assert hall.one("SELECT status FROM payments") == "refunded"
    assert hall.one("SELECT count(*) FROM (SELECT 1 FROM ledger_entries GROUP BY account "
                    "HAVING sum(amount) <> 0) AS left_over") == 0  # fmt: skip


def test_a_refund_whose_answer_was_lost_is_found_at_stripe_and_made_once(hall: Hall, clock: Clock) -> None:
    late = hall.hold()
    _, reference = hall.begin(late)
    clock.move(minutes=30)
    hall.hold(0, BOB)
    hall.stripe.show_card(reference)
    hall.stripe.confirm(reference).raise_for_status()
    until(lambda: "refund_due" in hall.effects())
    refund = hall.one("SELECT id FROM refunds")
    amount = Money(hall.one("SELECT amount FROM refunds"), "EUR")
    gateway("stripe").refund(reference, refund, amount, "It arrived there, and the answer was lost.")
    assert chase() == 0, "not before its time"
    clock.move(minutes=2)
    assert chase() == 1
    assert hall.one("SELECT status FROM payments") == "refunded"
    key = {"Authorization": f"Bearer {SECRET_KEY}"}
    made = httpx.get(f"{hall.stripe.url}/v1/refunds?payment_intent={reference}", headers=key).json()["data"]
    assert [each["amount"] for each in made] == [amount.amount]


def test_a_message_that_was_lost_is_asked_for(hall: Hall, clock: Clock) -> None:
    reservation = hall.hold()
    _, reference = hall.begin(reservation)
    hall.stripe.ask("/_config/webhooks/office", url="http://127.0.0.1:9/", secret=WEBHOOK_SECRET)
    hall.stripe.show_card(reference)
    hall.stripe.confirm(reference).raise_for_status()
    clock.move(seconds=31)
    assert reconcile() == 1
    assert booking_of_reservation(reservation)


def test_cards_go_through_stripe_and_what_it_does_not_take_is_not_offered(hall: Hall) -> None:
    assert [gateway_for(method).name for method in ("card", "phone", "cash")] == ["stripe", "stripe", "cash"]
    with pytest.raises(UnknownMethod):
        gateway_for("upi")
    assert gateway("simulated").name == "simulated", "what was begun there can still be looked up"


def test_the_pay_page_needs_its_proof_and_loads_nothing_but_stripe(hall: Hall) -> None:
    started, _ = hall.begin(hall.hold())
    page = httpx.get(str(started.pay_url))
    policy = page.headers["content-security-policy"]
    assert f"script-src 'self' {hall.stripe.url};" in policy
    assert "26.00" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert httpx.get(str(started.pay_url)[:-1] + "0" * 2).status_code == 404
    assert 'name="' not in page.text.partition("<form")[2].partition("</form>")[0], "no field is ours"


@pytest.mark.browser
def test_a_person_pays_on_the_page(hall: Hall, browser_page: Page) -> None:
    reservation = hall.hold()
    started, reference = hall.begin(reservation)
    hall.stripe.show_card(reference, ASKING_CARD)
    hall.stripe.confirm(reference).raise_for_status()
    browser_page.goto(str(started.pay_url))
    expect(browser_page.locator("#card")).not_to_be_empty()
    browser_page.locator("button.go").click()
    browser_page.get_by_text("Complete authentication").click()
    expect(browser_page.locator('[data-state="completed"]')).to_be_visible()
    until(lambda: booking_of_reservation(reservation) is not None)


# -- settings -------------------------------------------------------------------------------------------


def test_an_office_with_stripe_starts_with_all_its_keys_only(tmp_path: Any) -> None:
    key = tmp_path / "key"
    key.write_text("sk_live_x\n")
    given = {"BOOKINGHALL_DATA_DIR": str(tmp_path), "BOOKINGHALL_CARD_GATEWAY": "stripe",
             "STRIPE_SECRET_KEY_FILE": str(key)}  # fmt: skip
    with pytest.raises(SettingsError) as caught:
        Settings.load(given)
    assert [problem.split()[0] for problem in caught.value.problems] == [
        "STRIPE_PUBLISHABLE_KEY",
        "STRIPE_WEBHOOK_SECRET",
    ]
    whole = Settings.load({**given, "STRIPE_PUBLISHABLE_KEY": "pk_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"})
    assert (whole.stripe_secret_key, whole.stripe_api_base) == ("sk_live_x", "https://api.stripe.com")
    assert "sk_live_x" not in repr(whole)
