"""How full the next departures are, counted from the seat locks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from core.kernel.db import db
from core.reporting.office import Scope

#: At a station its own leg counts; without one the whole run, as seats times legs.
_LOADS = text("""
WITH calls AS (
  SELECT s.id, s.pattern_id, s.layout_id, s.platform, s.status, s.number,
    s.estimated_departure_at + b.departure_offset * interval '1 second' AS estimated_departure_at,
    b.position, b.place_id, s.departure_at + b.departure_offset * interval '1 second' AS departure_at
  FROM schedules s JOIN pattern_stops b ON b.pattern_id = s.pattern_id
  JOIN patterns p ON p.id = s.pattern_id
  WHERE s.departure_at > app_now() - CAST(:reach AS interval) AND s.departure_at < app_now() + CAST(:ahead AS interval)
    AND s.status IN ('scheduled', 'boarding') AND b.boarding AND b.position < p.legs
    AND (cardinality(:stations) = 0 AND b.position = 0 OR b.place_id = ANY(:stations))
    AND (CAST(:operator_id AS uuid) IS NULL OR s.operator_id = :operator_id)
), upcoming AS (
  SELECT * FROM calls
  WHERE coalesce(estimated_departure_at, departure_at) >= app_now()
    AND departure_at < app_now() + CAST(:ahead AS interval)
  ORDER BY departure_at, id LIMIT :most
)
SELECT u.id, u.departure_at, u.estimated_departure_at, u.platform, u.status, u.number, here.timezone,
  here.name AS origin, coalesce(p.headsign, last_place.name) AS destination, r.name AS route,
  seats.total * counted.legs AS places, counted.sold, counted.held
FROM upcoming u
JOIN patterns p ON p.id = u.pattern_id
JOIN routes r ON r.id = p.route_id
JOIN places here ON here.id = u.place_id
JOIN pattern_stops last_stop ON last_stop.pattern_id = p.id AND last_stop.position = p.legs
JOIN places last_place ON last_place.id = last_stop.place_id
CROSS JOIN LATERAL (SELECT count(*) AS total FROM seats WHERE layout_id = u.layout_id) seats
CROSS JOIN LATERAL (
  SELECT CASE WHEN cardinality(:stations) = 0 THEN p.legs ELSE 1 END AS legs,
    count(*) FILTER (WHERE l.kind IN ('sold', 'blocked') AND (l.expires_at IS NULL OR l.expires_at > app_now())) AS sold,
    count(*) FILTER (WHERE l.kind = 'hold' AND l.expires_at > app_now()) AS held
  FROM seat_locks l
  WHERE l.schedule_id = u.id AND (cardinality(:stations) = 0 OR l.leg = u.position)
) counted
ORDER BY u.departure_at, u.id
""").bindparams(bindparam("stations", type_=ARRAY(Uuid())))

#: A run that began this long ago may still call at a station.
_REACH = "36 hours"


@dataclass(frozen=True, slots=True)
class DepartureLoad:
    """One departure and how much of it is taken; `places` counts seats (times legs where no station was named)."""

    schedule_id: UUID
    departure_at: datetime
    estimated_departure_at: datetime | None
    timezone: str
    platform: str | None
    status: str
    number: str | None
    origin: str
    destination: str
    route: str
    places: int
    sold: int
    held: int

    @property
    def sold_percent(self) -> int:
        """Share that is sold, in whole per cent."""
        return _percent(self.sold, self.places)

    @property
    def held_percent(self) -> int:
        """Share that is being bought."""
        return _percent(self.sold + self.held, self.places) - self.sold_percent

    @property
    def percent(self) -> int:
        """Share that is taken either way."""
        return _percent(self.sold + self.held, self.places)


def next_departures(scope: Scope, most: int = 6, hours: int = 24) -> list[DepartureLoad]:
    """The next departures of the scope's stations (of all runs from their first stop without one), soonest first."""
    values: dict[str, Any] = {
        "operator_id": scope.operator_id,
        "stations": list(scope.stations),
        "ahead": f"{int(hours)} hours",
        "most": most,
        "reach": _REACH,
    }
    names = (
        "departure_at",
        "estimated_departure_at",
        "timezone",
        "platform",
        "status",
        "number",
        "origin",
        "destination",
    )
    found = []
    for row in db.session.execute(_LOADS, values):
        words = {name: getattr(row, name) for name in names}
        found.append(
            DepartureLoad(
                row.id, **words, route=row.route, places=int(row.places), sold=row.sold, held=row.held
            )
        )
    return found


def overall(loads: list[DepartureLoad]) -> int | None:
    """How full these departures are together, in whole per cent; None when there is no seat among them."""
    places = sum(load.places for load in loads)
    return _percent(sum(load.sold + load.held for load in loads), places) if places else None


def _percent(part: int, whole: int) -> int:
    return (200 * part + whole) // (2 * whole) if whole else 0
