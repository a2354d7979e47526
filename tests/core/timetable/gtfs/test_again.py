"""Importing a changed timetable while the office sells: what was promised to somebody stays promised."""

import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text

from core.booking.pay import take_cash
from core.booking.requests import HoldRequest, PassengerRequest
from core.booking.reserve import reserve
from core.inventory.queries import seat_map
from core.kernel.activity import SYSTEM
from core.kernel.clock import now
from core.kernel.db import db, transaction
from core.kernel.errors import DomainError
from core.pricing.service import TariffTerms, set_tariff
from core.timetable.gtfs import runs
from core.timetable.gtfs.report import Report, Tally
from core.timetable.gtfs.service import import_feed
from core.timetable.gtfs.window import Options
from core.timetable.models import Schedule
from core.timetable.service.schedules import cancel_schedule
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, BOB, CLERK
from tests.support.feeds import Files, small_feed, zipped
from tests.support.till import clerk_at_work

BUCHAREST = ZoneInfo("Europe/Bucharest")
DAYS = 3


def tomorrow() -> date:
    return now().astimezone(BUCHAREST).date() + timedelta(days=1)


def run(tmp_path: Path, files: Files) -> Report:
    path = zipped(tmp_path / "line.zip", files)
    report = import_feed(path, Options("line", first=tomorrow(), days=DAYS, currency="RON"))
    db.session.rollback()
    return report


def first_of(trip: str) -> UUID:
    found = (
        select(Schedule.id)
        .where(Schedule.source_key.startswith(f"line:{trip}:"))
        .order_by(Schedule.departure_at)
    )
    schedule_id = db.session.execute(found).scalars().first()
    assert schedule_id is not None
    return schedule_id


def request_for(schedule_id: UUID, index: int = 0) -> HoldRequest:
    seat = seat_map(schedule_id, 0, 2).seats[index]
    db.session.rollback()
    return HoldRequest(schedule_id, 0, 2, (PassengerRequest(seat.id, full_name="Alice"),), "api")


def priced() -> None:
    operator = db.session.execute(text("SELECT id FROM operators")).scalar_one()
    db.session.rollback()
    set_tariff(operator, TariffTerms(1000, 0), SYSTEM)


def answer(request: HoldRequest) -> str:
    try:
        return str(reserve(request, BOB, ACTOR).reservation_id)
    except DomainError as error:
        return error.code


def sell(schedule_id: UUID) -> UUID:
    with transaction():
        clerk_at_work("RON")
    return take_cash(reserve(request_for(schedule_id), ALICE, CLERK).reservation_id, None, CLERK)


def facts(schedule_id: UUID) -> dict[str, Any]:
    row = (
        db.session.execute(text("SELECT * FROM schedules WHERE id = :id"), {"id": schedule_id})
        .mappings()
        .one()
    )
    return dict(row)


def kept(report: Report) -> list[str]:
    return [finding.message for finding in report.findings.kept if finding.code == "kept"]


def later(files: Files, trip: str = "T1") -> Files:
    """The feed with the trip's first departure ten minutes earlier."""
    times = files["stop_times.txt"].replace(f"{trip},08:00:00,08:00:00", f"{trip},07:50:00,07:50:00")
    return files | {"stop_times.txt": times}


def without(files: Files, trip: str) -> Files:
    lines = {
        name: "".join(line for line in files[name].splitlines(keepends=True) if f"{trip}," not in line)
        for name in ("trips.txt", "stop_times.txt")
    }
    return files | lines


def renamed(files: Files, trip: str, other: str) -> Files:
    return files | {name: files[name].replace(trip, other) for name in ("trips.txt", "stop_times.txt")}


