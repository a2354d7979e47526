"""An operator's webhook: every event, signed, once each, from outside of every transaction, to nobody inside."""

import json
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from core.jobs.handlers import HANDLERS
from core.jobs.relay import Relay
from core.kernel.db import db, in_transaction
from core.kernel.errors import RuleBroken
from core.messages import http_out
from core.messages.events import SUBJECTS
from core.messages.models import Message, MessageAttempt
from core.messages.resend import resend
from core.messages.webhooks import secret_of
from core.payments.gateways.base import BadSignature
from core.payments.gateways.simulated.signing import HEADER, check
from core.timetable.service.operators import change_operator
from tests.support.clock import Clock
from tests.support.factories import CLERK, Office, make_office
from tests.support.listener import Listener
from tests.support.sales import buyer, sell

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def allowed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine may be called, and the relay delivers by itself: there is no Redis."""
    use(app, monkeypatch, webhook_private_hosts="127.0.0.1", redis_url=None)


def use(app: Flask, monkeypatch: pytest.MonkeyPatch, **changed: object) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=changed))


def listening(url: str) -> Office:
    office = make_office()
    change_operator(office.operator_id, CLERK, webhook_url=url)
    return office


def calls() -> list[Message]:
    found = select(Message).where(Message.channel == "webhook").order_by(Message.id)
    return list(db.session.execute(found.execution_options(populate_existing=True)).scalars())


def rounds(count: int = 3) -> None:
    relay = Relay()
    for _ in range(count):
        relay.round()


@pytest.mark.usefixtures("allowed")
def test_a_sale_is_told_as_signed_json_without_anybodys_name(listener: Listener) -> None:
    office = listening(f"{listener.url}/events?tenant=1")
    booking_id = sell(0, office=office)
    rounds()

    (said,), (message,) = listener.asked, calls()
    assert (said["event"], said["id"]) == ("booking.confirmed", str(message.id))
    assert said["data"]["booking_id"] == str(booking_id)
    assert (said["data"]["total"], said["data"]["currency"]) == (2600, "EUR")
    assert b"alice" not in listener.bodies[0].lower()
    secret = secret_of(office.operator_id, 1)
    check(secret, listener.bodies[0], listener.headers[0][HEADER])
    for wrong in (secret_of(office.operator_id, 2), secret_of(UUID(int=1), 1)):
        with pytest.raises(BadSignature):
            check(wrong, listener.bodies[0], listener.headers[0][HEADER])
    assert (message.status, message.outcome, message.booking_id) == ("sent", "taken: 200", booking_id)


@pytest.mark.usefixtures("allowed")
def test_without_an_endpoint_nothing_is_written(listener: Listener) -> None:
    sell(0)
    rounds()

    assert calls() == []


@pytest.mark.parametrize("place", ["127.0.0.1", "localhost", "[::1]", "2130706433"])
def test_a_private_address_is_a_dead_letter_that_says_so(
    app: Flask, listener: Listener, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(app, monkeypatch, redis_url=None)
    sell(0, office=listening(listener.url.replace("127.0.0.1", place)))
    rounds()

    assert listener.asked == []
    assert {each.status for each in calls()} == {"failed"}
    assert "private network" in str(calls()[0].outcome)


@pytest.mark.usefixtures("allowed")
def test_a_redirection_leads_nowhere(listener: Listener) -> None:
    listener.moods = ["elsewhere"]
    sell(0, office=listening(listener.url))
    rounds(1)
    rounds(1)

    assert len(listener.asked) == 1
    assert (calls()[0].status, calls()[0].outcome) == ("queued", "302 mood 302")


@pytest.mark.usefixtures("allowed")
def test_it_is_tried_again_with_the_same_id_and_a_new_signature(listener: Listener, clock: Clock) -> None:
    listener.moods = [500, 404, "break", 200]
    sell(0, office=listening(listener.url))
    relay = Relay()
    relay.round()
    for seconds in (0, 2, 4, 8):
        clock.move(seconds=seconds)
        relay.round()
        relay.round()

    assert len(listener.ids) == 4
    assert len(set(listener.ids)) == 1
    found = select(MessageAttempt.status).where(MessageAttempt.message_id == calls()[0].id)
    tried = db.session.execute(found.order_by(MessageAttempt.id)).scalars()
    assert list(tried) == ["queued", "queued", "queued", "sent"]


@pytest.mark.usefixtures("allowed")
def test_gone_is_final_and_a_click_sends_it_again(listener: Listener) -> None:
    listener.moods = [410, 200]
    sell(0, office=listening(listener.url))
    rounds()
    (dead,) = calls()
    assert (dead.status, dead.outcome) == ("failed", "410 mood 410")

    resend(dead.id, CLERK)
    rounds()
    assert calls()[0].status == "sent"
    assert len(set(listener.ids)) == 1


@pytest.mark.usefixtures("allowed")
def test_a_silent_endpoint_holds_up_only_itself(
    listener: Listener, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One event asks for all of them; mail goes out meanwhile; when it answers all follow in their order."""
    monkeypatch.setattr(http_out, "ANSWER_SECONDS", 0.3)
    listener.moods = ["silent"]
    office = listening(listener.url)
    for seat in range(3):
        sell(seat, office=office, holder=buyer(seat))
        rounds(2)
    assert len(listener.asked) == 1
    mails = db.session.execute(select(Message.status).where(Message.channel == "email")).scalars()
    assert list(mails) == ["sent"] * 3

    listener.moods = [200]
    clock.move(minutes=5)
    rounds(4)
    assert listener.ids[1:] == [str(each.id) for each in calls()]
    assert {each.status for each in calls()} == {"sent"}


