"""The whole exchange over real HTTP: the office asks, the gateway's own process decides and sends signed messages."""

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from core.kernel.db import db
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments import records
from core.payments.gateways.base import GatewayAnswer, GatewayUnavailable, PaymentIntent
from core.payments.gateways.simulated import signing
from core.payments.gateways.simulated.client import WEBHOOK_PATH
from tests.core.payments.cast import PRICE, Stage, begin, set_stage
from tests.core.payments.conftest import Office
from tests.support.gateway import until


@pytest.fixture
def stage(office: Office) -> Stage:
    return set_stage()


def intent(payment: UUID, **more: object) -> PaymentIntent:
    made = PaymentIntent(payment, PRICE, "card", "Carpathia Bus, Bucharest – Brașov")
    return replace(made, **more)


def ask(office: Office, payment: UUID, **more: object) -> GatewayAnswer:
    answer = office.gateway.begin(intent(payment, **more))
    records.note_answer(payment, answer)
    return answer


def status(payment: UUID) -> str:
    db.session.rollback()
    return str(
        db.session.execute(text("SELECT status FROM payments WHERE id = :id"), {"id": payment}).scalar_one()
    )


def press(pay_url: str | None, choice: str, **form: str) -> httpx.Response:
    """What a browser does when the person presses a button of the pay page."""
    assert pay_url
    found = re.search(r'name="token" value="([0-9a-f]+)"', httpx.get(pay_url).text)
    data = {"token": found[1] if found else "", **form}
    return httpx.post(f"{pay_url}/{choice}", data=data)


# -- a person decides ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "paid"), [("succeed", "completed"), ("slow", "completed"), ("fail", "failed")]
)
def test_the_person_decides_on_the_pay_page(office: Office, stage: Stage, choice: str, paid: str) -> None:
    payment = begin(stage)
    answer = ask(office, payment)
    assert answer.status == "pending"
    assert press(answer.pay_url, choice).status_code == 303
    event, effect = office.hear()[0]
    assert (event.kind, event.payment_id, event.amount) == (f"payment.{paid}", payment, PRICE)
    assert effect == status(payment) == paid
    assert office.gateway.look_up(answer.reference).status == paid


def test_deciding_twice_changes_nothing(office: Office, stage: Stage) -> None:
    payment = begin(stage)
    answer = ask(office, payment)
    token = re.search(r'value="([0-9a-f]{64})"', httpx.get(str(answer.pay_url)).text)
    assert token
    press(answer.pay_url, "fail")
    assert httpx.post(f"{answer.pay_url}/succeed", data={"token": token[1]}).status_code == 303
    office.hear()
    assert office.gateway.look_up(answer.reference) == replace(
        answer, status="failed", failure="The payment was declined."
    )
    assert office.effects() == ["failed"]


def test_after_paying_the_page_leads_back_to_the_office(office: Office, stage: Stage) -> None:
    home = f"{office.url}/reservations/7"
    answer = ask(office, begin(stage), return_url=home)
    pressed = press(answer.pay_url, "succeed")
    assert pressed.headers["location"] == home
    assert f"form-action 'self' {office.url}" in pressed.headers["content-security-policy"]


def test_the_form_is_posted_by_its_own_page_only(office: Office, stage: Stage) -> None:
    payment = begin(stage)
    answer = ask(office, payment)
    refused = httpx.post(f"{answer.pay_url}/succeed", data={"token": "0" * 64})
    assert refused.status_code == 400
    assert "No such payment" in refused.text
    assert office.gateway.look_up(answer.reference).status == "pending"


# -- it decides by itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "paid"),
    [("tap", "completed"), ("instant", "completed"), ("slow", "completed"), ("decline", "failed")],
)
def test_it_can_decide_by_itself(office: Office, stage: Stage, behaviour: str, paid: str) -> None:
    payment = begin(stage)
    answer = ask(office, payment, behaviour=behaviour)
    assert answer.pay_url is None
    assert office.hear()[0][1] == status(payment) == paid


def test_a_card_at_the_kiosk_is_held_to_the_reader(office: Office, stage: Stage) -> None:
    payment = begin(stage)
    assert ask(office, payment, in_person=True).pay_url is None
    office.hear()
    assert status(payment) == "completed"


def test_a_phone_at_the_kiosk_gets_the_page(office: Office, stage: Stage) -> None:
    assert ask(office, begin(stage), in_person=True, method="phone").pay_url


def test_a_message_sent_twice_is_processed_once(office: Office, stage: Stage) -> None:
    payment = begin(stage)
    ask(office, payment, behaviour="twice")
    first, second = office.hear(2)
    assert first[0].event_id == second[0].event_id
    assert sorted(office.effects()) == ["completed", "duplicate"]
    kept = db.session.execute(text("SELECT count(*) FROM webhook_events")).scalar_one()
    assert kept == 1


def test_a_late_message_is_known_by_looking_up(office: Office, stage: Stage) -> None:
    payment = begin(stage)
    answer = ask(office, payment, behaviour="late")
    assert office.gateway.look_up(answer.reference).status == "completed"
    assert office.heard == []
    office.hear()
    assert status(payment) == "completed"


