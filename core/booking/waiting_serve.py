"""Serving the waiting lists: seats that are free become a real hold for the first in line whose wish fits.

Cron looks every few seconds at the lines there are, whatever freed a seat: a hold that ran out by the clock alone, a release,
a cancellation, a block that was lifted, a bigger vehicle. Nothing has to tell it, so nothing can be forgotten, and selling
pays nothing for it. One at a time serves a line, so that the order is kept. The holder of an offer is the entry itself:
after a crash the hold is found again, and nobody can be served twice.
"""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.booking.cancel import cancel
from core.booking.errors import (
    ActiveReservationExists,
    HoldExpired,
    NotActive,
    NotOnSale,
    SalesClosed,
    SeatTaken,
)
from core.booking.own import Locked, lock_reservation
from core.booking.requests import HoldRequest, PassengerRequest
from core.booking.reserve import reserve
from core.booking.waiting import holder_of
from core.inventory.best import best_available
from core.inventory.queries import available_counts, seat_map
from core.kernel.activity import SYSTEM, record
from core.kernel.db import fetch, run, transaction
from core.kernel.errors import Busy, DomainError, Unavailable
from core.kernel.outbox import publish
from core.timetable.words import ON_SALE

_TURN_SECONDS = 15.0
_ON_SALE = ", ".join(f"'{status.value}'" for status in ON_SALE)

_LINES = "SELECT DISTINCT schedule_id FROM waiting_entries WHERE status IN ('waiting', 'offered')"
_CLAIM = """
UPDATE waiting_lines SET claimed_until = app_now() + interval '30 seconds'
WHERE schedule_id = %(id)s AND (claimed_until IS NULL OR claimed_until < app_now()) RETURNING schedule_id
"""
_LET_GO = "UPDATE waiting_lines SET claimed_until = NULL WHERE schedule_id = %(id)s"

#: What came of the offers, and whose run went off sale.
_ENDED = f"""
SELECT e.id, e.operator_id, e.status,
  CASE WHEN e.status = 'waiting' THEN 'closed'
    WHEN r.status = 'confirmed' THEN 'served' WHEN r.status = 'cancelled' THEN 'left' ELSE 'lapsed' END AS ends
FROM waiting_entries e JOIN schedules s ON s.id = e.schedule_id
JOIN policies p ON p.operator_id = s.operator_id AND p.active
JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = e.from_position
LEFT JOIN reservations r ON r.id = e.reservation_id
WHERE e.schedule_id = %(id)s AND (
  (e.status = 'offered' AND (r.status <> 'active' OR r.expires_at <= app_now()))
  OR (e.status = 'waiting' AND (s.status NOT IN ({_ON_SALE}) OR app_now() >= s.departure_at
    + make_interval(secs => a.departure_offset) - make_interval(mins => p.sales_close_minutes))))
"""  # noqa: S608 - put together from constants
_END = """
UPDATE waiting_entries SET status = %(ends)s, closed_at = app_now() WHERE id = %(id)s AND status = %(status)s
RETURNING id
"""
#: In the order of coming. `held`: seats that were held for them before a crash could say so.
_WAITING = """
SELECT e.*, r.id AS held, p.offer_minutes
FROM waiting_entries e JOIN policies p ON p.operator_id = e.operator_id AND p.active
LEFT JOIN reservations r ON r.schedule_id = e.schedule_id AND r.holder_kind = 'guest' AND r.status = 'active'
  AND r.expires_at > app_now() AND r.holder_id = 'waiting-' || replace(e.id::text, '-', '')
WHERE e.schedule_id = %(id)s AND e.status = 'waiting' ORDER BY e.place LIMIT 500
"""
_OFFER = """
UPDATE waiting_entries SET status = 'offered', reservation_id = %(reservation_id)s, offered_at = app_now()
WHERE id = %(id)s AND status = 'waiting' RETURNING id
"""
_OFFERED = "SELECT 1 FROM waiting_entries WHERE id = %(id)s AND status = 'offered'"
_UNTIL = "UPDATE reservations SET expires_at = %(expires_at)s WHERE id = %(id)s"


def serve() -> int:
    """Serve every line; returns how many were offered seats. Run by cron, safe to run at the same time."""
    return sum(serve_line(row.schedule_id) for row in fetch(_LINES))