@pytest.mark.usefixtures("allowed")
def test_nothing_is_called_inside_a_transaction(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[bool] = []
    real = http_out.post

    def watched(*args: object, **more: object) -> object:
        inside.append(in_transaction())
        return real(*args, **more)

    monkeypatch.setattr(http_out, "post", watched)
    sell(0, office=listening(listener.url))
    rounds()

    assert inside == [False]


@pytest.mark.usefixtures("allowed")
def test_an_address_that_was_changed_gets_nothing_old(listener: Listener) -> None:
    office = listening(f"{listener.url}/old")
    sell(0, office=office)
    Relay().round()
    change_operator(office.operator_id, CLERK, webhook_url=f"{listener.url}/new")
    sell(1, office=office, holder=buyer(1))
    rounds()

    assert [each.status for each in calls()] == ["failed", "sent"]
    assert len(listener.asked) == 1


@pytest.mark.parametrize(
    "address",
    ["ftp://example.org", "http://", "http://user:pw@example.org", "http://example.org:99999/", "http://exa mple.org",
     "http://[::1", "javascript:alert(1)", "http://example.org/#x", "http://ștefania.example", "x" * 300],
)  # fmt: skip
def test_an_address_that_cannot_be_one_is_refused_in_a_sentence(address: str) -> None:
    office = make_office()

    with pytest.raises(RuleBroken) as refused:
        change_operator(office.operator_id, CLERK, webhook_url=address)
    assert refused.value.code == "invalid_webhook_url"


def test_every_event_that_is_handled_for_people_is_told() -> None:
    """All but what is no event: messages on their way, reminders, money that is due."""
    inner = {
        "message.send",
        "sms.send",
        "webhook.send",
        "reminder.due",
        "disruption.run",
        "refund.due",
        "invoice.due",
        "credit.due",
    }
    assert set(SUBJECTS) == set(HANDLERS) - inner
    for kind in SUBJECTS:
        assert hasattr(HANDLERS[kind].load(), "__wrapped__"), kind


def test_json_is_what_is_sent_whatever_names_there_are(allowed: None, listener: Listener) -> None:
    office = listening(listener.url)
    sell(0, office=office, names=['"}Ștefania\\'])
    rounds()

    assert json.loads(listener.bodies[0])["operator"]
