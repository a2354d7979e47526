"""All seat locks of one schedule at once, when another vehicle runs: taken away under its old layout, put back under the new.

Inside the caller's transaction, which has locked the schedule alone (`FOR UPDATE`) and every reservation that has a lock there,
so that nobody takes, turns or gives up a seat meanwhile. The rows are touched in the order (schedule, seat, leg).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.inventory.models import LockKind
from core.kernel.db import run

_IN_ORDER = """
SELECT 1 FROM seat_locks WHERE schedule_id = %(schedule_id)s ORDER BY schedule_id, seat_id, leg FOR UPDATE
"""
_TAKE_AWAY = "DELETE FROM seat_locks WHERE schedule_id = %(schedule_id)s"
_PUT = """
INSERT INTO seat_locks (schedule_id, layout_id, seat_id, leg, kind, reservation_id, expires_at, reason)
SELECT %(schedule_id)s, %(layout_id)s, x.seat_id, leg, x.kind, x.reservation_id, x.expires_at, x.reason
FROM jsonb_to_recordset(%(locks)s::jsonb) AS x (seat_id uuid, first int, last int, kind text, reservation_id uuid,
  expires_at timestamptz, reason text)
CROSS JOIN generate_series(x.first, x.last - 1) AS leg
ORDER BY x.seat_id, leg
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """One seat on the legs `from_position` ... `to_position` - 1: held or sold for a reservation, or blocked with a reason."""

    seat_id: UUID
    from_position: int
    to_position: int
    kind: LockKind
    reservation_id: UUID | None = None
    expires_at: datetime | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, object]:
        """For the statement."""
        return {
            "seat_id": str(self.seat_id),
            "first": self.from_position,
            "last": self.to_position,
            "kind": self.kind.value,
            "reservation_id": str(self.reservation_id) if self.reservation_id else None,
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
            "reason": self.reason,
        }


def take_all_away(schedule_id: UUID) -> int:
    """Delete every seat lock of a schedule, those that have run out among them; returns how many there were."""
    run(_IN_ORDER, {"schedule_id": schedule_id})
    return run(_TAKE_AWAY, {"schedule_id": schedule_id}).rowcount


def put_all(schedule_id: UUID, layout_id: UUID, placed: Iterable[Placed]) -> int:
    """Write these locks; returns how many. Two on one seat and leg, or a seat of another layout, are a defect and refused by
    the database.
    """
    locks = json.dumps([each.as_json() for each in placed])
    return run(_PUT, {"schedule_id": schedule_id, "layout_id": layout_id, "locks": locks}).rowcount
