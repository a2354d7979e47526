"""Stores the dated runs of a feed: wanted rows go to a temporary table, then a few statements compare the two.

New ones are inserted. Of those that are there already, one that nothing refers to (no hold, sale, block) and that has
not left follows the feed; when the feed has dropped it, it is deleted, as nobody has ever been promised it. One that
something refers to stays exactly as it is; the report names it, and staff decide. A run that the feed only calls by
another name stays the same schedule, so that its seats are not on sale a second time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, text

from core.kernel.db import require_transaction
from core.kernel.ids import new_id
from core.timetable.gtfs.bulk import copy_rows
from core.timetable.gtfs.business import StoredOperator, StoredVehicle, scoped_code
from core.timetable.gtfs.calendars import ServiceDays
from core.timetable.gtfs.feed import Feed
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.frequencies import starts
from core.timetable.gtfs.lines import StoredPattern
from core.timetable.gtfs.patterns import TripPlan
from core.timetable.gtfs.report import Report
from core.timetable.gtfs.window import Window
from core.timetable.layouts import plan_for_route_type
from core.timetable.referrers import unreferred
from core.timetable.rules import service_day_origin

_COLUMNS = (
    "id", "source_key", "operator_id", "route_id", "pattern_id", "vehicle_id", "layout_id", "number", "service_date",
    "departure_at", "arrival_at", "currency",
)  # fmt: skip
_KEY_LENGTH = 300
#: More departures in one import are a fault of writing, or malice: a country has about so many in two months.
MOST_RUNS = 5_000_000


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored before the runs: by agency id, (operator, plan), trip id."""

    operators: dict[str, StoredOperator]
    vehicles: dict[tuple[UUID, str], StoredVehicle]
    patterns: dict[str, StoredPattern]


@dataclass(slots=True)
class Runs:
    """Makes the wanted rows."""

    feed: Feed
    feed_code: str
    plans: dict[str, TripPlan]
    stored: Stored
    window: Window
    findings: Findings
    _origins: dict[tuple[date, str], datetime] = field(default_factory=dict)
    _count: int = 0

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """One row for every run in the window."""
        days = ServiceDays(self.feed, self.window.weeks)
        by_service: dict[str, list[date]] = {}
        for trip_id, plan in self.plans.items():
            service = self.feed.trips[trip_id].service_id
            if service not in by_service:
                by_service[service] = list(days.dates(service, self.window.first, self.window.last))
            for row in self._rows_of(trip_id, plan, by_service[service]):
                self._count += 1
                if self._count > MOST_RUNS:
                    raise self.findings.refuse(
                        "too_many_departures", f"These days of the feed have more than {MOST_RUNS:,} departures: name fewer "
                        "days with --days.", "stop_times.txt",
                    )  # fmt: skip
                yield row

    def _rows_of(self, trip_id: str, plan: TripPlan, days: list[date]) -> Iterator[tuple[Any, ...]]:
        trip = self.feed.trips[trip_id]
        line, pattern = self.feed.lines[trip.line_id], self.stored.patterns[trip_id]
        operator = self.stored.operators[line.agency_id]
        vehicle = self.stored.vehicles[operator.id, plan_for_route_type(line.type).code]
        zone = self.feed.agencies[line.agency_id].zone
        repeated = self.feed.frequencies.get(trip_id, [])
        first_departures = starts(trip_id, plan.start, repeated, self.findings)
        for day in days:
            origin = self._origin(day, zone)
            for start in first_departures:
                departure = origin + timedelta(seconds=start)
                mark = f"{trip_id}:{day:%Y%m%d}" + (f":{start}" if repeated else "")
                yield (
                    new_id(), scoped_code(self.feed_code, mark, _KEY_LENGTH), operator.id, pattern.route_id, pattern.id,
                    vehicle.id, vehicle.layout_id, trip.number, day, departure,
                    departure + timedelta(seconds=pattern.duration), operator.currency,
                )  # fmt: skip

    def _origin(self, day: date, zone: ZoneInfo) -> datetime:
        key = (day, zone.key)
        if key not in self._origins:
            self._origins[key] = service_day_origin(day, zone)
        return self._origins[key]


def store_runs(runs: Runs, report: Report) -> None:
    """Bring the schedules of the window in line with the feed. In the open transaction."""
    session = require_transaction()
    session.execute(text("DROP TABLE IF EXISTS pg_temp.incoming_runs"))
    session.execute(text(_INCOMING))
    number = copy_rows("incoming_runs", _COLUMNS, runs.rows())
    session.execute(text("CREATE UNIQUE INDEX ON incoming_runs (source_key)"))
    session.execute(text("ANALYZE incoming_runs"))
    days = {"first": runs.window.first, "last": runs.window.asked_last, "prefix": f"{runs.feed_code}:"}
    tally = report.tally("schedules")
    if renamed := _ids(_RENAMED, **days):
        _count(_RENAME, ids=renamed, **days)
    tally.new = _count(_INSERT)
    _analyze(tally.new)
    moved = _ids(_DIFFERENT)
    tally.changed = _count(_UPDATE, ids=moved) if moved else 0
    tally.unchanged = number - tally.new - len(moved)
    gone = _ids(_GONE, **days)
    tally.removed = _count(_DELETE, ids=gone) if gone else 0
    tally.kept = len(moved) - tally.changed + len(gone) - tally.removed
    if tally.kept:
        _say_kept(moved, gone, runs, report)
    session.execute(text("DROP TABLE incoming_runs"))


def _analyze(new: int) -> None:
    """After much that is new, and before anything is locked that somebody may want to buy."""
    if new > 1000:
        for table in ("places", "pattern_stops", "patterns", "schedules"):
            require_transaction().execute(text(f"ANALYZE {table}"))


