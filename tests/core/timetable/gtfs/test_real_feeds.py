"""What becomes of each of the ten real feeds, counted: everything comes in but what is named here.

The numbers are those of the feeds' own files, counted row by row without our reader: agencies, stops, routes, trips, what
each service runs on the days of the window (a trip with a rhythm as often as its rhythm says), and the trips of a route that
differ in stops, times, boarding rules or headsign. What the reader leaves out is subtracted, and named with its number and reason.
"""

from dataclasses import dataclass, field
from datetime import date

import pytest

from core.kernel.db import db
from core.pricing.gtfs.companion import FeedFares
from core.timetable.gtfs.findings import Level
from core.timetable.gtfs.report import Report, Tally
from core.timetable.gtfs.service import import_feed
from core.timetable.gtfs.window import Options
from tests.support.feeds import REAL, real_feed

pytestmark = pytest.mark.usefixtures("db_session")


@dataclass(frozen=True)
class Came:
    """What came in for `days` days from `first`; `fares` is None for a feed that names no fare that is read. `skipped`:
    how often something was left out, by reason.
    """

    first: date
    days: int
    operators: int
    places: int
    routes: int
    patterns: int
    trips: int
    used: int
    schedules: int
    fares: int | None = None
    skipped: dict[str, int] = field(default_factory=dict)


EXPECTED: dict[str, Came] = {
    # Two of its trips are a rhythm: 12 departures a day each.
    "auckland-ferries-2023": Came(
        date(2023, 6, 5), 7, operators=2, places=9, routes=6, patterns=11, trips=11, used=11, schedules=186,
    ),
    # One fare for all; of its eight routes one has no trip, and so no fare.
    "boston-harbor-2018": Came(
        date(2018, 7, 2), 7, operators=1, places=9, routes=8, patterns=28, trips=191, used=191, schedules=332, fares=7,
    ),
    "cairns-2014": Came(
        date(2014, 6, 2), 7, operators=1, places=416, routes=22, patterns=102, trips=1339, used=1339, schedules=3827,
    ),
    # Two calls are at a stop that the feed does not have; both trips go on without it.
    "flixbus-2014": Came(
        date(2014, 3, 3), 7, operators=1, places=113, routes=53, patterns=214, trips=1075, used=1075, schedules=1074,
        skipped={"unknown_stop": 2},
    ),
    # A fare there and one back: classes are not told apart in the feed, and students are no passenger type of ours.
    "miyako-muroran-2018": Came(
        date(2018, 6, 22), 7, operators=1, places=2, routes=1, patterns=2, trips=2, used=2, schedules=14, fares=2,
        skipped={"passenger_type_unknown": 2, "fares_alike": 1},
    ),
    "romania-rail-2026": Came(
        date(2026, 1, 12), 2, operators=7, places=1695, routes=1023, patterns=1700, trips=2103, used=2103,
        schedules=3477,
    ),
    # The first day is a holiday of one of its services; most departures come from rhythms. Four of five routes are priced.
    "sample-feed-1": Came(
        date(2007, 6, 4), 7, operators=1, places=9, routes=5, patterns=9, trips=11, used=11, schedules=848, fares=4,
    ),
    "viarail-2019": Came(
        date(2021, 1, 4), 7, operators=3, places=631, routes=24, patterns=101, trips=110, used=110, schedules=668,
    ),
    # Ten trips go back in time: they are left out, with the 16 departures that they would have had on these days.
    "yamanashi-2017": Came(
        date(2017, 8, 7), 2, operators=7, places=2196, routes=350, patterns=428, trips=1415, used=1405,
        schedules=2525 - 16, fares=100_421,
        skipped={"times_decrease": 10, "unknown_zone": 11, "fare_of_nobody": 27},
    ),
    # Nine pairs of areas on three routes; the monthly tickets are no single journey.
    "zakroczym-2025": Came(
        date(2025, 11, 17), 7, operators=1, places=62, routes=3, patterns=21, trips=48, used=48, schedules=236, fares=27,
        skipped={"no_single_journey": 1},
    ),
}  # fmt: skip


def test_every_real_feed_is_spoken_for() -> None:
    assert EXPECTED.keys() == REAL


def bring_in(name: str, want: Came) -> Report:
    options = Options(name, first=want.first, days=want.days)
    report = import_feed(real_feed(name), options, companion=FeedFares())
    db.session.rollback()
    return report


@pytest.mark.parametrize("name", EXPECTED)
def test_all_of_it_comes_in_but_what_is_named(name: str) -> None:
    want = EXPECTED[name]

    report = bring_in(name, want)

    assert (report.trips, report.trips_used) == (want.trips, want.used)
    kinds = ("operators", "places", "routes", "patterns", "schedules", "fares")
    wanted = {kind: Tally(new=number) for kind in kinds if (number := getattr(want, kind)) is not None}
    assert {kind: tally for kind, tally in report.tallies.items() if kind != "vehicles"} == wanted
    counts = report.findings.counts
    assert {code: n for (level, code), n in counts.items() if level is Level.SKIPPED} == want.skipped
    assert not [code for level, code in counts if level is Level.FATAL]
