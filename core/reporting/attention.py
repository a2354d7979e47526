"""What waits for a person: money that fits nothing, mail that did not go, kiosks that are silent, drawers whose difference
nobody has looked at. One statement.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from core.kernel.db import db

#: A kiosk reports every few seconds; after this many of silence it counts as offline.
SILENT_SECONDS = 60

_STATEMENT = text(f"""
SELECT
  (SELECT count(*) FROM reservations r WHERE r.status = 'active' AND r.expires_at > app_now()
     AND (cardinality(:stations) = 0 OR EXISTS (
       SELECT 1 FROM schedules s JOIN pattern_stops p ON p.pattern_id = s.pattern_id AND p.position = r.from_position
       WHERE s.id = r.schedule_id AND p.place_id = ANY(:stations)))) AS held,
  (SELECT count(*) FROM webhook_events WHERE effect IN ('parked', 'disagrees'))
    + (SELECT count(*) FROM cash_intakes WHERE status = 'owed') AS payments,
  (SELECT count(*) FROM refunds WHERE status = 'failed') AS refunds,
  (SELECT count(*) FROM messages WHERE status = 'failed') AS messages,
  (SELECT count(*) FROM kiosks WHERE status = 'pending'
     AND created_at > app_now() - interval '1 day') AS pairing,
  (SELECT count(*) FROM kiosks WHERE status = 'active' AND last_seen_at IS NOT NULL
     AND last_seen_at < app_now() - interval '{SILENT_SECONDS} seconds'
     AND (cardinality(:stations) = 0 OR place_id = ANY(:stations))) AS silent,
  (SELECT count(*) FROM shifts s WHERE s.opened_at > app_now() - interval '90 days' AND s.closed_at IS NOT NULL
     AND abs(s.counted - s.expected) > s.variance_limit
     AND NOT EXISTS (SELECT 1 FROM shift_approvals a WHERE a.shift_id = s.id)
     AND (cardinality(:stations) = 0 OR s.place_id = ANY(:stations))) AS shifts
""").bindparams(bindparam("stations", type_=ARRAY(Uuid())))  # noqa: S608 - a number of ours


@dataclass(frozen=True, slots=True)
class Attention:
    """Figures of what is held (which needs nobody) and of what needs somebody."""

    held: int
    payments: int
    refunds: int
    messages: int
    pairing: int
    silent: int
    shifts: int

    @property
    def kiosks(self) -> int:
        """Kiosks that wait to be approved or have gone silent."""
        return self.pairing + self.silent

    @property
    def total(self) -> int:
        """Everything that needs somebody."""
        return self.payments + self.refunds + self.messages + self.kiosks + self.shifts


def attention(stations: tuple[UUID, ...] = ()) -> Attention:
    """What waits now, at these stations (none means all) where a thing has a station."""
    row = db.session.execute(_STATEMENT, {"stations": list(stations)}).one()
    return Attention(**row._mapping)