def _say_kept(moved: list[UUID], gone: list[UUID], runs: Runs, report: Report) -> None:
    """Name what was promised to somebody and is not as the feed has it now: staff move or cancel it."""
    for row in require_transaction().execute(text(_KEPT), {"moved": moved, "gone": gone}):
        trip = row.source_key.removeprefix(f"{runs.feed_code}:").split(":")[0]
        change = "has dropped it" if row.dropped else "has other times, stops or another number for it"
        report.findings.note(
            "kept", f"Trip {trip!r} of {row.service_date} is held or sold and stays as it is; the feed {change}.",
            "trips.txt" if row.dropped else "stop_times.txt",
        )  # fmt: skip


def _count(statement: str, **parameters: Any) -> int:
    result = require_transaction().execute(text(_filled(statement)), parameters)
    return cast(CursorResult[Any], result).rowcount


def _ids(statement: str, **parameters: Any) -> list[UUID]:
    return list(require_transaction().execute(text(statement), parameters).scalars())


def _filled(statement: str) -> str:
    return statement.replace("{unreferred}", unreferred("schedules", "s"))


_INCOMING = """
CREATE TEMPORARY TABLE incoming_runs (
  id uuid, source_key varchar(300), operator_id uuid, route_id uuid, pattern_id uuid, vehicle_id uuid, layout_id uuid,
  number varchar(40), service_date date, departure_at timestamptz, arrival_at timestamptz, currency varchar(3)
) ON COMMIT DROP
"""

#: What the feed calls by another name and is the same run: pattern and departure are. Each name is given once.
_SAME_RUNS = """
WITH fresh AS (
  SELECT i.source_key, i.pattern_id, i.departure_at,
    row_number() OVER (PARTITION BY i.pattern_id, i.departure_at ORDER BY i.source_key) AS n
  FROM incoming_runs i WHERE NOT EXISTS (SELECT 1 FROM schedules s WHERE s.source_key = i.source_key)
), lost AS (
  SELECT s.id, s.pattern_id, s.departure_at,
    row_number() OVER (PARTITION BY s.pattern_id, s.departure_at ORDER BY s.source_key) AS n
  FROM schedules s
  WHERE starts_with(s.source_key, :prefix) AND s.service_date BETWEEN :first AND :last
    AND NOT EXISTS (SELECT 1 FROM incoming_runs i WHERE i.source_key = s.source_key)
)
SELECT lost.id, fresh.source_key FROM lost JOIN fresh USING (pattern_id, departure_at, n)
"""
_RENAMED = (
    f"SELECT s.id FROM schedules s WHERE s.id IN (SELECT id FROM ({_SAME_RUNS}) r) ORDER BY s.id FOR UPDATE"  # noqa: S608 - put together from constants
)
_RENAME = f"""
UPDATE schedules s SET source_key = r.source_key FROM ({_SAME_RUNS}) r WHERE r.id = s.id AND s.id = ANY(:ids)
"""  # noqa: S608 - put together from constants

_INSERT = f"""
INSERT INTO schedules ({", ".join(_COLUMNS)})
SELECT {", ".join(f"i.{column}" for column in _COLUMNS)} FROM incoming_runs i
WHERE NOT EXISTS (SELECT 1 FROM schedules s WHERE s.source_key = i.source_key)
"""  # noqa: S608 - column names of this file

#: Locked before they are looked at, so that a hold in progress is waited for and a new one waits for the outcome.
_DIFFERENT = """
SELECT s.id FROM schedules s JOIN incoming_runs i ON i.source_key = s.source_key
WHERE (s.pattern_id, s.departure_at, s.arrival_at) IS DISTINCT FROM (i.pattern_id, i.departure_at, i.arrival_at)
   OR s.number IS DISTINCT FROM i.number
ORDER BY s.id FOR UPDATE OF s
"""

_UPDATE = """
UPDATE schedules s
SET pattern_id = i.pattern_id, route_id = i.route_id, operator_id = i.operator_id, number = i.number,
    departure_at = i.departure_at, arrival_at = i.arrival_at, currency = i.currency,
    vehicle_id = CASE WHEN s.operator_id = i.operator_id THEN s.vehicle_id ELSE i.vehicle_id END,
    layout_id = CASE WHEN s.operator_id = i.operator_id THEN s.layout_id ELSE i.layout_id END
FROM incoming_runs i
WHERE i.source_key = s.source_key AND s.id = ANY(:ids) AND s.status = 'scheduled' AND s.departure_at > app_now()
  AND {unreferred}
"""

_GONE = """
SELECT s.id FROM schedules s
WHERE starts_with(s.source_key, :prefix) AND s.service_date BETWEEN :first AND :last
  AND NOT EXISTS (SELECT 1 FROM incoming_runs i WHERE i.source_key = s.source_key)
ORDER BY s.id FOR UPDATE
"""

_DELETE = """
DELETE FROM schedules s WHERE s.id = ANY(:ids) AND s.departure_at > app_now() AND {unreferred}
"""

_KEPT = """
SELECT s.source_key, s.service_date, s.id = ANY(:gone) AS dropped FROM schedules s
WHERE s.departure_at > app_now() AND (s.id = ANY(:gone) OR s.id = ANY(:moved) AND EXISTS (
  SELECT 1 FROM incoming_runs i WHERE i.source_key = s.source_key AND ((s.pattern_id, s.departure_at, s.arrival_at)
    IS DISTINCT FROM (i.pattern_id, i.departure_at, i.arrival_at) OR s.number IS DISTINCT FROM i.number)))
ORDER BY s.departure_at, s.source_key LIMIT 20
"""
