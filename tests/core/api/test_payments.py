from uuid import uuid4

import pytest
from sqlalchemy import text

from core.accounts import callers
from core.accounts.throttle import Counters
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.payments.gateways import catalogue
from core.payments.gateways.base import GatewayAnswer, GatewayUnavailable
from core.payments.gateways.simulated import signing
from core.payments.vouchers import issue
from tests.core.api.cast import Person, gateway_says


class Counterpart:
    """A gateway in this process, so that these tests need no second one; its messages are the real thing."""

    name = "simulated"

    def __init__(self, real):
        self.read_webhook = real.read_webhook
        self.away = False

    def begin(self, intent):
        if self.away:
            raise GatewayUnavailable
        return GatewayAnswer(f"ref-{intent.payment_id}", "http://127.0.0.1:8099/pay/x", "pending")


@pytest.fixture
def gateway(app, db_session, monkeypatch):
    gateways = dict(catalogue._gateways())
    counterpart = Counterpart(gateways["simulated"])
    monkeypatch.setitem(app.extensions, catalogue._KEY, {**gateways, "simulated": counterpart})
    return counterpart


@pytest.fixture
def held(cast, hold):
    return cast.guest.post("/reservations/create", hold(0)).json


@pytest.fixture
def paying(cast, held, gateway):
    return cast.guest.post("/payments/initiate", {"reservation_id": held["id"], "method": "card"}).json


def test_a_payment_begins_with_a_page_to_pay_on(paying, held):
    assert paying["status"] == "pending"
    assert paying["pay_url"].startswith("http")
    assert paying["amount"] == held["quote"]["total"]
    assert paying["booking_id"] is None


def test_a_signed_message_makes_the_booking_once(cast, held, paying):
    said = {"event_id": "e1"}
    assert gateway_says(cast.client, paying["payment_id"], paying["amount"], **said).json == {
        "effect": "booked"
    }
    assert gateway_says(cast.client, paying["payment_id"], paying["amount"], **said).json == {
        "effect": "duplicate"
    }
    booking = cast.guest.post("/bookings/create", {"reservation_id": held["id"]})
    assert booking.status_code == 200
    assert booking.json["status"] == "confirmed"
    assert booking.json["total"] == held["quote"]["total"]
    assert cast.guest.get(f"/payments/{paying['payment_id']}").json["status"] == "completed"


def test_an_unsigned_or_broken_message_does_nothing(cast, held, paying):
    path = "/payments/webhook/simulated"
    assert cast.nobody.post(path, "{}").json["code"] == "bad_signature"
    body = b"not json"
    header = {"X_Bookinghall_Signature": signing.sign("another secret", body)}
    assert cast.nobody.post(path, body, **header).status_code == 400
    assert cast.nobody.post("/payments/webhook/unknown", "{}").status_code == 404
    assert cast.guest.get(f"/payments/{paying['payment_id']}").json["status"] == "pending"


def test_a_signed_message_that_cannot_be_read_is_400(app, cast, paying):
    secret = app.config["SETTINGS"].simulated_gateway_secret
    for body in (b"not json", b"[]", b'{"event_id": 1}', b"\x00", b'{"a":' * 2000):
        header = {"X_Bookinghall_Signature": signing.sign(secret, body)}
        answer = cast.nobody.post("/payments/webhook/simulated", body, **header)
        assert answer.status_code == 400, answer.json


def test_the_wrong_amount_makes_no_booking(cast, held, paying):
    less = {"amount": 1, "currency": "EUR"}
    assert gateway_says(cast.client, paying["payment_id"], less).json == {"effect": "refund_due"}
    assert (
        cast.guest.post("/bookings/create", {"reservation_id": held["id"]}).json["code"] == "payment_missing"
    )


def test_a_message_about_an_unknown_payment_is_parked(cast, gateway):
    assert gateway_says(cast.client, str(uuid4()), {"amount": 1, "currency": "EUR"}).json == {
        "effect": "parked"
    }


