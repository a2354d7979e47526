"""One outbox row: told once, however many try, and tried again until it is told."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select, text

from core.jobs.deliver import deliver
from core.jobs.housekeeping import drop_outbox
from core.jobs.relay import Relay
from core.kernel import outbox
from core.kernel.db import db, transaction
from core.kernel.outbox import OutboxEvent, publish
from core.messages.models import MailboxItem
from tests.support.clock import Clock
from tests.support.database import FreshDatabase
from tests.support.mail import MailServer
from tests.support.sales import sell


@pytest.fixture
def no_redis(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The office runs without Redis."""
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update={"redis_url": None}))


@pytest.fixture
def smtp(app: Flask, smtp_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    """The office sends through this server."""
    towards = {"smtp_host": smtp_server.host, "smtp_port": smtp_server.port}
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=towards))
    return smtp_server


def row() -> OutboxEvent:
    found = select(OutboxEvent).where(OutboxEvent.kind == "booking.confirmed")
    return db.session.execute(found.execution_options(populate_existing=True)).scalar_one()


@pytest.mark.usefixtures("db_session")
class TestDelivery:
    def test_a_row_is_told_once(self, smtp: MailServer) -> None:
        sell(0)

        assert deliver(row().id)
        assert not deliver(row().id)
        assert (row().attempts, row().last_error) == (1, None)
        assert row().done_at is not None
        assert len(smtp.messages) == 1

    def test_a_server_that_is_down_postpones_and_the_mail_goes_later(
        self, smtp: MailServer, clock: Clock
    ) -> None:
        sell(0)
        smtp.refuse = "421 closing"

        assert not deliver(row().id)
        assert "421 closing" in str(row().last_error)
        assert not deliver(row().id), "it is not due yet"

        smtp.refuse = None
        clock.move(seconds=3)
        assert deliver(row().id)
        assert len(smtp.messages) == 1

    def test_a_claim_of_a_dead_worker_runs_out(self, smtp: MailServer, clock: Clock) -> None:
        """The worker died between its claim and the mail: another one sends it a minute later, once."""
        sell(0)
        with transaction():
            assert outbox.claim(row().id)

        assert not deliver(row().id)
        clock.move(seconds=61)
        assert deliver(row().id)
        assert len(smtp.messages) == 1

    def test_a_worker_that_died_after_the_mail_sends_no_second_one(
        self, smtp: MailServer, clock: Clock
    ) -> None:
        sell(0)
        deliver(row().id)
        with transaction() as session:
            session.execute(text("UPDATE outbox SET done_at = NULL"))
        clock.move(seconds=61)

        assert deliver(row().id)
        assert len(smtp.messages) == 1

    def test_a_fault_of_ours_is_kept_for_whoever_mends_it(self) -> None:
        with transaction():
            event_id = publish("message.send", {"message_id": "not an id"})

        assert not deliver(event_id)
        kept = db.session.get(OutboxEvent, event_id, populate_existing=True)
        assert kept is not None
        assert kept.last_error is not None
        assert kept.last_error.startswith("ValueError")

    def test_an_unknown_row_is_nothing(self) -> None:
        assert not deliver(999_999_999)


@pytest.mark.usefixtures("db_session")
class TestRelay:
    def test_without_redis_it_delivers_itself(self, no_redis: None) -> None:
        sell(0)

        assert Relay().round() == 1
        assert len(db.session.execute(select(MailboxItem)).all()) == 1
        assert Relay().round() == 0

    def test_with_redis_it_wakes_workers_and_does_not_repeat_itself(self, redis_url: str) -> None:
        sell(0)
        relay = Relay()

        assert [relay.round() for _ in range(3)] == [1, 0, 0]
        assert row().done_at is None

    def test_it_stops_when_asked(self, no_redis: None) -> None:
        sell(0)

        assert Relay(lambda: True).round() == 0


def test_two_workers_at_once_send_one_mail(fresh_database: FreshDatabase, smtp_server: MailServer) -> None:
    app = fresh_database.app
    towards = {"smtp_host": smtp_server.host, "smtp_port": smtp_server.port, "redis_url": None}
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update=towards)
    with app.app_context():
        sell(0)
        event_id = row().id
        db.session.remove()
    told: list[bool] = []

    workers = [threading.Thread(target=_deliver, args=(app, event_id, told)) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert sorted(told) == [False, False, False, True]
    assert len(smtp_server.messages) == 1


def _deliver(app: Flask, event_id: int, told: list[bool]) -> None:
    with app.app_context():
        told.append(deliver(event_id))


def test_what_was_told_is_put_away_after_a_day(db_session: object, no_redis: None, clock: Clock) -> None:
    sell(0)
    Relay().round()
    kinds = text("SELECT kind FROM outbox ORDER BY kind")

    clock.move(hours=23)
    drop_outbox()
    assert "booking.confirmed" in db.session.execute(kinds).scalars().all()

    clock.move(hours=2)
    assert drop_outbox() >= 1
    assert db.session.execute(kinds).scalars().all() == []
