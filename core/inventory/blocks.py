"""Blocked seats: the operator's own claim on a seat, for good or kept back until a time, by the same lock as any other.

Inside the caller's transaction, after the schedule was locked, in the order (schedule, seat, leg).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.kernel.db import run


@dataclass(frozen=True, slots=True)
class Block:
    """Seats of one schedule on the legs `from_position` ... `to_position` - 1."""

    schedule_id: UUID
    layout_id: UUID
    seat_ids: tuple[UUID, ...]
    from_position: int
    to_position: int

    def parameters(self) -> dict[str, Any]:
        """For the statements below."""
        return {
            "schedule_id": self.schedule_id,
            "layout_id": self.layout_id,
            "seat_ids": sorted(set(self.seat_ids)),
            "first_leg": self.from_position,
            "last_leg": self.to_position - 1,
        }


_BLOCK = """
INSERT INTO seat_locks (schedule_id, layout_id, seat_id, leg, kind, expires_at, reason)
SELECT %(schedule_id)s, %(layout_id)s, seat, leg, 'blocked', %(until)s, %(reason)s
FROM unnest(%(seat_ids)s::uuid[]) AS seat CROSS JOIN generate_series(%(first_leg)s::int, %(last_leg)s::int) AS leg
ORDER BY seat, leg
ON CONFLICT (schedule_id, seat_id, leg) DO UPDATE
SET kind = excluded.kind, reservation_id = NULL, expires_at = excluded.expires_at, reason = excluded.reason
WHERE seat_locks.kind = 'blocked' OR seat_locks.expires_at <= app_now()
RETURNING seat_id
"""
_MINE = """
SELECT seat_id, leg FROM seat_locks WHERE schedule_id = %(schedule_id)s AND seat_id = ANY(%(seat_ids)s)
  AND leg BETWEEN %(first_leg)s AND %(last_leg)s AND kind = 'blocked'
ORDER BY schedule_id, seat_id, leg FOR UPDATE
"""
_FREE = """
DELETE FROM seat_locks WHERE schedule_id = %(schedule_id)s AND seat_id = ANY(%(seat_ids)s)
  AND leg BETWEEN %(first_leg)s AND %(last_leg)s AND kind = 'blocked'
"""


def take_blocked(block: Block, reason: str, until: datetime | None) -> frozenset[UUID]:
    """Block the seats; one that is blocked already gets the new reason and end. Returns the seats that somebody has; when
    that is not empty, nothing may be kept.
    """
    rows = run(_BLOCK, block.parameters() | {"reason": reason, "until": until}).fetchall()
    legs = block.to_position - block.from_position
    got = [row.seat_id for row in rows]
    return frozenset(seat for seat in block.seat_ids if got.count(seat) < legs)


def blocked_already(block: Block) -> Collection[UUID]:
    """Those of the seats that are blocked on a part of the stretch already; they stay locked until the end of the transaction."""
    return sorted({row.seat_id for row in run(_MINE, block.parameters()).fetchall()})


def free_blocked(block: Block) -> Collection[UUID]:
    """Give blocked seats back to everybody; returns those that were blocked."""
    found = run(_MINE, block.parameters()).fetchall()
    run(_FREE, block.parameters())
    return sorted({row.seat_id for row in found})
