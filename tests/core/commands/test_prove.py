"""`bookinghall prove` as an operator runs it, and that it can fail."""

import json
import signal
import subprocess
import time
from pathlib import Path

import click
import pytest
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.pool import NullPool

from core.app import create_app
from core.booking import reserve
from core.commands.own_data import check_own_data, require_some_database
from core.inventory.locks import take_statement
from core.inventory.models import LockKind
from core.kernel.db import db, transaction
from core.kernel.office import Office
from core.kernel.settings import Settings
from core.proof import invariants
from core.proof.crowd import Crowd
from core.proof.invariant import Invariant
from core.proof.invariants import INVARIANTS, Finding, broken
from core.proof.seats import ONE_OWNER
from core.proof.tally import percentile
from tests.core.test_cli import bookinghall
from tests.support.database import FreshDatabase
from tests.support.processes import Start, eventually
from tests.support.sales import sell

#: A hold as it would be written by somebody who trusts the seat map.
TAKE_WITHOUT_LOOKING = """
INSERT INTO seat_locks (schedule_id, layout_id, seat_id, leg, kind, reservation_id, expires_at)
SELECT %(schedule_id)s, %(layout_id)s, seat, leg, 'hold', %(reservation_id)s, offered.expires_at
FROM offered CROSS JOIN unnest(%(seat_ids)s::uuid[]) AS seat
CROSS JOIN generate_series(%(first_leg)s::int, %(last_leg)s::int) AS leg RETURNING seat_id, leg
"""