def test_one_that_never_answers_stays_pending(office: Office, stage: Stage) -> None:
    never, other = begin(stage), begin(stage)
    answer = ask(office, never, behaviour="never")
    ask(office, other, behaviour="slow")
    office.hear()
    assert office.gateway.look_up(answer.reference).status == status(never) == "pending"


# -- trouble on the way --------------------------------------------------------------------------------


def test_a_lost_answer_is_asked_for_again_and_charged_once(office: Office, stage: Stage) -> None:
    payment = begin(stage)
    with pytest.raises(GatewayUnavailable):
        office.gateway.begin(intent(payment, behaviour="lost"))
    again = ask(office, payment, behaviour="lost")
    assert again.reference == ask(office, payment, behaviour="lost").reference
    office.hear()
    assert office.gateway.look_up(again.reference).status == status(payment) == "completed"
    assert office.effects() == ["completed"]


def test_a_gateway_that_is_away_says_so_and_loses_nothing(office: Office, stage: Stage) -> None:
    payment, waiting = begin(stage), begin(stage)
    answer = ask(office, payment)
    slow = ask(office, waiting, behaviour="slow")
    office.process.stop()
    try:
        with pytest.raises(GatewayUnavailable) as caught:
            office.gateway.look_up(answer.reference)
        assert (caught.value.status, caught.value.code) == (503, "gateway_unavailable")
    finally:
        office.process.start()
    assert office.gateway.look_up(answer.reference) == answer
    office.hear()
    assert status(waiting) == office.gateway.look_up(slow.reference).status == "completed"
    press(answer.pay_url, "succeed")
    office.hear(2)
    assert status(payment) == "completed"


def test_messages_wait_for_an_office_that_is_closed(office: Office, stage: Stage) -> None:
    payment = begin(stage)
    office.closed = True
    answer = ask(office, payment, behaviour="instant")
    until(lambda: office.gateway.look_up(answer.reference).status == "completed")
    assert status(payment) == "pending"
    office.closed = False
    office.hear()
    assert status(payment) == "completed"


@pytest.fixture
def free_address() -> str:
    from tests.support.mail import free_port

    return f"http://127.0.0.1:{free_port()}"


# -- messages that are not to be believed ----------------------------------------------------------


@pytest.fixture
def genuine(office: Office, stage: Stage) -> tuple[dict[str, str], bytes]:
    """A message as it came, with its headers."""
    ask(office, begin(stage), behaviour="instant")
    office.hear()
    return office.raw[0]


def send(office: Office, headers: dict[str, str], body: bytes) -> tuple[int, str]:
    wanted = {k: v for k, v in headers.items() if k.lower() in {signing.HEADER.lower(), "content-type"}}
    answer = httpx.post(office.url + WEBHOOK_PATH, content=body, headers=wanted)
    return answer.status_code, answer.json()["code"] if answer.content else ""


@pytest.mark.parametrize(
    "forge",
    [
        lambda headers, body: (headers, body.replace(b"5000", b"9000")),
        lambda _, body: ({}, body),
        lambda _, body: ({signing.HEADER: "t=1,v1=00"}, body),
        lambda _, body: ({signing.HEADER: signing.sign("another secret", body)}, body),
    ],
)
def test_a_forged_message_is_refused(
    office: Office,
    genuine: tuple[dict[str, str], bytes],
    forge: Callable[[dict[str, str], bytes], tuple[dict[str, str], bytes]],
) -> None:
    assert send(office, *forge(*genuine)) == (400, "bad_signature")
    assert office.effects() == ["completed"]


def test_an_old_message_cannot_be_played_again(office: Office, genuine: tuple[dict[str, str], bytes]) -> None:
    import time

    old = signing.sign(office.secret, genuine[1], time.time() - 301)
    assert send(office, {signing.HEADER: old}, genuine[1]) == (400, "bad_signature")
    fresh = signing.sign(office.secret, genuine[1])
    assert send(office, {signing.HEADER: fresh}, genuine[1]) == (204, "")
    assert office.effects() == ["completed", "duplicate"]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"\xff\x00", b'{"event_id": 7}', b'{"event_id":"e","kind":"k"}']
)
def test_a_signed_message_that_makes_no_sense_is_refused(office: Office, body: bytes) -> None:
    assert send(office, {signing.HEADER: signing.sign(office.secret, body)}, body) == (400, "malformed")


def test_another_amount_completes_nothing(office: Office, stage: Stage) -> None:
    payment = begin(stage)
    office.gateway.begin(intent(payment, amount=Money(4999, "RON"), behaviour="instant"))
    assert office.hear()[0][1] == "wrong_amount"
    assert status(payment) == "pending"


def test_a_message_about_an_unknown_payment_is_parked(office: Office) -> None:
    office.gateway.begin(intent(new_id(), behaviour="instant"))
    assert office.hear()[0][1] == "parked"
    row = db.session.execute(text("SELECT payment_id, effect, payload FROM webhook_events")).one()
    assert (row.payment_id, row.effect) == (None, "parked")
    assert row.payload["amount"] == {"amount": 5000, "currency": "RON"}