def test_a_gateway_that_does_not_answer_is_503_and_may_be_tried_again(cast, held, gateway):
    gateway.away = True
    body = {"reservation_id": held["id"], "method": "card"}
    assert cast.guest.post("/payments/initiate", body, Idempotency_Key="p1").status_code == 503
    gateway.away = False
    assert cast.guest.post("/payments/initiate", body, Idempotency_Key="p1").status_code == 201


def test_the_same_payment_request_is_begun_once(cast, held, gateway):
    body = {"reservation_id": held["id"], "method": "card"}
    first = cast.guest.post("/payments/initiate", body, Idempotency_Key="p1").json
    again = cast.guest.post("/payments/initiate", body, Idempotency_Key="p1").json
    assert first == again
    assert db.session.execute(text("SELECT count(*) FROM payments")).scalar_one() == 1


def test_staff_take_cash_for_anyone(cast, held):
    paid = cast.agent.post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"})
    assert paid.status_code == 201, paid.json
    assert paid.json["status"] == "completed"
    assert cast.agent.get(f"/bookings/{paid.json['booking_id']}").json["status"] == "confirmed"


@pytest.mark.parametrize(
    ("who", "status"), [("guest", 401), ("customer", 403), ("gate", 403), ("partner", 403), ("kiosk", 403)]
)
def test_nobody_else_says_that_cash_was_paid(cast, held, who, status):
    """Not a kiosk's page either: its cash is counted by its box (see core.peripherals)."""
    answer = cast[who].post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"})
    assert answer.status_code == status


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "javascript:alert(1)", "//evil.example", "\x00", "http://["]
)
def test_the_way_back_leads_to_this_office(cast, held, gateway, url):
    body = {"reservation_id": held["id"], "method": "card", "return_url": url}
    answer = cast.guest.post("/payments/initiate", body)
    assert (answer.status_code, answer.json["field"]) == (422, "return_url")


def test_payments_of_others_are_not_found_but_managers_see_them(cast, paying):
    path = f"/payments/{paying['payment_id']}"
    for stranger in ("other_guest", "customer", "kiosk", "agent", "gate"):
        assert cast[stranger].get(path).status_code == 404
    for staff in ("manager", "admin"):
        assert cast[staff].get(path).json["amount"] == paying["amount"]
    assert cast.admin.get(f"/payments/{uuid4()}").status_code == 404


# -- vouchers, and parts ----------------------------------------------------------------------------------


@pytest.fixture
def voucher(cast, held):
    """Make a voucher of the operator that the seats are held at."""

    def make(worth):
        operator = db.session.execute(text("SELECT operator_id FROM reservations LIMIT 1")).scalar_one()
        return issue(operator, worth, "A present", SYSTEM).code

    return make


def test_a_voucher_pays_at_once(cast, held, gateway, voucher):
    body = {"reservation_id": held["id"], "method": "voucher", "voucher_code": voucher(100_000)}
    paid = cast.guest.post("/payments/initiate", body)
    assert paid.status_code == 201, paid.json
    assert (paid.json["status"], paid.json["pay_url"]) == ("completed", None)
    assert paid.json["amount"] == held["quote"]["total"]
    assert cast.guest.get(f"/bookings/{paid.json['booking_id']}").json["status"] == "confirmed"


def test_a_voucher_and_a_card_pay_together(cast, held, gateway, voucher):
    total = held["quote"]["total"]["amount"]
    parts = [{"method": "voucher", "voucher_code": voucher(500)}, {"method": "card"}]
    body = {"reservation_id": held["id"], "parts": parts}
    begun = cast.guest.post("/payments/initiate", body, Idempotency_Key="s1").json
    assert cast.guest.post("/payments/initiate", body, Idempotency_Key="s1").json == begun
    assert [(p["method"], p["status"], p["amount"]["amount"]) for p in begun["parts"]] == [
        ("voucher", "completed", 500),
        ("card", "pending", total - 500),
    ]
    assert (begun["payment_id"], begun["booking_id"]) == (begun["parts"][1]["payment_id"], None)
    assert begun["pay_url"].startswith("http")
    first, second = (cast.guest.get(f"/payments/{p['payment_id']}").json for p in begun["parts"])
    assert first["split_id"] == second["split_id"] is not None
    assert gateway_says(cast.client, begun["payment_id"], begun["amount"]).json == {"effect": "booked"}
    shown = cast.guest.get(f"/reservations/{held['id']}").json
    assert sorted(p["status"] for p in shown["payments"]) == ["completed", "completed"]
    assert shown["status"] == "confirmed"


