"""The fixtures keep their promises: what a test writes is gone, clocks move, databases are apart."""

from datetime import datetime
from smtplib import SMTP
from threading import Thread

import httpx
import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core.kernel.clock import now
from core.kernel.db import db, transaction
from tests.support.clock import Clock
from tests.support.database import FreshDatabase, Sessions
from tests.support.mail import MailServer
from tests.support.web import LiveServer

WRITE = text(
    "INSERT INTO activity_log (actor_kind, actor_id, actor_label, action, subject_kind, subject_id) "
    "VALUES ('system', '1', 'test', 'thing.created', 'thing', '1')"
)
COUNT = text("SELECT count(*) FROM activity_log")


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_service_commits_is_undone_after_the_test(db_session: Sessions, turn: int) -> None:
    with transaction() as session:
        session.execute(WRITE)

    assert db_session.scalar(COUNT) == 1


def test_a_rollback_undoes_its_own_transaction_only(db_session: Sessions) -> None:
    with transaction() as session:
        session.execute(WRITE)
    with pytest.raises(ZeroDivisionError), transaction() as session:
        session.execute(WRITE)
        raise ZeroDivisionError

    assert db_session.scalar(COUNT) == 1


def test_a_request_shares_the_data_but_not_the_context(
    app: Flask, client: FlaskClient, db_session: Sessions
) -> None:
    seen = []
    app.before_request_funcs.setdefault(None, []).append(
        lambda: seen.append((db.session.scalar(COUNT), "mine" in g))
    )
    g.mine = True
    with transaction() as session:
        session.execute(WRITE)
    try:
        client.get("/nowhere")
    finally:
        app.before_request_funcs[None].pop()

    assert seen == [(1, False)]


def test_the_clock_moves_and_stays_moved_through_commits_and_rollbacks(
    db_session: Sessions, clock: Clock
) -> None:
    begun = now()
    clock.move(minutes=15)
    with pytest.raises(ZeroDivisionError), transaction():
        raise ZeroDivisionError
    assert (now() - begun).total_seconds() == 15 * 60

    clock.move(hours=-1)
    with transaction():
        pass
    assert (now() - begun).total_seconds() == -45 * 60


def test_the_clock_is_right_again_for_the_next_test(db_connection: Connection, db_session: Sessions) -> None:
    database, machine = db_connection.execute(text("SELECT app_now(), now()")).one()
    assert database == machine


def test_fresh_databases_share_commits_between_connections(fresh_database: FreshDatabase) -> None:
    counts = []

    def write() -> None:
        with fresh_database.app.app_context(), transaction() as session:
            session.execute(WRITE)

    writer = Thread(target=write)
    writer.start()
    writer.join()
    with fresh_database.app.app_context():
        counts.append(db.session.scalar(COUNT))

    assert counts == [1]


def test_the_clock_of_a_fresh_database_moves_on_every_connection(
    fresh_database: FreshDatabase, clock: Clock
) -> None:
    def moment() -> datetime:
        with fresh_database.app.app_context():
            return now()

    before = moment()
    clock.move(days=2)
    assert 0 <= (moment() - before).total_seconds() - 2 * 86400 < 30


def test_deferred_rules_speak_at_a_services_commit(db_session: Sessions) -> None:
    """The ledger's balance is checked when a transaction ends; in a test only a savepoint ends."""
    db_session.execute(text("CREATE TABLE parent (id int PRIMARY KEY)"))
    db_session.execute(text("CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)"))
    db_session.commit()
    db_session.execute(text("INSERT INTO child VALUES (1)"))

    with pytest.raises(DBAPIError, match="violates foreign key"):
        db_session.commit()
    db_session.rollback()


def test_the_mail_server_keeps_what_it_takes_and_can_refuse(smtp_server: MailServer) -> None:
    with SMTP(smtp_server.host, smtp_server.port) as client:
        client.sendmail("a@example.com", ["b@example.com"], "Subject: Ticket\r\n\r\nHere.")
        smtp_server.refuse = "451 later"
        with pytest.raises(Exception, match="later"):
            client.sendmail("a@example.com", ["b@example.com"], "Subject: No\r\n\r\nNo.")

    assert [m["Subject"] for m in smtp_server.messages] == ["Ticket"]
    assert smtp_server.recipients == [["b@example.com"]]


def test_the_office_answers_on_a_real_port(live_server: LiveServer) -> None:
    answer = httpx.get(live_server.url + "/api/v1/nowhere")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


@pytest.mark.browser
def test_a_browser_opens_the_office(live_server: LiveServer, browser_page: Page) -> None:
    answer = browser_page.goto(live_server.url + "/nowhere")

    assert answer is not None
    assert answer.status == 404
    assert browser_page.evaluate("innerWidth") == 1080