def run(settings: Settings, *options: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return bookinghall("prove", *options, **{**settings.environment(), **more})


def databases(server: Engine, fresh: FreshDatabase) -> list[str]:
    with server.connect() as connection:
        found = connection.execute(
            text("SELECT datname FROM pg_database WHERE starts_with(datname, :own)"), {"own": fresh.name}
        )
        return sorted(found.scalars())


def everything(fresh: FreshDatabase) -> dict[str, int]:
    """How many rows each table of the office's own database has."""
    with fresh.app.app_context():
        tables = db.session.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        return {
            name: int(db.session.execute(text(f"SELECT count(*) FROM {name}")).scalar_one())
            for name in tables
        }


def test_a_race_is_proved_told_and_leaves_nothing_behind(
    fresh_database: FreshDatabase, server: Engine
) -> None:
    with fresh_database.app.app_context():
        sell(0)
    before = everything(fresh_database)
    with server.connect() as connection:
        connection.execute(
            text(f"CREATE DATABASE {fresh_database.name}_proof_1")
        )  # as a killed proof leaves it

    done = run(fresh_database.settings, "--seconds", "3", "--buyers", "8", "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    race = told["race"]
    assert told["holds"]
    assert race["faults"] == []
    assert race["winners"] > 0 < race["conflicts"]
    assert race["attempts"] >= race["winners"] + race["conflicts"]
    assert race["results"]["at_the_gateway"] == race["results"]["in_the_books"] > 0
    assert race["latency_ms"]["hold"]["p50"] <= race["latency_ms"]["hold"]["p99"]
    assert all(finding["holds"] for finding in told["own_data"])
    assert everything(fresh_database) == before
    assert databases(server, fresh_database) == [fresh_database.name]


def bookings_of_the_crowd(server: Engine, fresh: FreshDatabase) -> int:
    """How many there are in the scratch database; none while it is not there or not ready."""
    found = [name for name in databases(server, fresh) if name != fresh.name]
    if not found:
        return 0
    engine = create_engine(make_url(server.url).set(database=found[0]), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM bookings")).scalar_one())
    except DBAPIError:
        return 0


def test_ctrl_c_in_the_middle_of_the_race_drops_the_scratch_database(
    fresh_database: FreshDatabase, server: Engine, start: Start
) -> None:
    before = everything(fresh_database)
    proof = start("prove", fresh_database.settings)
    eventually(lambda: bookings_of_the_crowd(server, fresh_database) > 20, 60, lambda: proof.output)

    proof.process.send_signal(signal.SIGINT)

    assert proof.process.wait(60) == 130
    assert "Traceback" not in proof.output
    assert "Nothing was left behind" in proof.output
    assert databases(server, fresh_database) == [fresh_database.name]
    assert everything(fresh_database) == before


def test_the_offices_own_data_are_checked_as_they_are(fresh_database: FreshDatabase, server: Engine) -> None:
    with fresh_database.app.app_context():
        sell(0)
    before = everything(fresh_database)

    done = run(fresh_database.settings, "--check-only", COLUMNS="400")

    assert done.returncode == 0, done.stdout + done.stderr
    assert [each.sentence for each in INVARIANTS if each.sentence not in done.stdout] == []
    assert done.stdout.count("holds") >= len(INVARIANTS)
    assert everything(fresh_database) == before
    assert databases(server, fresh_database) == [fresh_database.name]


def own_data(fresh: FreshDatabase) -> list[Finding]:
    """What came of each invariant, asked in this process."""
    return check_own_data(Office(lambda _: fresh.app), fresh.settings, lambda *_: None)


def test_looking_at_the_own_data_cannot_write(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = Invariant("writes", "Writes.", "DELETE FROM seat_locks RETURNING 1 AS subject, 1 AS detail")
    monkeypatch.setattr(invariants, "INVARIANTS", (writes,))

    with pytest.raises(InternalError, match="read-only transaction"):
        own_data(fresh_database)


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        ("0001", "Run bookinghall migrate"),
        ("9999", "another version has migrated it"),
        (None, "no tables of an office"),
    ],
)
def test_a_database_of_another_version_is_told_so(
    fresh_database: FreshDatabase, there: str | None, sentence: str
) -> None:
    with fresh_database.app.app_context(), transaction() as session:
        session.execute(text("DELETE FROM alembic_version"))
        if there:
            session.execute(text("INSERT INTO alembic_version VALUES (:there)"), {"there": there})

    with pytest.raises(click.ClickException, match=sentence):
        own_data(fresh_database)


def test_a_database_that_is_not_there_is_told_so(fresh_database: FreshDatabase) -> None:
    """By the driver's one sentence, as every command tells it."""
    nowhere = make_url(fresh_database.url).set(database="nowhere").render_as_string(hide_password=False)
    settings = fresh_database.settings.with_servers(nowhere, fresh_database.settings.redis_url)

    with pytest.raises(OperationalError, match='database "nowhere" does not exist'):
        check_own_data(Office(create_app), settings, lambda *_: None)


def test_an_office_without_a_database_gets_none_by_looking_at_it(tmp_path: Path) -> None:
    settings = Settings.load({}, data_dir=tmp_path / "data")

    with pytest.raises(click.ClickException, match="There is no database"):
        require_some_database(settings)

    assert not (tmp_path / "data" / "postgres").exists()


def test_what_is_broken_in_the_offices_own_data_is_named(fresh_database: FreshDatabase) -> None:
    with fresh_database.app.app_context():
        sell(0)
        with transaction() as session:
            session.execute(text("DELETE FROM seat_locks WHERE leg = 1"))

    done = run(fresh_database.settings, "--check-only")

    assert done.returncode == 1
    assert "Not proved" in done.stdout
    assert "ticket_is_sold (1)" in done.stdout


def test_a_role_that_may_not_create_databases_is_told_so(
    fresh_database: FreshDatabase, server: Engine
) -> None:
    with server.connect() as connection:
        connection.execute(text(f"CREATE ROLE {fresh_database.name}_poor LOGIN"))
    poor = make_url(fresh_database.url).set(username=f"{fresh_database.name}_poor")
    settings = fresh_database.settings.with_servers(poor.render_as_string(hide_password=False), None)
    try:
        done = run(settings, REDIS_URL=fresh_database.settings.redis_url or "")
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP ROLE {fresh_database.name}_poor"))

    assert done.returncode == 1
    assert "may not create databases" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_without_the_newest_schema_is_told_so(
    server: Engine, base_settings: Settings, tmp_path: Path
) -> None:
    name = f"bare_{time.monotonic_ns()}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(server.url).set(database=name).render_as_string(hide_password=False)
    try:
        done = run(base_settings.with_servers(url, base_settings.redis_url), "--check-only")
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    assert done.returncode == 1
    assert "Run bookinghall migrate" in done.stderr


def test_twin_a_crowd_finds_two_owners_where_nothing_guards_the_seats(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    taking = take_statement(LockKind.HOLD, expires_at="offered.expires_at", source="offered CROSS JOIN ")
    looking = "FROM asked WHERE NOT EXISTS (SELECT 1 FROM gone)"
    assert taking in reserve._HOLD
    assert looking in reserve._HOLD
    unguarded = reserve._HOLD.replace(taking, TAKE_WITHOUT_LOOKING).replace(looking, "FROM asked")
    monkeypatch.setattr(reserve, "_HOLD", unguarded)
    with fresh_database.app.app_context(), transaction() as session:
        session.execute(text("ALTER TABLE seat_locks DROP CONSTRAINT pk_seat_locks"))
    crowd = Crowd(fresh_database.app, buyers=8, seconds=1, seed=1)

    crowd.run(lambda _: None)

    with fresh_database.app.app_context(), db.engine.connect() as connection:
        assert ONE_OWNER in {finding.invariant for finding in broken(connection)}


def test_percentiles_are_nearest_ranks() -> None:
    values = [float(number) for number in range(1, 101)]
    assert [percentile(values, share) for share in (1, 50, 99, 100)] == [1, 50, 99, 100]
    assert percentile([7.0], 99) == 7.0
