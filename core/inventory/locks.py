"""Taking and giving up seats. The primary key of `seat_locks` decides; nothing here asks first and writes later.

Every function runs inside the caller's transaction, after the schedule and the own reservation were locked, and
touches the rows in the order (schedule, seat, leg), so that no two can wait for each other.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from core.kernel.db import require_transaction


@dataclass(frozen=True, slots=True)
class Claim:
    """Seats of one schedule on the legs `from_position` ... `to_position` - 1, wanted by one reservation."""

    schedule_id: UUID
    layout_id: UUID
    seat_ids: tuple[UUID, ...]
    from_position: int
    to_position: int
    reservation_id: UUID

    @property
    def size(self) -> int:
        """How many locks it takes: seats x legs."""
        return len(self.seat_ids) * (self.to_position - self.from_position)

    def parameters(self) -> dict[str, object]:
        """For the statements that insert locks."""
        return {
            "schedule_id": self.schedule_id,
            "layout_id": self.layout_id,
            "seat_ids": sorted(set(self.seat_ids)),
            "first_leg": self.from_position,
            "last_leg": self.to_position - 1,
            "reservation_id": self.reservation_id,
        }


#: Insert every wanted (seat, leg) in order. A row in the way is taken over in the same breath when it is a hold that
#: has run out, or ours. As many rows back as asked for: the seats are ours.
TAKE = """
INSERT INTO seat_locks (schedule_id, layout_id, seat_id, leg, kind, reservation_id, expires_at)
SELECT :schedule_id, :layout_id, seat, leg, :kind, :reservation_id, CAST(:expires_at AS timestamptz)
FROM unnest(CAST(:seat_ids AS uuid[])) AS seat
CROSS JOIN generate_series(CAST(:first_leg AS int), CAST(:last_leg AS int)) AS leg
ORDER BY seat, leg
ON CONFLICT (schedule_id, seat_id, leg) DO UPDATE
SET kind = excluded.kind, reservation_id = excluded.reservation_id, expires_at = excluded.expires_at
WHERE seat_locks.kind = 'hold'
  AND (seat_locks.expires_at <= app_now() OR seat_locks.reservation_id = excluded.reservation_id)
RETURNING seat_id, leg
"""

_TAKE = text(TAKE)

_OWN_IN_ORDER = text(
    "SELECT 1 FROM seat_locks WHERE reservation_id = :reservation_id "
    "ORDER BY schedule_id, seat_id, leg FOR UPDATE"
)


def take_sold(claim: Claim) -> frozenset[UUID]:
    """Turn a claim into sold seats: own holds, and free or run-out ones. Returns the seats that somebody else has;
    when that is not empty, nothing may be kept: roll back or to a savepoint.
    """
    rows = require_transaction().execute(_TAKE, {**claim.parameters(), "kind": "sold", "expires_at": None})
    return missing(claim, [row.seat_id for row in rows])


def missing(claim: Claim, taken: Collection[UUID]) -> frozenset[UUID]:
    """The seats of a claim that were not taken on all of its legs."""
    legs = claim.to_position - claim.from_position
    counts: dict[UUID, int] = dict.fromkeys(claim.seat_ids, 0)
    for seat_id in taken:
        counts[seat_id] += 1
    return frozenset(seat_id for seat_id, count in counts.items() if count < legs)


def prolong(reservation_id: UUID, expires_at: datetime) -> int:
    """Give the reservation's holds a later end; returns how many there are."""
    session = require_transaction()
    session.execute(_OWN_IN_ORDER, {"reservation_id": reservation_id})
    statement = text(
        "UPDATE seat_locks SET expires_at = :expires_at "
        "WHERE reservation_id = :reservation_id AND kind = 'hold' RETURNING 1"
    )
    return len(session.execute(statement, {"reservation_id": reservation_id, "expires_at": expires_at}).all())


def give_up(reservation_id: UUID) -> int:
    """Free the reservation's holds; returns how many there were. Sold seats stay."""
    session = require_transaction()
    session.execute(_OWN_IN_ORDER, {"reservation_id": reservation_id})
    statement = text(
        "DELETE FROM seat_locks WHERE reservation_id = :reservation_id AND kind = 'hold' RETURNING 1"
    )
    return len(session.execute(statement, {"reservation_id": reservation_id}).all())
