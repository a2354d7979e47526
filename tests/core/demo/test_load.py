"""The demo: a working office in seconds, once, and never in somebody else's office."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.accounts.passwords import verify_password
from core.demo import load_demo, welcome
from core.demo.load import main_station
from core.inventory.queries import available_counts
from core.kernel.clock import now
from core.kernel.db import db
from core.kernel.settings import Settings
from core.pricing.queries import price_from
from core.till.models import Shift
from core.timetable.queries import departures, find_places
from tests.support.clock import Clock
from tests.support.factories import make_office

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def demo_settings(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"data_dir": tmp_path})


def quiet(_: str) -> None:
    """Says nothing."""


def count(table: str) -> int:
    return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_the_demo_can_sell_and_is_loaded_once(demo_settings: Settings, clock: Clock) -> None:
    load_demo(demo_settings, quiet)

    station = main_station()
    assert station is not None
    _board_is_full_of_priced_departures(station)
    _somebody_has_bought()
    _the_way_in_is_told(demo_settings)
    _cash_can_be_taken_at_once()

    before = {
        table: count(table) for table in ("schedules", "users", "kiosks", "bookings", "operators", "shifts")
    }
    load_demo(demo_settings, quiet)
    assert {table: count(table) for table in before} == before

    clock.move(days=14)
    load_demo(demo_settings, quiet)
    assert count("schedules") > before["schedules"]
    last = db.session.execute(text("SELECT max(service_date) FROM schedules")).scalar_one()
    assert last >= now().date() + timedelta(days=18)


def _board_is_full_of_priced_departures(station: object) -> None:
    board = departures(station, hours=24, limit=200)
    stretches = [departure.stretch for departure in board]
    prices, seats = price_from(stretches), available_counts(stretches)
    assert len(board) > 80
    assert all(price.currency == "RON" and 600 <= price.amount < 30_000 for price in prices.values())
    assert prices.keys() == set(stretches)
    assert all(seats[stretch] > 0 for stretch in stretches)
    assert sum(departure.platform is not None for departure in board) > len(board) / 2
    assert find_places("Brașov")[0].name == "Braşov"


def _somebody_has_bought() -> None:
    assert count("bookings") > 25
    assert count("tickets") >= count("bookings")
    assert db.session.execute(text("SELECT coalesce(sum(amount), 0) FROM ledger_entries")).scalar_one() == 0
    assert set(db.session.execute(text("SELECT DISTINCT holder_label FROM reservations")).scalars()) == {
        "Demo"
    }


def _cash_can_be_taken_at_once() -> None:
    """At the kiosk and by who signs in; the demo's clerk has counted, and ten lei are missing."""
    found = db.session.scalars(select(Shift)).unique().all()
    stands = {shift.drawer_name: (shift.state, shift.variance) for shift in found}
    assert stands == {
        "Kiosk 1": ("open", None),
        "Demo Admin": ("open", None),
        "Demo Clerk": ("to_approve", -1000),
    }


def _the_way_in_is_told(settings: Settings) -> None:
    lines = welcome(settings)
    file = settings.data_dir / "demo-admin-password"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    password = file.read_text().strip()
    assert lines["Sign in"] == f"admin@bookinghall.example   password {password}"
    kept = db.session.execute(text("SELECT password_hash FROM users WHERE role = 'admin'")).scalar_one()
    assert verify_password(password, kept)
    assert "/kiosk/pair/" in lines["Kiosk"]


def test_an_office_in_use_is_left_alone(demo_settings: Settings) -> None:
    make_office()
    load_demo(demo_settings, quiet)
    assert (count("operators"), count("users"), count("kiosks")) == (1, 1, 0)
    assert welcome(demo_settings) == {}


@pytest.mark.long
def test_the_feed_still_covers_the_weeks_after_its_own_year(demo_settings: Settings, clock: Clock) -> None:
    clock.move(days=(datetime(2028, 2, 20, tzinfo=UTC) - now()).days)
    load_demo(demo_settings, quiet)
    station = main_station()
    assert station is not None
    assert len(departures(station, hours=24, limit=200)) > 80
