"""The use case "import a GTFS feed": read and check outside, then store everything in one transaction or nothing.

Importing the same feed again changes nothing; a newer edition under the same code updates what nobody has bought.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, text

from core.kernel.activity import SYSTEM, Actor, record
from core.kernel.clock import now
from core.kernel.db import db, require_transaction, transaction
from core.kernel.ids import new_id
from core.timetable.gtfs.business import store_operators, store_vehicles
from core.timetable.gtfs.companion import Companion, Network
from core.timetable.gtfs.feed import Feed
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.lines import store_patterns, store_places, store_routes
from core.timetable.gtfs.load import load
from core.timetable.gtfs.patterns import TripPlan, plan_trips
from core.timetable.gtfs.reader import Source, open_feed
from core.timetable.gtfs.report import Report
from core.timetable.gtfs.runs import Runs, Stored, store_runs
from core.timetable.gtfs.window import Options, Window, choose_window
from core.timetable.models import TimetableImport

#: Hears how far the import is, from 0 to 1, and what it is doing.
Progress = Callable[[float, str], None]
_READING = 0.35


def import_feed(
    path: Path,
    options: Options,
    *,
    progress: Progress = lambda _share, _what: None,
    actor: Actor = SYSTEM,
    companion: Companion | None = None,
) -> Report:
    """Import a feed, a zip or a folder, and say what was done. Raises BrokenFeed, and then nothing was stored.

    What `companion` reads of the feed is stored with it or not at all.
    """
    begun = time.monotonic()
    findings = Findings()
    with open_feed(path, findings) as source:
        source.progress = _reading(source, progress)
        feed = load(source, findings, companion.files if companion else frozenset())
        if companion:
            companion.read(source, feed, findings)
            findings.stop_if_fatal()
        report = Report(options.feed_code, feed_hash(path), findings, trips=len(feed.trips))
    progress(_READING, "Making patterns")
    plans = plan_trips(feed, findings)
    if not plans:
        findings.fatal("nothing_left", "No trip of this feed can be used.", "trips.txt")
    findings.stop_if_fatal()
    window = _window(feed, plans, options, findings)
    report.trips_used, report.weeks = len(plans), window.weeks
    report.first, report.last = (window.first, window.last) if window.days else (None, None)
    with transaction():
        _store(_Work(feed, plans, window, options, companion), report, progress)
        report.seconds = time.monotonic() - begun
        _record(report, options, actor)
    report.seconds = time.monotonic() - begun
    progress(1.0, "Done")
    return report


def feed_hash(path: Path) -> str:
    """SHA-256 of a zip, or of a folder's text files by name."""
    digest = hashlib.sha256()
    for file in sorted(path.glob("*.txt")) if path.is_dir() else [path]:
        digest.update(file.name.encode() if path.is_dir() else b"")
        with file.open("rb") as content:
            while chunk := content.read(1 << 20):
                digest.update(chunk)
    return digest.hexdigest()


def _reading(source: Source, progress: Progress) -> Callable[[int], None]:
    total = max(1, sum(source.sizes.values()))
    done = 0

    def read(number: int) -> None:
        nonlocal done
        done += number
        progress(min(1.0, done / total) * _READING, "Reading")

    return read


def _window(feed: Feed, plans: dict[str, TripPlan], options: Options, findings: Findings) -> Window:
    trips = Counter(feed.trips[trip_id].service_id for trip_id in plans)
    zone = next(iter(feed.agencies.values())).zone
    today = now().astimezone(zone).date()
    db.session.rollback()  # the transaction that the question opened; the use case has its own
    return choose_window(feed, trips, options, today, findings)


@dataclass(frozen=True, slots=True)
class _Work:
    feed: Feed
    plans: dict[str, TripPlan]
    window: Window
    options: Options
    companion: Companion | None


def _store(work: _Work, report: Report, progress: Progress) -> None:
    """The departures come last, so that what they lock is locked for as short as can be."""
    feed, plans = work.feed, work.plans
    _begin(report.feed)
    operators = store_operators(feed, report.feed, work.options.currency, report)
    vehicles = store_vehicles(feed, operators, report)
    progress(0.4, "Storing places and routes")
    places = store_places(feed, report.feed, report)
    routes = store_routes(feed, operators, report)
    progress(0.45, "Storing patterns")
    patterns = store_patterns(feed, plans, places, routes, report)
    if work.companion:
        progress(0.5, "Storing fares")
        work.companion.store(Network(feed, operators, places, routes), report)
    progress(0.55, "Storing departures")
    _note_rhythms(feed, report)
    runs = Runs(feed, report.feed, plans, Stored(operators, vehicles, patterns), work.window, report.findings)
    if work.window.days:
        store_runs(runs, report)
    else:
        report.tally("schedules")


def _begin(feed_code: str) -> None:
    session = require_transaction()
    for setting in (
        "lock_timeout = '30s'",
        "statement_timeout = '30min'",
        "idle_in_transaction_session_timeout = 0",
    ):
        session.execute(text(f"SET LOCAL {setting}"))
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('gtfs'), hashtext(:feed))"), {"feed": feed_code}
    )


def _note_rhythms(feed: Feed, report: Report) -> None:
    loose = sum(any(not f.exact for f in rows) for rows in feed.frequencies.values())
    if loose:
        report.findings.note(
            "rhythm_only", f"{loose} of {len(feed.trips)} trips are given by a rhythm only; each run of it became a departure with its time.",
            "frequencies.txt",
        )  # fmt: skip


def _record(report: Report, options: Options, actor: Actor) -> None:
    import_id = new_id()
    require_transaction().execute(
        insert(TimetableImport).values(
            id=import_id,
            feed=report.feed,
            feed_hash=report.feed_hash,
            options=options.as_json(),
            report=report.as_json(),
        )
    )
    record(actor, "timetable.imported", "timetable_import", import_id, after=report.as_json()["tallies"])
