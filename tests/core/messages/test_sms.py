"""Text messages: who gets one, what it says, and nothing lost at a gateway in any mood."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text

from core.booking.links import ticket_address
from core.booking.queries import booking_view
from core.jobs.relay import Relay
from core.kernel import outbox
from core.kernel.db import db
from core.kernel.languages import languages
from core.messages import http_out
from core.messages.handlers import booking_confirmed, refund_processed, schedule_delayed
from core.messages.models import Message, MessageAttempt
from core.messages.resend import resend
from core.messages.sms import LONGEST, text_of
from core.proof.words import QUEUED_WILL_BE_SENT
from core.timetable.service.operators import change_policy
from tests.core.messages.test_service import owed_back
from tests.support.clock import Clock
from tests.support.factories import CLERK, Office, make_office
from tests.support.listener import Listener
from tests.support.sales import buyer, sell

pytestmark = pytest.mark.usefixtures("db_session")
PHONE = "+351912345678"


@pytest.fixture
def gateway(app: Flask, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Listener:
    """The office hands its text messages to this server, and the relay delivers by itself: there is no Redis."""
    changed = {"sms_url": f"{listener.url}/sms", "sms_token": "s3cret", "redis_url": None}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changed))
    return listener


def messages(channel: str = "sms") -> list[Message]:
    found = select(Message).where(Message.channel == channel).order_by(Message.id)
    return list(db.session.execute(found.execution_options(populate_existing=True)).scalars())


def outcomes() -> list[tuple[str, str]]:
    found = select(MessageAttempt).join(Message, Message.id == MessageAttempt.message_id)
    rows = db.session.execute(found.where(Message.channel == "sms").order_by(MessageAttempt.id)).scalars()
    return [(each.status, each.outcome) for each in rows]


def by_phone(office: Office | None = None, seat: int = 0, email: str | None = None) -> UUID:
    return sell(seat, office=office, email=email, contact_phone=PHONE, holder=buyer(seat))


def test_who_has_a_phone_only_gets_the_ticket_by_text(gateway: Listener) -> None:
    booking_id = by_phone()
    Relay().round()
    Relay().round()

    (asked,), (message,) = gateway.asked, messages()
    booking = booking_view(booking_id)
    assert booking is not None
    assert asked["to"] == PHONE
    assert asked["id"] == str(message.id)
    assert booking.spoken_reference in asked["text"]
    assert asked["text"].endswith(ticket_address(booking_id))
    assert "Lisboa – Porto" in asked["text"]
    assert gateway.headers[0]["Authorization"] == "Bearer s3cret"
    assert (message.status, message.attempts, message.booking_id) == ("sent", 1, booking_id)
    assert message.outcome == "taken by 127.0.0.1: 200 mood 200"
    assert message.subject == asked["text"]


def test_without_a_gateway_nothing_is_written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    by_phone()
    monkeypatch.setattr("core.jobs.relay.nudge_outbox", lambda *_: False)
    Relay().round()

    assert messages() == []


@pytest.mark.parametrize(
    ("policy", "email", "texts"),
    [("instead", "a@example.org", 0), ("both", "a@example.org", 1), ("never", None, 0), ("both", None, 1)],
)
def test_the_policy_says_who_gets_both(gateway: Listener, policy: str, email: str | None, texts: int) -> None:
    office = make_office()
    change_policy(office.operator_id, CLERK, sms=policy)
    by_phone(office, email=email)
    Relay().round()
    Relay().round()

    assert len(gateway.asked) == texts
    assert len(messages("email")) == (1 if email else 0)


@pytest.mark.parametrize("language", languages())
def test_every_language_fits_and_keeps_its_link(gateway: Listener, language: str) -> None:
    booking_id = by_phone()
    said = text_of("booking.confirmed", booking_id, language, booking_id)

    assert len(said) <= LONGEST
    assert said.endswith(ticket_address(booking_id))
    back = text_of("refund.processed", owed_back(booking_id), language, booking_id)
    assert len(back) <= LONGEST
    assert "http" not in back


def test_a_delay_reaches_everybody_each_their_own_way(gateway: Listener) -> None:
    office = make_office()
    by_phone(office, 0)
    by_phone(office, 1, "a@example.org")
    schedule_delayed(77, {"schedule_id": str(office.schedule_id)})
    schedule_delayed(77, {"schedule_id": str(office.schedule_id)})

    told = [(each.channel, each.recipient) for each in [*messages("email"), *messages()]]
    assert told == [("email", "a@example.org"), ("sms", PHONE)]


def test_a_repetition_bears_the_same_id(gateway: Listener, clock: Clock) -> None:
    """Its answer was lost, so it is asked again: a gateway that has it says 409, and that is as good as taking it."""
    gateway.moods = ["break", 409]
    by_phone()
    relay = Relay()
    relay.round()
    relay.round()
    clock.move(seconds=3)
    relay.round()

    assert len(gateway.ids) == 2
    assert len(set(gateway.ids)) == 1
    assert [status for status, _ in outcomes()] == ["queued", "sent"]


def test_a_moody_gateway_is_tried_again_with_pauses(gateway: Listener, clock: Clock) -> None:
    gateway.moods = [500, 429, "junk", "slow"]
    by_phone()
    relay = Relay()
    relay.round()
    for seconds in (0, 2, 4, 8):
        clock.move(seconds=seconds)
        relay.round()
        relay.round()

    assert [status for status, _ in outcomes()] == ["queued", "queued", "queued", "sent"]
    assert len(set(gateway.ids)) == 1


def test_one_that_never_answers_costs_its_time_and_is_tried_again(
    gateway: Listener, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_out, "ANSWER_SECONDS", 0.3)
    gateway.moods = ["silent", 200]
    by_phone()
    relay = Relay()
    relay.round()
    relay.round()
    assert outcomes()[0][1].startswith("No answer")
    clock.move(seconds=3)
    relay.round()

    assert [status for status, _ in outcomes()] == ["queued", "sent"]


def test_a_refusal_is_a_dead_letter_and_goes_out_by_a_click(gateway: Listener) -> None:
    gateway.moods = [422, 200]
    by_phone()
    relay = Relay()
    relay.round()
    relay.round()
    (dead,) = messages()
    dead_id = dead.id
    assert (dead.status, dead.outcome) == ("failed", "422 mood 422")

    resend(dead_id, CLERK)
    assert db.session.execute(text(QUEUED_WILL_BE_SENT.statement), {"schedules": None}).all() == []
    relay.round()
    assert messages()[0].status == "sent"
    assert len(set(gateway.ids)) == 1, "nobody has got it: it keeps its id"

    resend(dead_id, CLERK)
    relay.round()
    assert len(set(gateway.ids)) == 2, "one that was sent goes out as a new one"


def test_a_gateway_that_is_away_holds_up_no_mail_and_gets_all_in_order(
    gateway: Listener, clock: Clock
) -> None:
    office = make_office()
    gateway.moods = [401]
    change_policy(office.operator_id, CLERK, sms="both")
    relay = Relay()
    for seat in range(4):
        by_phone(office, seat, f"a{seat}@example.org")
        relay.round()
        relay.round()
    assert len(gateway.asked) == 1, "one asks for all"
    assert [each.status for each in messages("email")] == ["sent"] * 4

    gateway.moods = [200]
    clock.move(minutes=5)
    for _ in range(4):
        relay.round()
    assert [each.status for each in messages()] == ["sent"] * 4
    assert gateway.ids[1:] == [str(each.id) for each in messages()]


def test_told_twice_it_is_sent_once(gateway: Listener) -> None:
    booking_id = by_phone()
    for event in (1, 2):
        booking_confirmed(event, {"booking_id": str(booking_id)})
    refund_id = owed_back(booking_id)
    refund_processed(3, {"refund_id": str(refund_id)})
    refund_processed(4, {"refund_id": str(refund_id)})

    waiting = [kind for _, kind in outbox.waiting(("sms.send",))]
    assert waiting == ["sms.send"] * 2
