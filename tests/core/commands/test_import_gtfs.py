"""`bookinghall import-gtfs`, as its user sees it."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from core.cli import main
from core.kernel.db import db
from core.kernel.settings import PROJECT_ROOT
from tests.support.database import FreshDatabase
from tests.support.feeds import BAD, small_feed, zipped


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    return zipped(tmp_path / "Small Line.zip", small_feed(datetime.now(UTC).date(), days=90))


def command(fresh: FreshDatabase, *words: object) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **fresh.settings.environment(), "COLUMNS": "120"}
    return subprocess.run(
        [sys.executable, "-m", "core.cli", "import-gtfs", *map(str, words)],
        cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def one(fresh: FreshDatabase, statement: str) -> object:
    with fresh.app.app_context():
        return db.session.execute(text(statement)).scalar_one()


def test_a_feed_comes_in_with_prices_and_a_closing_table(fresh_database: FreshDatabase, feed: Path) -> None:
    done = command(
        fresh_database, feed, "--days", 10, "--base", "5.00", "--per-km", "0.25", "--currency", "eur"
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "small-line:" in done.stdout
    assert "Nothing was skipped." in done.stdout
    assert "Aurora Coaches: 5.00 EUR and 0.25 EUR a kilometre." in done.stdout
    assert one(fresh_database, "SELECT base || ' ' || per_km FROM tariffs") == "500 25"
    assert one(fresh_database, "SELECT currency FROM operators") == "EUR"

    again = command(fresh_database, feed, "--days", 10)
    assert again.returncode == 0
    assert "no prices" not in again.stdout
    assert one(fresh_database, "SELECT count(*) FROM schedules") in {20, 19, 18}


def test_a_feed_with_fares_brings_its_prices_itself(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    files = small_feed(datetime.now(UTC).date()) | {
        "fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers\np,12.50,EUR,1,0\n"
    }
    done = command(fresh_database, zipped(tmp_path / "f.zip", files), "--days", 3)

    assert (done.returncode, done.stderr) == (0, "")
    assert "fares" in done.stdout
    assert "Without prices" not in done.stdout
    assert one(fresh_database, "SELECT currency FROM operators") == "EUR"
    assert one(fresh_database, "SELECT amount FROM zone_fares") == 1250


def test_a_refused_feed_is_a_table_of_reasons_and_nothing_else(fresh_database: FreshDatabase) -> None:
    done = command(fresh_database, BAD / "bad_date_format")

    assert done.returncode == 1
    assert "bad_date_format was refused; nothing of it was stored." in done.stdout
    assert "calendar.txt, line 2, start_date" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert one(fresh_database, "SELECT count(*) FROM operators") == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nothing.zip"], "'nothing.zip' does not exist"),
        (["x.zip", "--currency", "EURO"], "is not an ISO 4217 currency"),
        (["x.zip", "--base", "abc", "--per-km", "1"], "is not an amount"),
        (["x.zip", "--base", "NaN", "--per-km", "1"], "is not an amount"),
        (["x.zip", "--days", "0"], "0 is not in the range"),
        (["x.zip", "--from", "9999-01-01"], "between 1970 and 2190"),
        (["x.zip", "--code", "Ümläut!"], "small letters, digits"),
    ],
)
def test_wrong_words_are_answered_with_a_sentence(
    words: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.zip").touch()
    done = CliRunner().invoke(main, ["import-gtfs", *words])
    assert done.exit_code != 0
    assert sentence in " ".join(done.output.split())


def test_a_feeds_own_words_are_never_taken_for_colours(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    files = small_feed(datetime.now(UTC).date())
    files["stop_times.txt"] += "T1,11:00:00,11:00:00,[bold red]x[/nonsense],9\n"
    done = command(fresh_database, zipped(tmp_path / "f.zip", files))
    assert done.returncode == 0
    assert "[bold red]x[/nonsense]" in done.stdout.replace("\n", "")
