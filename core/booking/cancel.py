"""Giving up a hold: by its holder, or by staff who must say why. The seats are free when this returns."""

from uuid import UUID

from sqlalchemy import text

from core.booking.errors import ReasonMissing
from core.booking.models import ReservationStatus
from core.booking.own import Locked, lock_reservation
from core.booking.parties import Holder
from core.inventory.locks import give_up
from core.kernel.activity import Actor, record
from core.kernel.db import require_transaction, run, transaction
from core.kernel.outbox import publish

_CLOSE = text("""
UPDATE reservations SET status = :status, closed_at = app_now(), closed_reason = :reason
WHERE id = :id AND status = 'active'
""")

#: All of the basket that a reservation is in, in the order of the schedules.
_TOGETHER = """
SELECT id FROM reservations WHERE basket_id = (SELECT basket_id FROM reservations WHERE id = %(id)s) ORDER BY schedule_id
"""

_MIN_REASON = 3
_MAX_REASON = 300


def cancel(reservation_id: UUID, holder: Holder, actor: Actor) -> None:
    """The holder gives up the hold. Doing it again, or after its time, changes nothing.

    Raises NotFound, NotActive, InBasket.
    """
    with transaction():
        locked = lock_reservation(reservation_id, holder)
        locked.require_alone()
        if locked.row.status in (ReservationStatus.CANCELLED, ReservationStatus.EXPIRED):
            return
        if locked.row.status != ReservationStatus.ACTIVE:
            locked.require_open()
        close(locked, "given up by the holder")
        change = {"before": {"status": "active"}, "after": {"status": "cancelled"}}
        operator_id = locked.row.operator_id
        record(
            actor, "reservation.cancelled", "reservation", reservation_id, operator_id=operator_id, **change
        )


def release(reservation_id: UUID, actor: Actor, reason: str) -> None:
    """Staff free the seats of a stuck hold and say why (3 to 300 characters).

    A basket is released as a whole. The holder's screen is told by the seats' own delta. Raises ReasonMissing, NotFound, HoldExpired, NotActive.
    """
    said = " ".join(reason.split())
    if not _MIN_REASON <= len(said) <= _MAX_REASON:
        raise ReasonMissing(
            f"Please give a reason of {_MIN_REASON} to {_MAX_REASON} characters.", field="reason"
        )
    with transaction():
        for locked in _together(reservation_id):
            _release(locked, actor, said)


def _together(reservation_id: UUID) -> list[Locked]:
    """The reservation, or all of its basket, under lock. Raises NotFound, HoldExpired, NotActive."""
    ids = [row.id for row in run(_TOGETHER, {"id": reservation_id}).fetchall()] or [reservation_id]
    locked = [lock_reservation(each, None) for each in ids]
    for each in locked:
        each.require_open()
    return locked


def _release(locked: Locked, actor: Actor, said: str) -> None:
    close(locked, said)
    row = locked.row
    before = {"status": "active", "holder": row.holder_label, "expires_at": row.expires_at.isoformat()}
    change = {"before": before, "after": {"status": "cancelled"}, "reason": said}
    record(actor, "reservation.released", "reservation", row.id, operator_id=row.operator_id, **change)
    publish("reservation.released", {"reservation_id": str(row.id)})


def close(locked: Locked, reason: str) -> None:
    """Free the seats of a locked reservation and call it cancelled, in the open transaction."""
    give_up(locked.row.id)
    found = {"id": locked.row.id, "status": ReservationStatus.CANCELLED, "reason": reason}
    require_transaction().execute(_CLOSE, found)
    publish("seats.changed", {"schedule_id": str(locked.row.schedule_id)})
