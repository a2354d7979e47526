"""Reading whole feeds: what a small one looks like when bent."""

from datetime import date
from pathlib import Path

import pytest

from core.timetable.gtfs.feed import Feed
from core.timetable.gtfs.findings import BrokenFeed, Findings, Level
from core.timetable.gtfs.load import load
from core.timetable.gtfs.patterns import plan_trips
from core.timetable.gtfs.reader import open_feed
from tests.support.feeds import Files, small_feed, zipped


def read(path: Path) -> tuple[Feed | None, Findings]:
    """The feed, or None when it was refused."""
    findings = Findings()
    try:
        with open_feed(path, findings) as source:
            feed = load(source, findings)
        return (feed if plan_trips(feed, findings) else None), findings
    except BrokenFeed:
        return None, findings


def bent(tmp_path: Path, **changes: str) -> tuple[Feed | None, Findings]:
    """The small feed with files replaced; `stops="..."` means stops.txt."""
    files: Files = small_feed(date(2026, 1, 5))
    for name, content in changes.items():
        files[f"{name}.txt"] = content
    return read(zipped(tmp_path / "f.zip", files))


def codes(findings: Findings, level: Level) -> set[str]:
    return {code for found, code in findings.counts if found is level}


def test_the_small_feed_is_whole(tmp_path: Path) -> None:
    feed, findings = bent(tmp_path)
    assert feed is not None
    assert (len(feed.stops), len(feed.trips), findings.kept) == (3, 2, [])


@pytest.mark.parametrize(
    ("changes", "level", "code"),
    [
        ({"agency": "agency_name,agency_timezone\nA,Europe/Atlantis\n"}, Level.FATAL, "bad_timezone"),
        ({"agency": "agency_name,agency_timezone\nA,../../etc/passwd\n"}, Level.FATAL, "bad_timezone"),
        ({"agency": "agency_name,agency_timezone\nA,\n"}, Level.FATAL, "no_timezone"),
        ({"agency": "agency_name,agency_timezone\n"}, Level.FATAL, "no_agency"),
        ({"stops": "stop_id,stop_name\nash,Ashford\nash,Ashford\n"}, Level.FATAL, "repeated_id"),
        ({"stops": "stop_id,stop_name,stop_lat,stop_lon\nash,A,95,25\nbex,B,nan,1\ncor,C,1,x\n"}, Level.NOTE, "bad_number"),
        ({"routes": "route_id,agency_id,route_type\nR1,Z,3\n"}, Level.SKIPPED, "unknown_agency"),
        ({"routes": "route_id,agency_id,route_type\nR1,A,bus\n"}, Level.NOTE, "bad_route_type"),
        ({"trips": "route_id,service_id,trip_id\nR1,D,T1\nR9,D,T2\n"}, Level.SKIPPED, "unknown_route"),
        ({"trips": "route_id,service_id,trip_id\nR1,D,T1\nR1,X,T2\n"}, Level.SKIPPED, "unknown_service"),
        ({"trips": "route_id,service_id,trip_id\nR1,D,T1\nR1,D,T1\n"}, Level.FATAL, "repeated_id"),
        ({"frequencies": "trip_id,start_time,end_time,headway_secs\nT1,8:00:00,9:00:00,0\n"}, Level.SKIPPED, "bad_frequency"),
        ({"frequencies": "trip_id,start_time,end_time,headway_secs\nT1,9:00:00,8:00:00,60\n"}, Level.SKIPPED, "bad_frequency"),
        ({"calendar_dates": "service_id,date,exception_type\nD,20260105,3\n"}, Level.SKIPPED, "bad_value"),
    ],
)  # fmt: skip
def test_faults_are_found(tmp_path: Path, changes: Files, level: Level, code: str) -> None:
    _, findings = bent(tmp_path, **changes)
    assert code in codes(findings, level)


def test_a_web_address_that_is_none_is_dropped(tmp_path: Path) -> None:
    feed, findings = bent(
        tmp_path,
        agency="agency_id,agency_name,agency_url,agency_timezone\nA,Aurora,javascript:alert(1),UTC\n",
    )
    assert feed is not None
    assert feed.agencies["A"].url is None
    assert codes(findings, Level.NOTE) == {"bad_url"}


def test_names_are_cleaned_of_what_cannot_be_seen(tmp_path: Path) -> None:
    feed, _ = bent(tmp_path, stops="stop_id,stop_name\nash,\u202eA\tsh\u0007  ford\nbex,B\ncor,C\n")
    assert feed is not None
    assert feed.stops["ash"].name == "A sh ford"


def test_a_stop_has_the_zone_of_its_station(tmp_path: Path) -> None:
    feed, _ = bent(
        tmp_path,
        stops="stop_id,stop_name,location_type,parent_station,stop_timezone\n"
        "hub,Hub,1,,Europe/London\nash,Ashford,0,hub,Europe/Paris\nbex,Bexley,,,Europe/Paris\ncor,Corby,,,\ngate,Gate,2,hub,\n",
    )
    assert feed is not None
    assert {stop.id: stop.timezone for stop in feed.stops.values()} == {
        "hub": "Europe/London", "ash": "Europe/London", "bex": "Europe/Paris", "cor": "Europe/Bucharest",
    }  # fmt: skip
