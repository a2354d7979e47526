"""Locking one's own reservation: the second lock in the order schedules, own reservation, seat locks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.booking.errors import HoldExpired, InBasket, NotActive
from core.booking.models import ReservationStatus
from core.booking.parties import Holder
from core.booking.rules import last_moment
from core.inventory.locks import prolong
from core.kernel.db import run
from core.kernel.errors import NotFound

_LOCK = """
SELECT r.id, r.schedule_id, r.operator_id, r.basket_id, r.status, r.holder_kind, r.holder_id, r.holder_label, r.channel,
  r.expires_at, r.extensions, r.grace_used, r.currency, r.total, r.quote, r.language,
  r.expires_at <= app_now() AS run_out, app_now() AS now,
  r.seat_count * (r.to_position - r.from_position) AS lock_count,
  p.extension_minutes, p.max_extensions, p.payment_grace_minutes, p.sales_close_minutes, o.name AS operator_name,
  s.departure_at + make_interval(secs => a.departure_offset) AS boarding_at
FROM reservations r JOIN policies p ON p.id = r.policy_id JOIN operators o ON o.id = r.operator_id
JOIN schedules s ON s.id = r.schedule_id
JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = r.from_position
WHERE r.id = %(id)s
FOR UPDATE OF r
"""


@dataclass(frozen=True, slots=True)
class Locked:
    """A reservation under lock; `row` has its columns, `run_out`, `now` and the policy's times."""

    row: Any

    @property
    def now(self) -> datetime:
        """The transaction's moment."""
        moment: datetime = self.row.now
        return moment

    @property
    def last_moment(self) -> datetime:
        """Until when the hold may last at the most."""
        return last_moment(self.row.boarding_at, self.row.sales_close_minutes)

    def require_open(self) -> None:
        """Raise HoldExpired when its time ran out, NotActive when it was paid, cancelled or released."""
        if self.row.status == ReservationStatus.EXPIRED or (self.row.status == "active" and self.row.run_out):
            raise HoldExpired
        if self.row.status != ReservationStatus.ACTIVE:
            raise NotActive

    def require_alone(self) -> None:
        """Raise InBasket for a part of a basket: it is extended, paid and given up as a whole (`core.booking.basket`)."""
        if self.row.basket_id is not None:
            raise InBasket(basket_id=str(self.row.basket_id))

    def prolong(self, expires_at: datetime) -> None:
        """Give its holds a later end. Raises HoldExpired when one is no longer its own: in the last instant of a hold
        somebody who came a moment later may have taken it over.
        """
        if prolong(self.row.id, expires_at) < self.row.lock_count:
            raise HoldExpired


def lock_reservation(reservation_id: UUID, holder: Holder | None) -> Locked:
    """Lock a reservation. With a ``holder``, somebody else's is NotFound: its existence is nobody's business."""
    row = run(_LOCK, {"id": reservation_id}).fetchone()
    if row is None or (holder and (row.holder_kind, row.holder_id) != (holder.kind, holder.id)):
        raise NotFound("There is no such reservation.")
    return Locked(row)
