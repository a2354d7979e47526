"""Locking one's own reservation: the second lock in the order schedules, own reservation, seat locks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from core.booking.errors import HoldExpired, NotActive
from core.booking.models import ReservationStatus
from core.booking.parties import Holder
from core.kernel.db import require_transaction
from core.kernel.errors import NotFound

_LOCK = text("""
SELECT r.id, r.schedule_id, r.operator_id, r.status, r.holder_kind, r.holder_id, r.holder_label, r.channel,
  r.expires_at, r.extensions, r.grace_used, r.currency, r.total, r.quote, r.language,
  r.expires_at <= app_now() AS run_out, app_now() AS now,
  p.extension_minutes, p.max_extensions, p.payment_grace_minutes, o.name AS operator_name
FROM reservations r JOIN policies p ON p.id = r.policy_id JOIN operators o ON o.id = r.operator_id
WHERE r.id = :id
FOR UPDATE OF r
""")


@dataclass(frozen=True, slots=True)
class Locked:
    """A reservation under lock; `row` has its columns, `run_out`, `now` and the policy's times."""

    row: Row[Any]

    @property
    def now(self) -> datetime:
        """The transaction's moment."""
        moment: datetime = self.row.now
        return moment

    def require_open(self) -> None:
        """Raise HoldExpired when its time ran out, NotActive when it was paid, cancelled or released."""
        if self.row.status == ReservationStatus.EXPIRED or (self.row.status == "active" and self.row.run_out):
            raise HoldExpired
        if self.row.status != ReservationStatus.ACTIVE:
            raise NotActive


def lock_reservation(reservation_id: UUID, holder: Holder | None) -> Locked:
    """Lock a reservation. With a ``holder``, somebody else's is NotFound: its existence is nobody's business."""
    row = require_transaction().execute(_LOCK, {"id": reservation_id}).one_or_none()
    if row is None or (holder and (row.holder_kind, row.holder_id) != (holder.kind, holder.id)):
        raise NotFound("There is no such reservation.")
    return Locked(row)
