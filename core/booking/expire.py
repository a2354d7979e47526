"""Tidying up run-out holds. Nothing depends on it: a hold that has run out is free whether or not this has run."""

from uuid import UUID

from sqlalchemy import text

from core.inventory.locks import give_up
from core.kernel.activity import SYSTEM, record
from core.kernel.db import require_transaction, transaction
from core.kernel.outbox import publish

#: Oldest first; one that somebody is working on is left for the next round.
_RUN_OUT = text("""
SELECT id, schedule_id, operator_id, (contact_email IS NOT NULL OR contact_phone IS NOT NULL OR EXISTS
  (SELECT 1 FROM operators o WHERE o.id = operator_id AND o.webhook_url IS NOT NULL)) AS heard FROM reservations
WHERE status = 'active' AND expires_at <= app_now()
ORDER BY expires_at LIMIT :limit
FOR UPDATE SKIP LOCKED
""")

_EXPIRE = text("""
UPDATE reservations SET status = 'expired', closed_at = app_now(), closed_reason = 'time ran out' WHERE id = :id
""")

_CHANGE = {"before": {"status": "active"}, "after": {"status": "expired"}}

_LEFT_BEHIND = text("""
SELECT DISTINCT l.reservation_id FROM seat_locks l JOIN reservations r ON r.id = l.reservation_id
WHERE l.kind = 'hold' AND l.expires_at <= app_now() AND r.status IN ('expired', 'cancelled') LIMIT :limit
""")


def sweep(limit: int = 500) -> int:
    """Close reservations whose time ran out and delete their seat locks; returns how many. Each in its own transaction,
    so that a slow one holds up nobody.
    """
    swept = 0
    while swept < limit and _sweep_one():
        swept += 1
    _sweep_left_behind(limit)
    return swept


def _sweep_one() -> bool:
    with transaction() as session:
        row = session.execute(_RUN_OUT, {"limit": 1}).one_or_none()
        if row is None:
            return False
        give_up(row.id)
        session.execute(_EXPIRE, {"id": row.id})
        record(SYSTEM, "reservation.expired", "reservation", row.id, operator_id=row.operator_id, **_CHANGE)
        publish("seats.changed", {"schedule_id": str(row.schedule_id)})
        if row.heard:
            publish("reservation.expired", {"reservation_id": str(row.id)})
    return True


def _sweep_left_behind(limit: int) -> None:
    """Locks of reservations that were closed without their seats (a holder's own stale one, closed by the next hold)."""
    with transaction() as session:
        ids: list[UUID] = list(session.execute(_LEFT_BEHIND, {"limit": limit}).scalars())
    for reservation_id in sorted(ids):
        with transaction():
            _lock_then_give_up(reservation_id)


def _lock_then_give_up(reservation_id: UUID) -> None:
    locked = text("SELECT 1 FROM reservations WHERE id = :id FOR UPDATE")
    require_transaction().execute(locked, {"id": reservation_id})
    give_up(reservation_id)
