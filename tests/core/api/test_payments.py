from uuid import uuid4

import pytest
from sqlalchemy import text

from core.kernel.db import db
from core.payments.gateways import catalogue
from core.payments.gateways.base import GatewayAnswer, GatewayUnavailable
from core.payments.gateways.simulated import signing
from tests.core.api.cast import gateway_says


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


def test_staff_take_cash_for_anyone_and_a_kiosk_for_its_own(cast, hold, held):
    paid = cast.agent.post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"})
    assert paid.status_code == 201, paid.json
    assert paid.json["status"] == "completed"
    assert cast.agent.get(f"/bookings/{paid.json['booking_id']}").json["status"] == "confirmed"
    own = cast.kiosk.post("/reservations/create", hold(5)).json
    assert (
        cast.kiosk.post("/payments/initiate", {"reservation_id": own["id"], "method": "cash"}).status_code
        == 201
    )


@pytest.mark.parametrize(
    ("who", "status"), [("guest", 401), ("customer", 403), ("gate", 403), ("partner", 403)]
)
def test_nobody_else_says_that_cash_was_paid(cast, held, who, status):
    answer = cast[who].post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"})
    assert answer.status_code == status


def test_a_kiosk_takes_no_cash_for_somebody_elses_hold(cast, held):
    answer = cast.kiosk.post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"})
    assert answer.status_code == 404


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
