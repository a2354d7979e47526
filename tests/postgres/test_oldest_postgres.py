"""The oldest PostgreSQL that is supported serves the office too: the system's own, beside the embedded newest."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.kernel.embedded import UNSAFE_POSTGRES_OPTIONS, embedded_postgres
from core.kernel.settings import PROJECT_ROOT

OLDEST = 15
SYSTEM = Path("/usr/lib/postgresql")

# What speaks most SQL of its own, at the price of half a minute; the long tier runs the rest.
GUARDS = [
    "tests/architecture/test_migrations.py",
    "tests/core/booking/test_cancel.py",
    "tests/core/booking/test_expire.py",
    "tests/core/booking/test_extend.py",
    "tests/core/booking/test_reserve.py",
    "tests/core/booking/test_settle.py",
    "tests/core/inventory/test_queries.py",
    "tests/core/kernel/test_db.py",
    "tests/core/payments/test_ledger.py",
    "tests/core/payments/test_records.py",
    "tests/core/reporting",
    "tests/core/timetable/gtfs/test_service.py::test_boston_harbor_imports_whole",
    "tests/core/timetable/test_queries.py",
]

# Where most meet at one lock; the long tier runs the others. Without their twins: what goes wrong without a lock is shown
# on the newest.
RACES = [
    "tests/concurrency/test_one_active_race.py",
    "tests/concurrency/test_seat_race.py",
]


def programs() -> Path | None:
    """The programs of the oldest PostgreSQL on this machine that is new enough."""
    found = {int(p.parent.parent.name): p.parent for p in SYSTEM.glob("[0-9]*/bin/postgres")}
    enough = [major for major in found if major >= OLDEST]
    return found[min(enough)] if enough else None


@pytest.fixture(scope="module")
def system_postgres(run_folder: Path) -> Iterator[str]:
    """Address of a private server of the system's PostgreSQL."""
    place = programs()
    if place is None:
        pytest.skip(
            f"no PostgreSQL {OLDEST} or newer in {SYSTEM}, so the oldest one is not tested: install the package postgresql"
        )
    options = {**UNSAFE_POSTGRES_OPTIONS, "shared_buffers": "64MB", "max_connections": "200"}
    with embedded_postgres(run_folder / "oldest", options, place) as url:
        yield url


def run_suite(url: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """pytest in a process of its own, on that server."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=PROJECT_ROOT,
        env={**os.environ, "BOOKINGHALL_TEST_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def assert_passed(done: "subprocess.CompletedProcess[str]", at_least: int) -> None:
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout[-2000:]
    assert int(passed[1]) >= at_least


def test_the_server_is_the_systems(system_postgres: str) -> None:
    with psycopg.connect(system_postgres.replace("postgresql+psycopg", "postgresql")) as connection:
        place = programs()
        assert place is not None
        assert connection.info.server_version // 10_000 == int(place.parent.name)


@pytest.mark.timeout(300)
def test_what_guards_sales_holds_and_races_have_one_winner(system_postgres: str) -> None:
    assert_passed(run_suite(system_postgres, *GUARDS, *RACES, "-k", "not twin"), at_least=110)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_everything_of_the_core_and_the_admin_holds(system_postgres: str) -> None:
    assert_passed(
        run_suite(system_postgres, "-n", "2", "tests/core", "tests/admin", "tests/concurrency"), at_least=1000
    )
