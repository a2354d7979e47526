"""Nothing is lost on the way: attempts with pauses, what has failed waits for a person, an absent server keeps the order."""

import itertools
from datetime import timedelta
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, text

from core.jobs.relay import Relay
from core.kernel import outbox
from core.kernel.activity import ActivityEntry
from core.kernel.context import settings
from core.kernel.db import db, transaction
from core.messages.models import Message, MessageAttempt
from core.messages.resend import resend, resend_failed
from core.messages.rules import BACK_OFF, wait_after
from core.proof.words import QUEUED_WILL_BE_SENT
from tests.support.clock import Clock
from tests.support.factories import BOB, CLERK, make_office
from tests.support.mail import MailServer, free_port
from tests.support.sales import sell

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def smtp(smtp_server: MailServer, db_session: object, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    """The office sends through this server, and the relay delivers by itself: there is no Redis."""
    sends_through(smtp_server, monkeypatch)
    return smtp_server


def sends_through(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = settings().model_copy(update={"smtp_host": server.host, "smtp_port": server.port})
    monkeypatch.setattr("core.messages.transports.settings", lambda: changed)
    monkeypatch.setattr("core.jobs.relay.nudge_outbox", lambda *_: False)


def messages() -> list[Message]:
    found = select(Message).order_by(Message.id).execution_options(populate_existing=True)
    return list(db.session.execute(found).scalars())


def attempts(message_id: UUID) -> list[tuple[str, str]]:
    found = select(MessageAttempt).where(MessageAttempt.message_id == message_id).order_by(MessageAttempt.id)
    return [(each.status, each.outcome) for each in db.session.execute(found).scalars()]


def lost() -> list[object]:
    return list(db.session.execute(text(QUEUED_WILL_BE_SENT.statement), {"schedules": None}))


def test_pauses_grow_to_ten_minutes_and_last_a_day() -> None:
    assert list(BACK_OFF) == sorted(BACK_OFF)
    assert timedelta(hours=23) < timedelta(seconds=sum(BACK_OFF)) < timedelta(hours=25)
    assert len(BACK_OFF) < outbox.MAX_ATTEMPTS
    assert wait_after(1) == timedelta(seconds=2)
    assert wait_after(len(BACK_OFF)) == timedelta(minutes=10)
    assert wait_after(len(BACK_OFF) + 1) is None


def test_each_attempt_is_kept_and_the_next_waits_its_time(smtp: MailServer, clock: Clock) -> None:
    sell(0)
    smtp.refuse = "451 busy"
    relay = Relay()
    for seconds in (0, 2, 4):
        clock.move(seconds=seconds)
        relay.round()
        relay.round()
    smtp.refuse = None
    clock.move(seconds=8)
    relay.round()

    (message,) = messages()
    assert attempts(message.id) == [("queued", "451 busy")] * 3 + [("sent", "taken by 127.0.0.1")]
    assert (message.status, message.attempts, len(smtp.messages)) == ("sent", 4, 1)


def test_a_dead_letter_says_why_and_goes_out_by_a_click_under_its_old_id(
    smtp: MailServer, clock: Clock
) -> None:
    sell(0)
    smtp.refuse_recipient = {"alice@example.org": "550 5.1.1 no such mailbox here"}
    relay = Relay()
    relay.round()
    (dead,) = messages()
    dead_id = dead.id
    assert (dead.status, dead.outcome) == ("failed", "550 5.1.1 no such mailbox here")
    clock.move(hours=1)
    assert relay.round() == 0

    smtp.refuse_recipient = {}
    resend(dead_id, CLERK)
    assert lost() == []
    relay.round()

    assert smtp.messages[0]["Message-ID"].startswith(f"<{dead_id}@")
    assert [status for status, _ in attempts(dead_id)] == ["failed", "sent"]


def test_all_that_failed_go_out_by_one_click(smtp: MailServer) -> None:
    office = make_office()
    sell(0, office=office)
    sell(1, office=office, email="bob@example.org", holder=BOB)
    smtp.refuse = "554 we do not know you"
    relay = Relay()
    relay.round()
    smtp.refuse = None

    assert resend_failed([each.id for each in messages()], CLERK) == 2
    assert resend_failed([each.id for each in messages()], CLERK) == 0
    relay.round()

    assert [to for (to,) in smtp.recipients] == ["alice@example.org", "bob@example.org"]
    deeds = db.session.execute(
        select(ActivityEntry).where(ActivityEntry.action == "message.resent")
    ).scalars()
    assert [deed.before for deed in deeds] == [{"status": "failed"}] * 2


def test_a_server_that_was_away_gets_all_in_order(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is away one message asks for all; when it answers, they follow in their order."""
    server = MailServer("127.0.0.1", free_port())
    sends_through(server, monkeypatch)
    office = make_office()
    people = [f"traveller{seat}@example.org" for seat in range(8)]
    relay = Relay()
    for seat, (address, pause) in enumerate(zip(people, itertools.cycle((1, 7, 40)), strict=False)):
        sell(seat, office=office, email=address, holder=type(BOB)("guest", address, address))
        relay.round()
        clock.move(seconds=pause)
        relay.round()
    asked = [each.attempts for each in messages() if each.attempts]
    assert len(asked) == 1
    assert lost() == []

    controller = Controller(server, hostname=server.host, port=server.port)
    controller.start()
    try:
        clock.move(minutes=5)
        for _ in range(5):  # a round ends when its time is up, on a busy machine before all are sent
            relay.round()
    finally:
        controller.stop()

    assert [to for (to,) in server.recipients] == people
    assert {each.status for each in messages()} == {"sent"}


def test_a_message_that_the_server_breaks_off_on_holds_nobody_up(smtp: MailServer) -> None:
    office = make_office()
    smtp.hang_up_on = "alice@example.org"
    sell(0, office=office)
    sell(1, office=office, email="bob@example.org", holder=BOB)

    relay = Relay()
    relay.round()
    relay.round()

    assert smtp.recipients == [["bob@example.org"]]
    assert [each.status for each in messages()] == ["queued", "sent"]


def test_waiting_in_line_costs_no_attempts(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    sends_through(MailServer("127.0.0.1", free_port()), monkeypatch)
    office = make_office()
    sell(0, office=office)
    sell(1, office=office, email="bob@example.org", holder=BOB)
    relay = Relay()
    for _ in range(5):
        relay.round()
        clock.move(minutes=10)

    rows = list(
        db.session.execute(
            text("SELECT attempts FROM outbox WHERE kind = 'booking.confirmed' ORDER BY id")
        ).scalars()
    )
    assert rows == [5, 0]


def test_two_who_send_again_at_once_send_once(smtp: MailServer) -> None:
    sell(0)
    Relay().round()
    (message,) = messages()
    resend(message.id, CLERK)
    with transaction():
        outbox.publish("message.send", {"message_id": str(message.id), "again": True})

    Relay().round()

    assert len(smtp.messages) == 2
