"""Staff block seats of a departure, for the whole run or a stretch of it: for good, or kept back until a time.

A seat that is kept back is free by the clock alone when its time has come. A seat that somebody holds or has bought
cannot be blocked: the answer says who it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.booking.errors import BadPassenger, BadStretch, NotOnSale, ReasonMissing, SeatInUse, UnknownSeat
from core.booking.rules import clean_text
from core.inventory.blocks import Block, blocked_already, free_blocked, take_blocked
from core.inventory.plans import plan
from core.kernel.activity import Actor, record
from core.kernel.db import run, transaction
from core.kernel.errors import NotFound
from core.kernel.outbox import publish
from core.timetable.words import ON_SALE

_SHORTEST, _LONGEST = 3, 200

_LOCK = """
SELECT s.status, s.layout_id, s.operator_id, p.legs, app_now() AS now
FROM schedules s JOIN patterns p ON p.id = s.pattern_id WHERE s.id = %(id)s FOR KEY SHARE OF s
"""
_WHO = """
SELECT DISTINCT l.seat_id, l.kind, r.holder_label AS holder, b.reference
FROM seat_locks l JOIN reservations r ON r.id = l.reservation_id LEFT JOIN bookings b ON b.reservation_id = r.id
WHERE l.schedule_id = %(schedule_id)s AND l.seat_id = ANY(%(seat_ids)s) AND l.leg BETWEEN %(first_leg)s AND %(last_leg)s
  AND (l.expires_at IS NULL OR l.expires_at > app_now())
"""
_WORDS = {"hold": "held", "sold": "sold"}


@dataclass(frozen=True, slots=True)
class BlockRequest:
    """Which seats of a schedule, and on which stretch; without positions the whole run."""

    schedule_id: UUID
    seat_ids: Sequence[UUID]
    from_position: int = 0
    to_position: int | None = None


def block_seats(request: BlockRequest, reason: str, actor: Actor, until: datetime | None = None) -> int:
    """Take seats out of sale (``until`` an aware moment, or for good), all or none; returns how many.

    A seat that is blocked already gets the new reason and end. Raises NotFound, NotOnSale, BadStretch, UnknownSeat,
    ReasonMissing, BadPassenger `bad_until` (not in the future), SeatInUse (who has which).
    """
    said = clean_text(reason, "reason", _LONGEST) or ""
    if len(said) < _SHORTEST:
        raise ReasonMissing(f"Please say why, in {_SHORTEST} to {_LONGEST} characters.", field="reason")
    with transaction():
        run_row, block = _lock(request)
        if run_row.status not in ON_SALE:
            raise NotOnSale
        if until is not None and until <= run_row.now:
            raise BadPassenger("Please give a time that is still to come.", field="until", code="bad_until")
        before = _words(block, blocked_already(block))
        gone = take_blocked(block, said, until)
        if gone:
            raise _in_use(block, gone)
        after = _words(block, block.seat_ids) | {"until": until.isoformat() if until else None}
        _note("seats.blocked", block, run_row, actor, reason=said, before=before, after=after)
    return len(block.seat_ids)


def unblock_seats(request: BlockRequest, actor: Actor) -> int:
    """Sell blocked seats again; returns how many were blocked. Raises NotFound, BadStretch, UnknownSeat."""
    with transaction():
        run_row, block = _lock(request)
        freed = free_blocked(block)
        if freed:
            _note("seats.unblocked", block, run_row, actor, before=_words(block, freed))
    return len(freed)


def _lock(request: BlockRequest) -> tuple[Any, Block]:
    row = run(_LOCK, {"id": request.schedule_id}).fetchone()
    if row is None:
        raise NotFound("There is no such departure.")
    last = row.legs if request.to_position is None else request.to_position
    if not 0 <= request.from_position < last <= row.legs:
        raise BadStretch
    known = plan(row.layout_id).by_id
    unknown = next((seat for seat in request.seat_ids if seat not in known), None)
    if unknown or not request.seat_ids:
        raise UnknownSeat("Please choose seats of this departure.", seat=str(unknown))
    seats = tuple(sorted(set(request.seat_ids)))
    return row, Block(request.schedule_id, row.layout_id, seats, request.from_position, last)


def _in_use(block: Block, gone: frozenset[UUID]) -> SeatInUse:
    """Who has the seats. A hold that was taken back in this very moment leaves only the seat's number."""
    known = plan(block.layout_id).by_id
    found = run(_WHO, block.parameters() | {"seat_ids": sorted(gone)}).fetchall()
    seats = [
        {
            "seat": known[r.seat_id].number,
            "kind": _WORDS[r.kind],
            "holder": r.holder,
            "reference": r.reference,
        }
        for r in found
    ]
    seats.sort(key=lambda seat: seat["seat"])
    words = "; ".join(f"{s['seat']} is {s['kind']} by {s['reference'] or s['holder']}" for s in seats)
    numbers = ", ".join(sorted(known[seat].number for seat in gone))
    return SeatInUse(f"Not blocked: {words or numbers}.", seats=seats)


def _words(block: Block, seat_ids: Sequence[UUID] | Any) -> dict[str, Any]:
    known = plan(block.layout_id).by_id
    numbers = sorted(known[seat_id].number for seat_id in seat_ids)
    return {"seats": numbers, "from_position": block.from_position, "to_position": block.to_position}


def _note(action: str, block: Block, row: Any, actor: Actor, **change: Any) -> None:
    record(actor, action, "schedule", block.schedule_id, operator_id=row.operator_id, **change)
    publish("seats.changed", {"schedule_id": str(block.schedule_id)})