def serve_line(schedule_id: UUID) -> int:
    """Note what came of the offers of one run, and offer what is free to the first whose wishes fit; returns how many.

    0 while somebody else serves it.
    """
    if not _claim(schedule_id):
        return 0
    try:
        _note_ended(schedule_id)
        return _offer_free(schedule_id)
    finally:
        with transaction():
            run(_LET_GO, {"id": schedule_id})


def _claim(schedule_id: UUID) -> bool:
    with transaction():
        return run(_CLAIM, {"id": schedule_id}).fetchone() is not None


def _note_ended(schedule_id: UUID) -> None:
    for entry in fetch(_ENDED, {"id": schedule_id}):
        _end(entry, entry.ends)


def _end(entry: Any, ends: str, reason: str | None = None) -> None:
    with transaction():
        if run(_END, {"id": entry.id, "status": entry.status, "ends": ends}).fetchone():
            change = {"before": {"status": entry.status}, "after": {"status": ends}, "reason": reason}
            record(
                SYSTEM, f"waiting.{ends}", "waiting_entry", entry.id, operator_id=entry.operator_id, **change
            )


def _offer_free(schedule_id: UUID) -> int:
    ends, offered = time.monotonic() + _TURN_SECONDS, 0
    waiting = fetch(_WAITING, {"id": schedule_id})
    free = available_counts(_stretch(entry) for entry in waiting)
    for entry in waiting:
        if time.monotonic() > ends:
            break
        if not entry.held and free.get(_stretch(entry), 0) < entry.seat_count:
            continue
        if _offer(entry):
            offered += 1
            free = available_counts(_stretch(each) for each in waiting)
    return offered


def _stretch(entry: Any) -> tuple[UUID, int, int]:
    return entry.schedule_id, entry.from_position, entry.to_position


def _offer(entry: Any) -> bool:
    """Hold seats for the entry and tell it; False when none fit, or somebody bought them in this moment."""
    try:
        reservation_id: UUID | None = entry.held or _hold(entry)
        return reservation_id is not None and _tell(entry, reservation_id)
    except (SeatTaken, NotOnSale, SalesClosed, HoldExpired, NotActive, Busy, Unavailable):
        return False
    except (
        DomainError
    ) as error:  # what was asked of travellers has changed since: nothing can be held any more
        _end(entry, "closed", error.message[:300])
        return False


def _hold(entry: Any) -> UUID | None:
    seats = best_available(seat_map(*_stretch(entry)).seats, entry.seat_count)
    if not seats:
        return None
    request = HoldRequest(
        *_stretch(entry),
        passengers=tuple(
            PassengerRequest(seat.id, person["type"], person["full_name"], person["details"])
            for seat, person in zip(seats, entry.passengers, strict=True)
        ),
        channel=entry.channel,
        contact_email=entry.contact_email,
        contact_phone=entry.contact_phone,
        language=entry.language,
    )
    try:
        return reserve(request, holder_of(entry.id), SYSTEM).reservation_id
    except ActiveReservationExists as held:
        return UUID(str(held.details["reservation_id"]))


def _tell(entry: Any, reservation_id: UUID) -> bool:
    """The seats are theirs until the deadline of the policy, and the letter goes out with it; False when they have left the
    line meanwhile, or somebody else who served has told them.
    """
    with transaction():
        locked = lock_reservation(reservation_id, holder_of(entry.id))
        locked.require_open()
        if run(_OFFER, {"id": entry.id, "reservation_id": reservation_id}).fetchone():
            _note_offer(entry, locked)
            return True
        offered = run(_OFFERED, {"id": entry.id}).fetchone()
    if offered is None:
        cancel(reservation_id, holder_of(entry.id), SYSTEM)
    return False


def _note_offer(entry: Any, locked: Locked) -> None:
    until = min(locked.now + timedelta(minutes=entry.offer_minutes), locked.last_moment)
    locked.prolong(until)
    run(_UNTIL, {"id": locked.row.id, "expires_at": until})
    after = {"reservation_id": str(locked.row.id), "until": until.isoformat()}
    change = {"before": {"status": "waiting"}, "after": after}
    record(SYSTEM, "waiting.offered", "waiting_entry", entry.id, operator_id=entry.operator_id, **change)
    publish("waiting.offered", {"entry_id": str(entry.id)})
    publish("seats.changed", {"schedule_id": str(entry.schedule_id)})
