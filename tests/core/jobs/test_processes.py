"""Worker and cron as they run in production: real processes, PostgreSQL, Redis and mail server."""

import signal
import socket
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from core.booking.reserve import reserve
from core.jobs.cron import LOCK
from core.kernel.db import db, transaction
from core.kernel.settings import Settings
from core.tickets.queries import tickets_of
from core.timetable.service.operators import change_operator
from tests.support.codes import codes_in_pdf
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, make_office
from tests.support.listener import Listener
from tests.support.mail import MailServer, free_port
from tests.support.processes import Start, eventually
from tests.support.sales import sell

TOLD = "SELECT count(*) FROM outbox WHERE kind = 'booking.confirmed' AND done_at IS NOT NULL"
CLAIMED = "SELECT count(*) FROM outbox WHERE kind = 'booking.confirmed' AND claimed_at IS NOT NULL"
EXPIRED = "SELECT count(*) FROM reservations WHERE status = 'expired'"
# Seconds to end in, on however busy a machine: before whoever asked loses patience and kills.
PROMPT = 8


@pytest.fixture
def office(fresh_database: FreshDatabase, smtp_server: MailServer, redis_url: str) -> Iterator[Settings]:
    """Settings of an office with everything; its application context is open."""
    towards = {"smtp_host": smtp_server.host, "smtp_port": smtp_server.port, "redis_url": redis_url}
    settings = fresh_database.settings.model_copy(update=towards)
    fresh_database.app.config["SETTINGS"] = settings
    with fresh_database.app.app_context():
        yield settings


def count(statement: str) -> int:
    """A number of the database as it is now."""
    found = int(db.session.execute(text(statement)).scalar_one())
    db.session.rollback()
    return found


def without_redis(settings: Settings) -> Settings:
    return settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{free_port()}/0"})


def test_a_worker_mails_the_ticket_of_a_sale(office: Settings, start: Start, smtp_server: MailServer) -> None:
    worker = start("worker", office)
    worker.wait_for("worker_ready")

    booking_id = sell(0, 1)

    eventually(lambda: count(TOLD) == 1, otherwise=lambda: worker.output)
    (arrived,) = smtp_server.messages
    (pdf,) = [part for part in arrived.walk() if part.get_content_type() == "application/pdf"]
    assert codes_in_pdf(pdf.get_content()) == [[each.qr] for each in tickets_of(booking_id)]
    assert worker.stop() < PROMPT
    assert worker.process.returncode == 0


def test_two_workers_and_a_relay_send_one_mail_each(
    office: Settings, start: Start, smtp_server: MailServer
) -> None:
    running = [start("worker", office), start("worker", office), start("cron", office)]
    for each in running[:2]:
        each.wait_for("worker_ready")
    place = make_office()

    for seat in range(8):
        sell(seat, office=place, email=f"p{seat}@example.org")

    eventually(lambda: count(TOLD) == 8, otherwise=lambda: "".join(each.output for each in running))
    assert sorted(address for (address,) in smtp_server.recipients) == [f"p{n}@example.org" for n in range(8)]


def test_a_worker_killed_in_the_middle_loses_no_mail(
    office: Settings, start: Start, smtp_server: MailServer
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        stuck = office.model_copy(update={"smtp_port": silent.getsockname()[1]})
        worker = start("worker", stuck)
        worker.wait_for("worker_ready")
        sell(0)
        eventually(lambda: count(CLAIMED) == 1, otherwise=lambda: worker.output)
        worker.stop(signal.SIGKILL)
    with transaction() as session:
        session.execute(text("UPDATE outbox SET claimed_at = claimed_at - interval '61 seconds'"))

    cron = start("cron", without_redis(office))

    eventually(lambda: count(TOLD) == 1, otherwise=lambda: cron.output)
    assert len(smtp_server.messages) == 1


def test_a_worker_waits_for_redis_and_comes_back(office: Settings, start: Start) -> None:
    worker = start("worker", without_redis(office))
    worker.wait_for("worker_waits_for_redis")

    assert worker.process.poll() is None
    assert worker.stop() < PROMPT
    assert worker.process.returncode == 0


def test_without_redis_cron_delivers_and_expires(
    office: Settings, start: Start, smtp_server: MailServer
) -> None:
    place = make_office(hold_minutes=1)
    reserve(place.ask(3), ALICE, ACTOR)
    with transaction() as session:
        session.execute(text("UPDATE reservations SET expires_at = expires_at - interval '2 minutes'"))
        session.execute(text("UPDATE seat_locks SET expires_at = expires_at - interval '2 minutes'"))
    sell(0, office=place, holder=ALICE)

    cron = start("cron", without_redis(office))

    eventually(lambda: count(TOLD) == 1 and count(EXPIRED) == 1, otherwise=lambda: cron.output)
    assert len(smtp_server.messages) == 1
    assert cron.stop() < PROMPT
    assert cron.process.returncode == 0


def test_of_two_crons_one_works_and_the_other_takes_over(office: Settings, start: Start) -> None:
    first = start("cron", office)
    first.wait_for("cron_works")
    second = start("cron", office)
    second.wait_for("cron_waits")
    assert count(f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {LOCK}") == 1

    first.stop(signal.SIGKILL)

    second.wait_for("cron_works")
    assert second.stop() < PROMPT
    assert second.process.returncode == 0


def test_cron_ends_in_the_middle_of_a_slow_delivery(office: Settings, start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = without_redis(office).model_copy(update={"smtp_port": silent.getsockname()[1]})
        cron = start("cron", slow)
        sell(0)
        eventually(lambda: count(CLAIMED) == 1, otherwise=lambda: cron.output)

        assert cron.stop() < PROMPT
        assert cron.process.returncode == 0
    assert "Traceback" not in cron.output


def test_two_workers_and_a_relay_send_one_text_and_one_event_each(
    fresh_database: FreshDatabase, redis_url: str, start: Start, listener: Listener
) -> None:
    """Through a gateway that breaks off now and then: what comes twice bears the same id."""
    listener.moods = ["break", *[200] * 5, 500, 200]
    towards = {"redis_url": redis_url, "sms_url": listener.url, "webhook_private_hosts": "127.0.0.1"}
    settings = fresh_database.settings.model_copy(update=towards)
    fresh_database.app.config["SETTINGS"] = settings
    with fresh_database.app.app_context():
        running = [start("worker", settings), start("worker", settings), start("cron", settings)]
        place = make_office()
        change_operator(place.operator_id, ACTOR, webhook_url=f"{listener.url}/events")
        for seat in range(6):
            sell(seat, office=place, email=None, contact_phone="+351912345678")
        sent = "SELECT count(*) FROM messages WHERE channel <> 'email' AND status = 'sent'"
        eventually(lambda: count(sent) == 12, 60, otherwise=lambda: "".join(each.output for each in running))
        assert count("SELECT count(*) FROM messages") == 12
    assert len(set(listener.ids)) == 12
    assert len(listener.ids) == 14
