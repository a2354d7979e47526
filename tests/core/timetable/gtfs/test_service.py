"""Importing a feed into the database: whole, again, changed, broken, sold."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text

from core.booking.requests import HoldRequest, PassengerRequest
from core.booking.reserve import reserve
from core.inventory.queries import seat_map
from core.kernel.activity import SYSTEM
from core.kernel.clock import now
from core.kernel.db import db
from core.pricing.service import TariffTerms, set_tariff
from core.timetable.gtfs import runs
from core.timetable.gtfs.findings import BrokenFeed
from core.timetable.gtfs.report import Report, Tally
from core.timetable.gtfs.service import import_feed
from core.timetable.gtfs.window import Options
from core.timetable.models import (
    Operator,
    Pattern,
    PatternStop,
    Place,
    Policy,
    Route,
    Schedule,
    TimetableImport,
)
from core.timetable.rules import fold
from tests.support.bad_strings import STORABLE
from tests.support.factories import ACTOR, ALICE
from tests.support.feeds import Files, real_feed, small_feed, zipped

pytestmark = pytest.mark.usefixtures("db_session")

BUCHAREST = ZoneInfo("Europe/Bucharest")
TABLES = ("operators", "policies", "vehicles", "layouts", "seats", "places", "routes", "patterns", "pattern_stops",
          "schedules", "timetable_imports", "activity_log")  # fmt: skip


def tomorrow() -> date:
    return now().astimezone(BUCHAREST).date() + timedelta(days=1)


def run(tmp_path: Path, files: Files, **options: Any) -> Report:
    """Import these files as the feed "line", from tomorrow for seven days unless told otherwise."""
    wanted = {"first": tomorrow(), "days": 7, **options}
    report = import_feed(zipped(tmp_path / "line.zip", files), Options("line", **wanted))
    db.session.rollback()
    return report


def everything() -> dict[str, int]:
    """The number of rows of every table that an import writes to."""
    return {table: db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES}


def departures_of(trip: str) -> list[Schedule]:
    found = (
        select(Schedule)
        .where(Schedule.source_key.startswith(f"line:{trip}:"))
        .order_by(Schedule.departure_at)
    )
    return list(db.session.execute(found).scalars())


def hold_a_seat(schedule: Schedule) -> UUID:
    set_tariff(schedule.operator_id, TariffTerms(1000, 10), SYSTEM)
    seat = seat_map(schedule.id, 0, 2).seats[0]
    db.session.rollback()
    request = HoldRequest(schedule.id, 0, 2, (PassengerRequest(seat.id, full_name="Alice"),), "api")
    return reserve(request, ALICE, ACTOR).reservation_id


def test_a_feed_becomes_operators_places_routes_patterns_and_dated_runs(tmp_path: Path) -> None:
    report = run(tmp_path, small_feed(tomorrow()))

    assert {kind: tally.new for kind, tally in report.tallies.items()} == {
        "operators": 1, "vehicles": 1, "places": 3, "routes": 1, "patterns": 1, "schedules": 14,
    }  # fmt: skip
    operator = db.session.execute(select(Operator)).scalar_one()
    assert (operator.code, operator.name, operator.currency) == ("line:a", "Aurora Coaches", "RON")
    assert db.session.execute(select(Policy.hold_minutes)).scalar_one() == 15
    assert db.session.execute(select(Route.name)).scalar_one() == "1 · Ashford - Corby"
    ashford = db.session.execute(select(Place).where(Place.code == "line:ash")).scalar_one()
    assert (ashford.search_name, ashford.country, ashford.timezone) == ("ashford", "RO", "Europe/Bucharest")


def test_runs_leave_at_their_local_time_and_may_arrive_the_next_day(tmp_path: Path) -> None:
    run(tmp_path, small_feed(tomorrow()))
    late = departures_of("T2")[0]
    assert late.departure_at.astimezone(BUCHAREST) == datetime.combine(
        tomorrow(), datetime.min.time(), BUCHAREST
    ).replace(hour=22, minute=30)
    assert late.arrival_at - late.departure_at == timedelta(hours=2, minutes=5)
    assert late.arrival_at.astimezone(BUCHAREST).date() == late.service_date + timedelta(days=1)


def test_a_run_after_midnight_belongs_to_the_service_day_before(tmp_path: Path) -> None:
    files = small_feed(tomorrow(), days=1)
    files["stop_times.txt"] = (
        files["stop_times.txt"]
        .replace("22:30", "24:30")
        .replace("23:3", "25:3")
        .replace("24:35:00,24:35", "26:35:00,26:35")
    )
    run(tmp_path, files)
    late = departures_of("T2")[0]
    assert late.service_date == tomorrow()
    assert late.departure_at.astimezone(BUCHAREST).date() == tomorrow() + timedelta(days=1)


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    files = small_feed(tomorrow())
    run(tmp_path, files)
    before = everything()

    report = run(tmp_path, files)

    assert all(
        tally.new == tally.changed == tally.removed == tally.kept == 0 for tally in report.tallies.values()
    )
    assert report.tallies["schedules"].unchanged == 14
    after = everything()
    assert after.pop("timetable_imports") == before.pop("timetable_imports") + 1
    assert after.pop("activity_log") == before.pop("activity_log") + 1
    assert after == before


def test_a_changed_timetable_moves_what_nobody_holds_and_makes_a_new_pattern(tmp_path: Path) -> None:
    run(tmp_path, small_feed(tomorrow()))
    files = small_feed(tomorrow())
    files["stop_times.txt"] = files["stop_times.txt"].replace("T1,08:00:00,08:00:00", "T1,07:50:00,07:50:00")
    old = departures_of("T1")[0].departure_at
    db.session.rollback()

    report = run(tmp_path, files)

    assert report.tallies["schedules"] == Tally(changed=7, unchanged=7)
    assert report.tallies["patterns"] == Tally(new=1, unchanged=1)
    assert departures_of("T1")[0].departure_at == old - timedelta(minutes=10)


def test_what_was_held_or_sold_is_never_touched(tmp_path: Path) -> None:
    run(tmp_path, small_feed(tomorrow()))
    held, gone = departures_of("T1")[0], departures_of("T2")[0]
    hold_a_seat(held)
    hold_a_seat(gone)
    before = {s.id: (s.departure_at, s.pattern_id, s.status) for s in (held, gone)}
    files = small_feed(tomorrow())
    files["stop_times.txt"] = files["stop_times.txt"].replace("T1,08:00:00,08:00:00", "T1,07:50:00,07:50:00")
    files["trips.txt"] = "route_id,service_id,trip_id,trip_headsign\nR1,D,T1,Corby\n"

    report = run(tmp_path, files)

    assert report.tallies["schedules"] == Tally(changed=6, removed=6, kept=2)
    db.session.expire_all()
    for schedule_id, facts in before.items():
        kept = db.session.get(Schedule, schedule_id)
        assert kept is not None
        assert (kept.departure_at, kept.pattern_id, kept.status) == facts


def test_what_the_feed_dropped_goes_only_within_the_days_asked_for(tmp_path: Path) -> None:
    run(tmp_path, small_feed(tomorrow()), days=10)
    files = small_feed(tomorrow())
    files["trips.txt"] = "route_id,service_id,trip_id,trip_headsign\nR1,D,T1,Corby\n"

    report = run(tmp_path, files, days=4)

    assert report.tallies["schedules"].removed == 4
    assert len(departures_of("T2")) == 6


def test_another_feed_is_left_alone(tmp_path: Path) -> None:
    run(tmp_path, small_feed(tomorrow()))
    files = small_feed(tomorrow())
    files["trips.txt"] = "route_id,service_id,trip_id,trip_headsign\nR1,D,T9,Corby\n"
    files["stop_times.txt"] = files["stop_times.txt"].replace("T1", "T9")
    import_feed(zipped(tmp_path / "b.zip", files), Options("line2", first=tomorrow(), days=7))
    assert len(departures_of("T1")) == len(departures_of("T2")) == 7


def test_what_staff_changed_about_an_operator_stays(tmp_path: Path) -> None:
    run(tmp_path, small_feed(tomorrow()))
    db.session.execute(text("UPDATE operators SET name = 'Ours', phone = '+40 21 000'"))
    db.session.commit()
    run(tmp_path, small_feed(tomorrow()))
    assert db.session.execute(select(Operator.name)).scalar_one() == "Ours"


def test_a_renamed_stop_keeps_its_place(tmp_path: Path) -> None:
    run(tmp_path, small_feed(tomorrow()))
    ids = set(db.session.execute(select(Place.id)).scalars())
    files = small_feed(tomorrow())
    files["stops.txt"] = files["stops.txt"].replace("Bexley", "Bexley Heath")

    report = run(tmp_path, files)

    assert report.tallies["places"] == Tally(changed=1, unchanged=2)
    assert set(db.session.execute(select(Place.id)).scalars()) == ids
    assert (
        db.session.execute(select(Place.search_name).where(Place.code == "line:bex")).scalar_one()
        == "bexley heath"
    )


@pytest.mark.parametrize(
    "spoil",
    [
        {
            "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nT1,8:00:00,8:00:00,ash,1\n"
        },
        {"calendar.txt": "service_id,monday\nD,1\n"},
        {"agency.txt": "agency_name,agency_timezone\nA,Nowhere/Land\n"},
        {"trips.txt": "route_id,service_id,trip_id\nR1,D,\x00\n"},
    ],
)
def test_a_broken_feed_leaves_the_database_as_it_was(tmp_path: Path, spoil: Files) -> None:
    run(tmp_path, small_feed(tomorrow()))
    before = everything()
    db.session.rollback()
    with pytest.raises(BrokenFeed) as caught:
        run(tmp_path, {**small_feed(tomorrow()), **spoil})
    assert caught.value.details["findings"]
    assert everything() == before


def test_a_fault_while_storing_leaves_the_database_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything()
    db.session.rollback()

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("core.timetable.gtfs.service.store_runs", fail)
    with pytest.raises(ZeroDivisionError):
        run(tmp_path, small_feed(tomorrow()))
    assert everything() == before


def test_a_rhythm_becomes_departures(tmp_path: Path) -> None:
    files = small_feed(tomorrow(), days=1)
    files["frequencies.txt"] = (
        "trip_id,start_time,end_time,headway_secs,exact_times\nT1,06:00:00,07:00:00,1200,0\n"
    )
    report = run(tmp_path, files)
    local = [s.departure_at.astimezone(BUCHAREST).strftime("%H:%M") for s in departures_of("T1")]
    assert local == ["06:00", "06:20", "06:40"]
    assert "rhythm_only" in {finding.code for finding in report.findings.kept}


def test_a_currency_can_be_named(tmp_path: Path) -> None:
    run(tmp_path, small_feed(tomorrow()), currency="EUR")
    assert set(db.session.execute(select(Schedule.currency)).scalars()) == {"EUR"}


def test_each_import_is_recorded_with_its_closing_table(tmp_path: Path) -> None:
    run(tmp_path, small_feed(tomorrow()))
    kept = db.session.execute(select(TimetableImport)).scalar_one()
    assert (kept.feed, kept.report["tallies"]["schedules"]["new"]) == ("line", 14)
    assert len(kept.feed_hash) == 64


def test_progress_goes_forward_from_nothing_to_all(tmp_path: Path) -> None:
    heard: list[float] = []
    path = zipped(tmp_path / "line.zip", small_feed(tomorrow()))
    import_feed(path, Options("line"), progress=lambda share, _: heard.append(share))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


def test_more_departures_than_anyone_has_are_refused_and_nothing_is_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "MOST_RUNS", 13)
    with pytest.raises(BrokenFeed, match="more than 13 departures"):
        run(tmp_path, small_feed(tomorrow()))
    assert everything()["operators"] == 0


# -- real feeds ---------------------------------------------------------------------------------------


def real(name: str, **options: Any) -> Report:
    report = import_feed(real_feed(name), Options(name, **options))
    db.session.rollback()
    return report


def test_boston_harbor_imports_whole() -> None:
    report = real("boston-harbor-2018", first=date(2018, 5, 19), days=200)
    assert (report.trips, report.trips_used) == (191, 191)
    assert (report.first, report.last) == (date(2018, 5, 19), date(2018, 10, 8))
    assert (report.tallies["places"].new, report.tallies["routes"].new) == (9, 8)


def test_flixbus_imports_whole_but_for_the_stop_it_does_not_have() -> None:
    report = real("flixbus-2014", shift_to_today=True, days=7)
    assert (report.trips, report.trips_used) == (1075, 1075)
    assert [(f.code, f.line) for f in report.findings.kept] == [
        ("unknown_stop", 4207),
        ("unknown_stop", 4218),
    ]
    assert report.tallies["schedules"].new > 1000


def test_via_rail_imports_whole_over_six_time_zones() -> None:
    report = real("viarail-2019", first=date(2021, 1, 1), days=40)
    assert (report.trips, report.trips_used) == (110, 110)
    zones = db.session.execute(select(Place.timezone).distinct()).scalars()
    assert set(zones) >= {
        "America/Toronto", "America/Winnipeg", "America/Vancouver", "America/New_York", "America/Regina",
        "America/Halifax",
    }  # fmt: skip
    longest = db.session.execute(text("SELECT max(arrival_at - departure_at) FROM schedules")).scalar_one()
    assert longest > timedelta(days=4)
    asked = db.session.execute(text("SELECT count(*) FROM pattern_stops WHERE on_request")).scalar_one()
    assert asked > 0


def test_romania_imports_whole_and_is_found_with_modern_letters() -> None:
    report = real("romania-rail-2026", shift_to_today=True, days=2)
    assert (report.trips, report.trips_used) == (2103, 2103)
    assert (report.tallies["operators"].new, report.tallies["places"].new) == (7, 1695)
    found = select(Place.name).where(Place.search_name == fold("Timișoara Nord"))
    assert db.session.execute(found).scalar_one() == "Timişoara Nord"
    twice = text(
        "SELECT count(*) FROM (SELECT 1 FROM pattern_stops GROUP BY pattern_id, place_id HAVING count(*) > 1) t"
    )
    assert db.session.execute(twice).scalar_one() >= 1
    assert db.session.execute(select(Pattern.id).limit(1)).first()
    first = (
        select(PatternStop.arrival_offset, PatternStop.departure_offset)
        .where(PatternStop.position == 0)
        .distinct()
    )
    assert db.session.execute(first).all() == [(0, 0)]


def test_two_agencies_and_asking_by_phone() -> None:
    report = real("auckland-ferries-2023", shift_to_today=True, days=14)
    assert report.tallies["operators"].new == 2
    assert {op.currency for op in report.new_operators} == {"NZD"}


def test_cairns_runs_after_midnight_and_stands_twice_at_one_stop() -> None:
    report = real("cairns-2014", first=date(2014, 6, 2), days=7)
    assert (report.trips, report.trips_used) == (1339, 1339)
    assert (report.tallies["operators"].new, report.tallies["places"].new) == (1, 416)
    assert "65 calls lack" in next(f.message for f in report.findings.kept if f.code == "blank_times")
    nightly = text(
        "SELECT count(DISTINCT split_part(source_key, ':', 2)) FROM schedules "
        "WHERE (departure_at AT TIME ZONE 'Australia/Brisbane')::date > service_date"
    )
    assert db.session.execute(nightly).scalar_one() > 0
    twice = text(
        "SELECT count(*) FROM pattern_stops a JOIN pattern_stops b ON b.pattern_id = a.pattern_id "
        "AND b.position = a.position + 1 AND b.place_id = a.place_id"
    )
    assert db.session.execute(twice).scalar_one() >= 1


def test_a_feed_of_the_past_brings_its_network_and_says_why_no_departure() -> None:
    report = real("miyako-muroran-2018")
    assert report.tallies["places"].new == 2
    assert report.tallies["schedules"].new == 0
    assert "--shift-to-today" in next(f.message for f in report.findings.kept if f.code == "outside")


def test_an_overnight_ferry_moved_to_today_arrives_the_next_morning() -> None:
    real("miyako-muroran-2018", shift_to_today=True, days=7)
    night = db.session.execute(
        select(Schedule).order_by(Schedule.arrival_at - Schedule.departure_at).limit(1)
    ).scalar_one()
    assert night.departure_at.tzinfo is not None
    assert night.departure_at.astimezone(UTC) < night.arrival_at.astimezone(UTC)


def test_any_text_in_a_feed_is_stored_or_refused_and_never_an_error_of_ours(tmp_path: Path) -> None:
    files = small_feed(tomorrow())
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["stop_id", "stop_name", "stop_lat", "stop_lon"])
    writer.writerows([stop, stop, 45, 25] for stop in ("ash", "bex", "cor"))
    writer.writerows([f"bad{n}", typed, typed, typed] for n, typed in enumerate(STORABLE))
    files["stops.txt"] = out.getvalue()
    report = run(tmp_path, files)
    assert report.tallies["places"].new == 3 + len(STORABLE)
    assert db.session.execute(text("SELECT count(*) FROM places WHERE name = ''")).scalar_one() == 0
