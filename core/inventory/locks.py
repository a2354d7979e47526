"""Taking and giving up seats. The primary key of `seat_locks` decides; nothing here asks first and writes later.

Every function runs inside the caller's transaction, after the schedule and the own reservation were locked, and
touches the rows in the order (schedule, seat, leg), so that no two can wait for each other.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg

from core.inventory.models import LockKind
from core.kernel.db import driver, run


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


_TAKE = """
INSERT INTO seat_locks (schedule_id, layout_id, seat_id, leg, kind, reservation_id, expires_at)
SELECT %(schedule_id)s, %(layout_id)s, seat, leg, '{kind}', %(reservation_id)s, {expires_at}
FROM {source}unnest(%(seat_ids)s::uuid[]) AS seat
CROSS JOIN generate_series(%(first_leg)s::int, %(last_leg)s::int) AS leg
ORDER BY seat, leg
ON CONFLICT (schedule_id, seat_id, leg) DO UPDATE
SET kind = excluded.kind, reservation_id = excluded.reservation_id, expires_at = excluded.expires_at, reason = NULL
WHERE seat_locks.expires_at <= app_now()
  OR (seat_locks.kind = 'hold' AND seat_locks.reservation_id = excluded.reservation_id)
RETURNING seat_id, leg
"""


def take_statement(kind: LockKind, expires_at: str = "NULL::timestamptz", source: str = "") -> str:
    """The one statement that takes seats, for the driver, with the parameters of a `Claim`.

    It inserts every wanted (seat, leg) in order. A row in the way is taken over in the same breath when its time has
    run out (a hold, a seat that was kept back until now), or it is our hold. As many rows back as asked for: the seats are ours. ``source`` is a row of the
    surrounding statement without which nothing is taken (``"offered CROSS JOIN "``); ``expires_at`` an SQL expression.
    """
    return _TAKE.format(kind=kind.value, expires_at=expires_at, source=source)


_TAKE_SOLD = take_statement(LockKind.SOLD)
_HOLD_MORE = take_statement(LockKind.HOLD, expires_at="%(expires_at)s::timestamptz")
_HAND_OVER = """
UPDATE seat_locks SET reservation_id = %(to)s WHERE reservation_id = %(reservation_id)s AND kind = 'sold'
"""

_OWN_IN_ORDER = """
SELECT 1 FROM seat_locks WHERE reservation_id = %(reservation_id)s ORDER BY schedule_id, seat_id, leg FOR UPDATE
"""
_PROLONG = """
UPDATE seat_locks SET expires_at = %(expires_at)s WHERE reservation_id = %(reservation_id)s AND kind = 'hold'
"""
_GIVE_UP = "DELETE FROM seat_locks WHERE reservation_id = %(reservation_id)s AND kind = 'hold'"
_GIVE_UP_SEATS = f"{_GIVE_UP} AND seat_id = ANY(%(seat_ids)s)"


#: What the SQL function `all_or_nothing(seat ids of the locks that were taken, locks wanted)` raises.
NOT_ALL = "BH001"


def taken_of(error: psycopg.Error) -> list[UUID]:
    """The seat of each lock that a statement had got when it refused with `NOT_ALL`."""
    return [UUID(each) for each in (error.diag.message_detail or "").split()]


def take_sold(claim: Claim) -> frozenset[UUID]:
    """Turn a claim into sold seats: own holds, and free or run-out ones. Returns the seats that somebody else has;
    when that is not empty, nothing may be kept: roll back or to a savepoint.
    """
    rows = driver().execute(_TAKE_SOLD, claim.parameters())
    return missing(claim, [seat_id for seat_id, _ in rows])


def hold_more(claim: Claim, expires_at: datetime) -> frozenset[UUID]:
    """Hold all seats of a claim, those that are held by it already among them. Returns the seats that somebody else has;
    when that is not empty, nothing may be kept.

    Old and new seats go through one statement: taking the new ones first and giving up the old ones after it without
    having locked them would turn the order of locks around.
    """
    rows = driver().execute(_HOLD_MORE, claim.parameters() | {"expires_at": expires_at})
    return missing(claim, [seat_id for seat_id, _ in rows])


def give_up_seats(reservation_id: UUID, seat_ids: Collection[UUID]) -> int:
    """Free some seats of a hold whose locks the transaction has already (`hold_more`); returns how many locks."""
    return run(_GIVE_UP_SEATS, {"reservation_id": reservation_id, "seat_ids": sorted(seat_ids)}).rowcount


def hand_over(reservation_id: UUID, to: UUID) -> int:
    """Sold seats of one reservation belong to another one from now on; returns how many locks there were."""
    run(_OWN_IN_ORDER, {"reservation_id": reservation_id})
    return run(_HAND_OVER, {"reservation_id": reservation_id, "to": to}).rowcount


def missing(claim: Claim, taken: Collection[UUID]) -> frozenset[UUID]:
    """The seats of a claim that were not taken on all of its legs."""
    legs = claim.to_position - claim.from_position
    counts: dict[UUID, int] = dict.fromkeys(claim.seat_ids, 0)
    for seat_id in taken:
        counts[seat_id] += 1
    return frozenset(seat_id for seat_id, count in counts.items() if count < legs)


def prolong(reservation_id: UUID, expires_at: datetime) -> int:
    """Give the reservation's holds a later end; returns how many there are."""
    run(_OWN_IN_ORDER, {"reservation_id": reservation_id})
    return run(_PROLONG, {"reservation_id": reservation_id, "expires_at": expires_at}).rowcount


def give_up(reservation_id: UUID) -> int:
    """Free the reservation's holds; returns how many there were. Sold seats stay."""
    run(_OWN_IN_ORDER, {"reservation_id": reservation_id})
    return run(_GIVE_UP, {"reservation_id": reservation_id}).rowcount


_SOLD_IN_ORDER = """
SELECT 1 FROM seat_locks WHERE reservation_id = %(reservation_id)s AND seat_id = ANY(%(seat_ids)s) AND kind = 'sold'
  AND (%(schedule_id)s::uuid IS NULL OR schedule_id = %(schedule_id)s)
ORDER BY schedule_id, seat_id, leg FOR UPDATE
"""
_FREE_SOLD = """
DELETE FROM seat_locks WHERE reservation_id = %(reservation_id)s AND seat_id = ANY(%(seat_ids)s) AND kind = 'sold'
  AND (%(schedule_id)s::uuid IS NULL OR schedule_id = %(schedule_id)s)
"""


def free_sold(reservation_id: UUID, seat_ids: Collection[UUID], schedule_id: UUID | None = None) -> int:
    """Give sold seats of a reservation (on one schedule, if named) back to everybody; returns how many locks there were."""
    values = {"reservation_id": reservation_id, "seat_ids": sorted(seat_ids), "schedule_id": schedule_id}
    run(_SOLD_IN_ORDER, values)
    return run(_FREE_SOLD, values).rowcount