def test_staff_take_a_part_in_cash_and_a_guest_does_not(cast, held, gateway):
    parts = [{"method": "cash", "amount": 100}, {"method": "card"}]
    body = {"reservation_id": held["id"], "parts": parts}
    assert cast.guest.post("/payments/initiate", body).status_code == 401
    assert cast.customer.post("/payments/initiate", body).status_code == 403
    begun = cast.agent.post("/payments/initiate", body)
    assert begun.status_code == 201, begun.json
    assert (
        gateway_says(cast.client, begun.json["payment_id"], begun.json["amount"]).json["effect"] == "booked"
    )


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"method": "voucher"}, "voucher_unknown"),
        ({"method": "voucher", "voucher_code": "2222-2222-2222"}, "voucher_unknown"),
        ({"method": "voucher", "voucher_code": "\ud83c\udf9f" * 12}, "voucher_unknown"),
        ({"parts": [{"method": "card", "amount": 1}]}, "bad_parts"),
        ({"parts": [{"method": "card"}, {"method": "phone"}]}, "bad_parts"),
        ({"parts": [{"method": "card", "amount": 0}]}, "validation_failed"),
        ({"parts": [{"method": "card", "amount": -5}]}, "validation_failed"),
        ({"parts": [{"method": "card", "amount": 2**60}]}, "validation_failed"),
        ({"parts": []}, "validation_failed"),
        ({"parts": [{"method": "card"}] * 5}, "validation_failed"),
        ({"parts": [{"method": "card"}], "method": "card"}, "validation_failed"),
        ({}, "validation_failed"),
    ],
)
def test_parts_that_make_no_sense_take_nothing(cast, held, gateway, more, code):
    answer = cast.guest.post("/payments/initiate", {"reservation_id": held["id"], **more})
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert db.session.execute(text("SELECT count(*) FROM payments")).scalar_one() == 0


def test_a_voucher_of_too_little_says_what_is_missing(cast, held, gateway, voucher):
    body = {"reservation_id": held["id"], "method": "voucher", "voucher_code": voucher(1)}
    answer = cast.guest.post("/payments/initiate", body)
    assert (answer.status_code, answer.json["code"]) == (422, "bad_parts")
    assert answer.json["rest"]["amount"] == held["quote"]["total"]["amount"] - 1


def test_codes_of_vouchers_are_not_guessed(cast, held, app, monkeypatch):
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    app.extensions["bookinghall_counters"] = Counters("memory://")

    def guess(person):
        body = {"reservation_id": held["id"], "method": "voucher", "voucher_code": "ABCDEFGHJKMN"}
        return person.post("/payments/initiate", body)

    assert {guess(cast.guest).json["code"] for _ in range(12)} == {"voucher_unknown"}
    refused = guess(cast.guest)
    assert (refused.status_code, refused.json["code"]) == (429, "too_many_voucher_codes")
    assert "try again in an hour" in refused.json["title"]
    assert refused.json["retry_after"] > 0
    others = [callers.sign_guest(uuid4().hex) for _ in range(5)]
    answers = [
        guess(Person(cast.client, "guest", {"X-Guest-Session": other})).status_code
        for other in others
        for _ in range(12)
    ]
    assert answers[-1] == 429, "another session from the same address is the same guesser"
    assert answers[0] == 404
