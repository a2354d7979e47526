"""Reads of waiting lists: one's own place, and the whole line for staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.kernel.db import fetch
from core.kernel.errors import NotFound

_ENTRY = """
SELECT e.id, e.schedule_id, e.from_position, e.to_position, e.seat_count, e.contact_email, e.contact_phone, e.language,
  e.created_at, e.reservation_id,
  CASE WHEN e.status = 'offered' AND r.status = 'confirmed' THEN 'served'
    WHEN e.status = 'offered' AND (r.status <> 'active' OR r.expires_at <= app_now()) THEN 'lapsed'
    ELSE e.status END AS status,
  CASE WHEN e.status = 'offered' THEN r.expires_at END AS offer_until,
  CASE WHEN e.status = 'waiting' THEN (SELECT count(*) FROM waiting_entries x
    WHERE x.schedule_id = e.schedule_id AND x.status = 'waiting' AND x.place <= e.place) END AS ahead,
  pa.name AS origin, pb.name AS destination, pa.timezone, o.name AS operator_name,
  s.departure_at + make_interval(secs => a.departure_offset) AS departure_at
FROM waiting_entries e JOIN schedules s ON s.id = e.schedule_id JOIN operators o ON o.id = e.operator_id
JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = e.from_position
JOIN pattern_stops b ON b.pattern_id = s.pattern_id AND b.position = e.to_position
JOIN places pa ON pa.id = a.place_id JOIN places pb ON pb.id = b.place_id
LEFT JOIN reservations r ON r.id = e.reservation_id
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place on a waiting list. `ahead`: 1 is the next; None once it is no longer waiting. `offer_until`: seats are held."""

    id: UUID
    schedule_id: UUID
    from_position: int
    to_position: int
    seat_count: int
    contact_email: str
    contact_phone: str | None
    language: str
    created_at: datetime
    reservation_id: UUID | None
    status: str
    offer_until: datetime | None
    ahead: int | None
    origin: str
    destination: str
    timezone: str
    operator_name: str
    departure_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The shape of the API, without what only its owner sees."""
        return {
            "id": str(self.id),
            "schedule_id": str(self.schedule_id),
            "from_position": self.from_position,
            "to_position": self.to_position,
            "seats": self.seat_count,
            "status": self.status,
            "place": self.ahead,
            "created_at": self.created_at.isoformat(),
            "offer_until": self.offer_until.isoformat() if self.offer_until else None,
            "reservation_id": str(self.reservation_id) if self.reservation_id else None,
        }


def waiting_entry(entry_id: UUID) -> Waiting:
    """One entry. Raises NotFound."""
    rows = fetch(_ENTRY + "WHERE e.id = %(id)s", {"id": entry_id})
    if not rows:
        raise NotFound("There is no such place on a waiting list.")
    return Waiting(**rows[0]._asdict())


def line_of(schedule_id: UUID) -> list[Waiting]:
    """Who stands in line for a run, the first first; those with an offer included."""
    line = "WHERE e.schedule_id = %(id)s AND e.status IN ('waiting', 'offered') ORDER BY e.place LIMIT 500"
    return [Waiting(**row._asdict()) for row in fetch(_ENTRY + line, {"id": schedule_id})]
