"""Giving up a hold: by its holder, or by staff who must say why. The seats are free when this returns."""

from uuid import UUID

from sqlalchemy import text

from core.booking.errors import ReasonMissing
from core.booking.models import ReservationStatus
from core.booking.own import Locked, lock_reservation
from core.booking.parties import Holder
from core.inventory.locks import give_up
from core.kernel.activity import Actor, record
from core.kernel.db import require_transaction, transaction
from core.kernel.outbox import publish

_CLOSE = text("""
UPDATE reservations SET status = :status, closed_at = app_now(), closed_reason = :reason
WHERE id = :id AND status = 'active'
""")

_MIN_REASON = 3
_MAX_REASON = 300


def cancel(reservation_id: UUID, holder: Holder, actor: Actor) -> None:
    """The holder gives up the hold. Doing it again, or after its time, changes nothing. Raises NotFound, NotActive."""
    with transaction():
        locked = lock_reservation(reservation_id, holder)
        if locked.row.status in (ReservationStatus.CANCELLED, ReservationStatus.EXPIRED):
            return
        if locked.row.status != ReservationStatus.ACTIVE:
            locked.require_open()
        _close(locked, "given up by the holder")
        record(
            actor, "reservation.cancelled", "reservation", reservation_id, operator_id=locked.row.operator_id
        )


def release(reservation_id: UUID, actor: Actor, reason: str) -> None:
    """Staff free the seats of a stuck hold and say why (3 to 300 characters).

    The holder's screen is told by the seats' own delta. Raises ReasonMissing, NotFound, HoldExpired, NotActive.
    """
    said = " ".join(reason.split())
    if not _MIN_REASON <= len(said) <= _MAX_REASON:
        raise ReasonMissing(
            f"Please give a reason of {_MIN_REASON} to {_MAX_REASON} characters.", field="reason"
        )
    with transaction():
        locked = lock_reservation(reservation_id, None)
        locked.require_open()
        _close(locked, said)
        before = {
            "status": "active",
            "holder": locked.row.holder_label,
            "expires_at": locked.row.expires_at.isoformat(),
        }
        change = {"before": before, "after": {"status": "cancelled"}, "reason": said}
        operator_id = locked.row.operator_id
        record(
            actor, "reservation.released", "reservation", reservation_id, operator_id=operator_id, **change
        )
        publish("reservation.released", {"reservation_id": str(reservation_id)})


def _close(locked: Locked, reason: str) -> None:
    give_up(locked.row.id)
    found = {"id": locked.row.id, "status": ReservationStatus.CANCELLED, "reason": reason}
    require_transaction().execute(_CLOSE, found)
    publish("seats.changed", {"schedule_id": str(locked.row.schedule_id)})
