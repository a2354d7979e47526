"""Reservations whose time runs at this moment, with everything that a screen shows of them. One statement."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from core.kernel.db import db
from core.reporting.office import Scope

_LIVE = text("""
SELECT r.id, r.schedule_id, r.holder_label, r.holder_kind, r.channel, r.total, r.currency, r.created_at, r.expires_at,
  r.extensions, r.seat_count, CAST(ceil(extract(epoch FROM r.expires_at - app_now())) AS int) AS seconds_left,
  CAST(extract(epoch FROM r.expires_at - r.created_at) AS int) AS seconds_whole,
  s.departure_at + b.departure_offset * interval '1 second' AS departure_at, origin.timezone,
  origin.name AS origin, destination.name AS destination, t.name AS route, s.platform,
  (SELECT array_agg(seats.number ORDER BY p.place) FROM passengers p JOIN seats ON seats.id = p.seat_id
   WHERE p.reservation_id = r.id) AS seats,
  EXISTS (SELECT 1 FROM payments m WHERE m.reservation_id = r.id AND m.status = 'pending') AS paying
FROM reservations r
JOIN schedules s ON s.id = r.schedule_id
JOIN routes t ON t.id = s.route_id
JOIN pattern_stops b ON b.pattern_id = s.pattern_id AND b.position = r.from_position
JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = r.to_position
JOIN places origin ON origin.id = b.place_id
JOIN places destination ON destination.id = a.place_id
WHERE r.status = 'active' AND r.expires_at > app_now()
  AND (CAST(:operator_id AS uuid) IS NULL OR r.operator_id = :operator_id)
  AND (cardinality(:stations) = 0 OR b.place_id = ANY(:stations))
ORDER BY r.expires_at DESC, r.id
LIMIT :most
""").bindparams(bindparam("stations", type_=ARRAY(Uuid())))


@dataclass(frozen=True, slots=True)
class LiveReservation:
    """One running hold. `timezone` is the boarding place's; seconds count on the database's clock."""

    id: UUID
    schedule_id: UUID
    holder_label: str
    holder_kind: str
    channel: str
    total: int
    currency: str
    created_at: datetime
    expires_at: datetime
    extensions: int
    seat_count: int
    seconds_left: int
    seconds_whole: int
    departure_at: datetime
    timezone: str
    origin: str
    destination: str
    route: str
    platform: str | None
    seats: list[str] | None
    paying: bool


def live_reservations(scope: Scope, most: int = 500) -> list[LiveReservation]:
    """Running holds of the scope, those with most time left first."""
    values = {"operator_id": scope.operator_id, "stations": list(scope.stations), "most": most}
    return [LiveReservation(**row._mapping) for row in db.session.execute(_LIVE, values)]


def is_boarding_at(reservation_id: UUID, stations: tuple[UUID, ...]) -> bool:
    """Whether a reservation exists and its travellers board at one of the stations (none means any)."""
    return bool(db.session.execute(_AT, {"id": reservation_id, "stations": list(stations)}).scalar())


_AT = text("""
SELECT 1 FROM reservations r JOIN schedules s ON s.id = r.schedule_id
JOIN pattern_stops b ON b.pattern_id = s.pattern_id AND b.position = r.from_position
WHERE r.id = :id AND (cardinality(:stations) = 0 OR b.place_id = ANY(:stations))
""").bindparams(bindparam("stations", type_=ARRAY(Uuid())))
