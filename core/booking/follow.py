"""The state of bookings and tickets follows their run: who travelled, who did not come, and which tickets are over.

A run ends when staff say so, or by the clock: once its last arrival (with the delay that was told) has gone by. Then each
of its bookings is completed or a no-show. Tickets are good for a day longer (`tickets.rules`), so that a long delay spoils
none: whoever is let in within that day has travelled after all. All times are instants, so no change of clocks matters.
"""

from typing import Any
from uuid import UUID

from core.booking.follow_rules import Presence, outcome
from core.kernel.activity import SYSTEM, record
from core.kernel.db import fetch, run, transaction
from core.kernel.outbox import publish
from core.tickets.rules import LATE
from core.timetable.words import ScheduleStatus

_AT_ONCE = 200
_DELAY = "greatest(coalesce(s.estimated_departure_at, s.departure_at) - s.departure_at, interval '0')"

#: By the clock, and those that staff called over. `followed_at` says that the bookings know.
_ENDED = f"""
(SELECT s.id FROM schedules s
 WHERE s.followed_at IS NULL AND s.status <> 'cancelled' AND s.arrival_at <= app_now()
   AND s.arrival_at + {_DELAY} <= app_now() ORDER BY s.arrival_at LIMIT %(limit)s)
UNION
(SELECT s.id FROM schedules s WHERE s.followed_at IS NULL AND s.status = 'completed' LIMIT %(limit)s)
"""  # noqa: S608 - put together from constants
#: Alone on the schedule, no sale, cancelling or moving is on its way (they all hold its key).
_LOCK = "SELECT id, status, operator_id, arrival_at FROM schedules s WHERE id = %(id)s AND followed_at IS NULL FOR UPDATE"
_FOLLOWED = "UPDATE schedules SET status = 'completed', followed_at = app_now() WHERE id = %(id)s"
_BOOKINGS = """
SELECT b.id, b.status, p.no_show, p.check_in_opens_hours IS NOT NULL AS has_check_in,
  EXISTS (SELECT 1 FROM tickets t WHERE t.booking_id = b.id AND t.status = 'used') AS used
FROM bookings b JOIN reservations r ON r.id = b.reservation_id JOIN policies p ON p.id = r.policy_id
WHERE b.schedule_id = %(id)s AND b.status = ANY(%(states)s) ORDER BY b.id
"""
_SET = "UPDATE bookings SET status = %(status)s WHERE id = %(id)s"

#: Tickets of runs that are over for longer than a ticket lasts. `closed_at` says that it is done.
_OVER = f"""
SELECT s.id FROM schedules s
WHERE s.followed_at IS NOT NULL AND s.closed_at IS NULL AND s.arrival_at + {_DELAY} + %(late)s <= app_now()
ORDER BY s.followed_at LIMIT %(limit)s
"""  # noqa: S608 - put together from constants
_LOCK_OVER = "SELECT id, operator_id FROM schedules s WHERE id = %(id)s AND closed_at IS NULL FOR UPDATE"
_CLOSED = "UPDATE schedules SET closed_at = app_now() WHERE id = %(id)s"
_EXPIRE = """
UPDATE tickets t SET status = 'expired' FROM bookings b
WHERE b.id = t.booking_id AND b.schedule_id = %(id)s AND t.status = 'valid' RETURNING t.id
"""


def follow(limit: int = _AT_ONCE) -> int:
    """Let bookings and tickets follow what ended; returns how many runs. Safe to run at any time; run by cron.

    Each run is one transaction: a slow one holds up nobody.
    """
    ended = [row.id for row in fetch(_ENDED, {"limit": limit})]
    over = [row.id for row in fetch(_OVER, {"limit": limit, "late": LATE})]
    return sum(map(_end, ended)) + sum(map(_close, over))


def _end(schedule_id: UUID) -> bool:
    with transaction():
        schedule = run(_LOCK, {"id": schedule_id}).fetchone()
        if schedule is None or schedule.status == ScheduleStatus.CANCELLED:
            return False
        rows = _bookings(schedule_id, "confirmed", "checked_in")
        gate = any(row.used for row in rows)
        for row in rows:
            known = Presence(row.used, row.status == "checked_in", gate, row.has_check_in)
            _set(schedule, row, outcome(known, row.no_show))
        run(_FOLLOWED, {"id": schedule_id})
        if schedule.status != ScheduleStatus.COMPLETED:
            change = {"before": {"status": schedule.status}, "after": {"status": "completed"}}
            record(
                SYSTEM,
                "schedule.completed",
                "schedule",
                schedule_id,
                operator_id=schedule.operator_id,
                **change,
            )
            publish("seats.changed", {"schedule_id": str(schedule_id)})
    return True


def _close(schedule_id: UUID) -> bool:
    """The last look: who was let in after all has travelled; what was not used is over."""
    with transaction():
        schedule = run(_LOCK_OVER, {"id": schedule_id}).fetchone()
        if schedule is None:
            return False
        for row in _bookings(schedule_id, "no_show"):
            _set(schedule, row, "completed" if row.used else row.status)
        expired = run(_EXPIRE, {"id": schedule_id}).rowcount
        run(_CLOSED, {"id": schedule_id})
        if expired:
            more = {"operator_id": schedule.operator_id, "after": {"expired": expired}}
            record(SYSTEM, "schedule.tickets_expired", "schedule", schedule_id, **more)
    return True


def _bookings(schedule_id: UUID, *states: str) -> list[Any]:
    return run(_BOOKINGS, {"id": schedule_id, "states": list(states)}).fetchall()


def _set(schedule: Any, row: Any, status: str) -> None:
    if status == row.status:
        return
    run(_SET, {"id": row.id, "status": status})
    change = {"before": {"status": row.status}, "after": {"status": status}}
    record(SYSTEM, f"booking.{status}", "booking", row.id, operator_id=schedule.operator_id, **change)
