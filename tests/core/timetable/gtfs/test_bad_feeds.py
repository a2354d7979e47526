"""What becomes of every broken or odd feed of the collections: written out by hand, one line of reason each.

`IN`: it comes in, and what was repaired or left out is said. `OUT`: it is refused with file, line and reason, and nothing
of it is stored. The GTFS reference decides: what it requires, where it allows a reader to go on.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from core.kernel.db import db
from core.pricing.gtfs.companion import FeedFares
from core.timetable.gtfs.findings import BrokenFeed, Findings, Level
from core.timetable.gtfs.report import Report
from core.timetable.gtfs.service import import_feed
from core.timetable.gtfs.window import Options
from tests.support.feeds import BAD, ODD, zipped

pytestmark = pytest.mark.usefixtures("db_session")

FATAL, SKIPPED, NOTE = Level.FATAL, Level.SKIPPED, Level.NOTE
Said = tuple[Level, str, str, int]


@dataclass(frozen=True)
class In:
    """It comes in with so many trips, of which so many can be sold, and these things are said."""

    trips: int
    used: int
    why: str
    said: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Out:
    """It is refused for these reasons."""

    why: str
    said: tuple[Said, ...]


#: The control feed has a trip whose first stop lets nobody on (pickup_type 1) and whose second is the last.
NOBODY = (SKIPPED, "nobody_rides", "stop_times.txt", 2)

EXPECTED: dict[str, In | Out] = {
    "good_feed": In(11, 10, "no fault; one trip takes nobody", (NOBODY,)),
    "bad_date_format": Out(
        "dates are YYYYMMDD: nobody knows when the services run",
        ((FATAL, "bad_date", "calendar.txt", 2), (FATAL, "bad_date", "calendar_dates.txt", 2)),
    ),
    "bad_eol.zip": In(11, 10, "line ends of any kind end a line; no row is lost", (NOBODY,)),
    "bad_utf8": Out(
        "files are UTF-8; guessing another encoding makes names up", ((FATAL, "not_utf8", "agency.txt", 1),)
    ),
    "duplicate_schedule_id": Out(
        "service_id is the key of calendar.txt: either of the two may be meant",
        ((FATAL, "repeated_id", "calendar.txt", 4),),
    ),
    "duplicate_stop_sequence": Out(
        "stop_sequence must increase: the only trip has no order, and nothing is left",
        ((SKIPPED, "repeated_sequence", "stop_times.txt", 4), (FATAL, "nothing_left", "trips.txt", 0)),
    ),
    "empty_file": Out("a required file has no header", ((FATAL, "empty_file", "agency.txt", 0),)),
    "extra_row_cells": In(
        11, 11, "a cell beyond the header means nothing", ((NOTE, "extra_cells", "routes.txt", 4),)
    ),
    "invalid_agency_ids": Out(
        "agency_id is required where there are several agencies: whose the routes are is unknown",
        ((FATAL, "agency_without_id", "agency.txt", 3),),
    ),
    "missing_agency": Out("agency.txt is required", ((FATAL, "missing_file", "agency.txt", 0),)),
    "missing_calendar": Out(
        "calendar.txt or calendar_dates.txt is required", ((FATAL, "missing_file", "calendar.txt", 0),)
    ),
    "missing_column": Out("agency_name is required", ((FATAL, "missing_column", "agency.txt", 1),)),
    "missing_departure_time": In(
        1, 1, "only the ends of a trip need times: the arrival is the departure too",
        ((NOTE, "blank_times", "stop_times.txt", 3),),
    ),
    "missing_stop_times": Out("stop_times.txt is required", ((FATAL, "missing_file", "stop_times.txt", 0),)),
    "missing_trips": Out("trips.txt is required", ((FATAL, "missing_file", "trips.txt", 0),)),
    "negative_stop_sequence": In(
        10, 10, "stop_sequence is not negative: that trip is left out with its rhythm, the others run",
        ((SKIPPED, "bad_sequence", "stop_times.txt", 9), (SKIPPED, "unknown_trip", "frequencies.txt", 4)),
    ),
    "only_calendar_dates": In(11, 11, "calendar_dates.txt alone is enough"),
    "repeated_route_name": In(
        11, 11, "names need not differ, ids do", ((NOTE, "repeated_name", "routes.txt", 5),)
    ),
    "undefined_stop": In(
        11, 11, "the call at a stop that is not there is left out, the trip goes on without it",
        ((SKIPPED, "unknown_stop", "stop_times.txt", 11),),
    ),
    "unknown_file": In(
        11, 10, "files beyond the reference are allowed",
        (NOBODY, (NOTE, "unknown_file", "frecuencias.txt", 0)),
    ),
    "unrecognized_columns": In(
        11, 11, "columns beyond the reference are allowed",
        ((NOTE, "unknown_column", "agency.txt", 1), (NOTE, "unknown_column", "stop_times.txt", 1)),
    ),
    "utf8bom": In(11, 11, "a byte-order mark is allowed"),
    "gtfs_with_bom.zip": Out(
        "the mark is read over, but two agencies have no id and the route names a third: nobody knows who sells",
        ((FATAL, "agency_without_id", "agency.txt", 2), (SKIPPED, "unknown_agency", "routes.txt", 2)),
    ),
    "subdirectory.zip": Out(
        "the folder is found, but two agencies have no id and the route names a third: nobody knows who sells",
        ((NOTE, "sub_folder", "", 0), (FATAL, "agency_without_id", "agency.txt", 2)),
    ),
}  # fmt: skip


def path_of(name: str) -> Path:
    return BAD / name if (BAD / name).exists() else ODD / name


def bring_in(path: Path) -> Report:
    report = import_feed(path, Options("odd", shift_to_today=True, days=8), companion=FeedFares())
    db.session.rollback()
    return report


def said(findings: Findings) -> set[Said]:
    return {(each.level, each.code, each.file, each.line) for each in findings.kept}


def stored() -> int:
    tables = ("operators", "places", "routes", "patterns", "schedules", "zone_fares", "timetable_imports")
    return sum(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables)


def test_every_feed_of_the_collections_is_spoken_for() -> None:
    there = {path.name for folder in (BAD, ODD) for path in folder.iterdir()}
    assert there - {"LICENSE", "SOURCE.md"} == EXPECTED.keys()


@pytest.mark.parametrize("name", [name for name, want in EXPECTED.items() if isinstance(want, In)])
def test_what_can_be_used_comes_in_and_says_what_was_done(name: str) -> None:
    want = EXPECTED[name]
    assert isinstance(want, In)
    report = bring_in(path_of(name))
    assert (report.trips, report.trips_used) == (want.trips, want.used), want.why
    assert set(want.said) <= said(report.findings), want.why
    unsaid = {
        each
        for each in said(report.findings) - set(want.said)
        if each[0] is SKIPPED and each[1] != "unknown_trip"
    }
    assert not unsaid, "something was left out that this table does not know"
    assert report.tallies["schedules"].new > 0


@pytest.mark.parametrize("name", [name for name, want in EXPECTED.items() if isinstance(want, Out)])
def test_what_cannot_be_used_is_refused_with_its_place_and_leaves_nothing(name: str) -> None:
    want = EXPECTED[name]
    with pytest.raises(BrokenFeed) as caught:
        bring_in(path_of(name))
    assert set(want.said) <= said(caught.value.findings), want.why
    assert {each for each in said(caught.value.findings) if each[0] is FATAL} <= set(want.said)
    assert all(each.message for each in caught.value.findings.kept)
    assert stored() == 0


def test_a_folder_in_the_zip_and_byte_order_marks_are_no_fault_by_themselves(tmp_path: Path) -> None:
    files = {file.name: b"\xef\xbb\xbf" + file.read_bytes() for file in (BAD / "good_feed").glob("*.txt")}
    report = bring_in(zipped(tmp_path / "odd.zip", files, folder="feed/"))
    assert (report.trips, report.trips_used) == (11, 10)
    assert (NOTE, "sub_folder", "", 0) in said(report.findings)