def wait_until_one_waits(app: Flask) -> None:
    """Until somebody on this database waits for somebody else's lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with app.app_context():
        for _ in range(400):
            if db.session.execute(waiting).scalar_one():
                return
            time.sleep(0.05)
    raise AssertionError("nobody waits for a lock")


@pytest.fixture
def sold(db_session: object, tmp_path: Path) -> UUID:
    """A departure of trip T1 on which a seat is sold."""
    run(tmp_path, small_feed(tomorrow()))
    priced()
    schedule_id = first_of("T1")
    sell(schedule_id)
    return schedule_id


def test_shifted_times_leave_the_sold_departure_where_it_is_and_say_so(tmp_path: Path, sold: UUID) -> None:
    before = facts(sold)
    report = run(tmp_path, later(small_feed(tomorrow())))
    assert report.tallies["schedules"] == Tally(changed=DAYS - 1, unchanged=DAYS, kept=1)
    assert facts(sold) == before
    assert kept(report) == [
        f"Trip 'T1' of {tomorrow()} is held or sold and stays as it is; the feed has other times, stops or another number "
        "for it."
    ]


def test_a_trip_that_was_taken_out_leaves_the_sold_departure(tmp_path: Path, sold: UUID) -> None:
    before = facts(sold)
    report = run(tmp_path, without(small_feed(tomorrow()), "T1"))
    assert report.tallies["schedules"] == Tally(unchanged=DAYS, removed=DAYS - 1, kept=1)
    assert facts(sold) == before
    assert "the feed has dropped it" in kept(report)[0]


def test_a_renumbered_trip_stays_the_same_departure_and_its_seats_are_not_sold_again(
    tmp_path: Path, sold: UUID
) -> None:
    before = facts(sold)
    report = run(tmp_path, renamed(small_feed(tomorrow()), "T1", "T77"))
    assert report.tallies["schedules"] == Tally(unchanged=2 * DAYS)
    assert facts(sold) == before | {"source_key": f"line:T77:{tomorrow():%Y%m%d}"}
    assert first_of("T77") == sold
    assert db.session.execute(text("SELECT count(*) FROM schedules")).scalar_one() == 2 * DAYS


def test_a_cancelled_departure_does_not_come_back_under_another_number(tmp_path: Path, sold: UUID) -> None:
    cancel_schedule(sold, CLERK, "snow")
    run(tmp_path, renamed(small_feed(tomorrow()), "T1", "T77"))
    assert first_of("T77") == sold
    assert facts(sold)["status"] == "cancelled"


def test_two_trips_that_change_names_do_not_change_places(tmp_path: Path, sold: UUID) -> None:
    """T1 is now called T2 and T2 is called T1: the names stay with their times, and what is sold stays."""
    before = facts(sold)
    files = small_feed(tomorrow())
    swapped = renamed(renamed(renamed(files, "T1", "T0"), "T2", "T1"), "T0", "T2")
    report = run(tmp_path, swapped)
    assert facts(sold) == before
    assert report.tallies["schedules"].kept == 1


def test_a_hold_that_is_being_made_while_a_timetable_comes_in_is_neither_lost_nor_long_in_waiting(
    fresh_database: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import stands still, in its transaction, having locked what it changes: a hold on a departure that it does not
    change goes through at once; one on a departure that it moves waits for the outcome and is held as the departure is then.
    """
    app = fresh_database.app
    with app.app_context():
        run(tmp_path, small_feed(tomorrow()))
        priced()
        steady, moved = request_for(first_of("T2")), request_for(first_of("T1"))
        before = facts(moved.schedule_id)["departure_at"]
    standing, go_on = threading.Event(), threading.Event()
    real = runs._count

    def slowly(statement: str, **parameters: object) -> int:
        number = real(statement, **parameters)
        if statement is runs._UPDATE:
            standing.set()
            assert go_on.wait(20)
        return number

    monkeypatch.setattr(runs, "_count", slowly)
    importing = _beside(app, lambda: run(tmp_path, later(small_feed(tomorrow()))))
    assert standing.wait(20)
    with app.app_context():
        begun = time.monotonic()
        reserve(steady, ALICE, ACTOR)
        assert time.monotonic() - begun < 1.0
    answers: list[str] = []
    waiting = _beside(app, lambda: answers.append(answer(moved)))
    wait_until_one_waits(app)
    go_on.set()
    importing.join(20)
    waiting.join(20)
    with app.app_context():
        active = db.session.execute(text("SELECT id, schedule_id FROM reservations WHERE status = 'active'"))
        held = {schedule_id: str(reservation_id) for reservation_id, schedule_id in active}
        assert set(held) == {steady.schedule_id, moved.schedule_id}
        assert answers == [held[moved.schedule_id]]
        assert facts(moved.schedule_id)["departure_at"] == before - timedelta(minutes=10)
        assert db.session.execute(text("SELECT count(*) FROM schedules")).scalar_one() == 2 * DAYS


#: A hold stops, its schedule locked and nothing committed, until the table `go_on` has a row.
HOLDS_WAIT = """
CREATE TABLE go_on (now int);
CREATE FUNCTION wait_for_go_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  WHILE NOT EXISTS (SELECT 1 FROM go_on) LOOP PERFORM pg_sleep(0.02); END LOOP;
  RETURN NEW;
END $$;
CREATE TRIGGER wait_for_go_on BEFORE INSERT ON reservations FOR EACH ROW EXECUTE FUNCTION wait_for_go_on();
"""


def _wait_until_the_hold_sleeps(app: Flask) -> None:
    asleep = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    )
    end = time.monotonic() + 20
    with app.app_context():
        while not db.session.execute(asleep).scalar_one():
            assert time.monotonic() < end, "the hold did not begin"
            time.sleep(0.005)


def import_in_the_last_instant(
    fresh: FreshDatabase, tmp_path: Path
) -> tuple[HoldRequest, dict[str, Any], list[str]]:
    """A hold has its schedule and is not committed yet when an import without that trip comes by. What was held, how the
    departure was, and what became of the import.
    """
    app = fresh.app
    with app.app_context():
        run(tmp_path, small_feed(tomorrow()))
        priced()
        request = request_for(first_of("T1"))
        before = facts(request.schedule_id)
        db.session.rollback()
        with transaction() as session:
            session.execute(text(HOLDS_WAIT))
    outcome: list[str] = []

    def bring_in() -> None:
        try:
            run(tmp_path, without(small_feed(tomorrow()), "T1"))
            outcome.append("done")
        except DomainError as error:
            outcome.append(error.code)

    holding = _beside(app, lambda: reserve(request, ALICE, ACTOR), "holding")
    try:
        _wait_until_the_hold_sleeps(app)
        importing = _beside(app, bring_in)
        wait_until_one_waits(app)
    finally:
        with app.app_context(), transaction() as session:
            session.execute(text("INSERT INTO go_on VALUES (1)"))
    holding.join(20)
    importing.join(20)
    return request, before, outcome


def test_a_hold_in_the_last_instant_keeps_its_departure(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    request, before, outcome = import_in_the_last_instant(fresh_database, tmp_path)
    assert outcome == ["done"]
    with fresh_database.app.app_context():
        assert facts(request.schedule_id) == before
        assert db.session.execute(text("SELECT count(*) FROM seat_locks")).scalar_one() == 2
        assert db.session.execute(text("SELECT count(*) FROM schedules")).scalar_one() == DAYS + 1


def test_without_the_lock_that_hold_breaks_the_whole_import(
    fresh_database: FreshDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: looking without locking, the import tries to delete what it saw nobody hold."""
    monkeypatch.setattr(runs, "_GONE", runs._GONE.replace("FOR UPDATE", ""))
    _, _, outcome = import_in_the_last_instant(fresh_database, tmp_path)
    assert outcome != ["done"]
    with fresh_database.app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM schedules")).scalar_one() == 2 * DAYS


def _beside(app: Flask, work: Callable[[], object], name: str = "beside") -> threading.Thread:
    def inside() -> None:
        with app.app_context():
            work()

    thread = threading.Thread(target=inside, name=name)
    thread.start()
    return thread
