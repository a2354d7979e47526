"""Reads of cancellations: what was given up, what came back, and how its refunds stand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from core.booking.models import Cancellation
from core.kernel.db import db
from core.kernel.money import Money

_REFUNDS = text("""
SELECT f.id, f.payment_id, p.method, p.gateway, f.amount, f.currency, f.status, f.created_at, f.settled_at
FROM refunds f JOIN payments p ON p.id = f.payment_id
WHERE f.cancellation_id = ANY(:ids) ORDER BY f.id
""")
_OF_BOOKING = text("SELECT id FROM cancellations WHERE booking_id = :booking_id ORDER BY created_at, id")


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money on its way back through the payment that it came by."""

    id: UUID
    payment_id: UUID
    method: str
    amount: Money
    status: str
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class CancellationView:
    """One cancellation. `lines`: [{passenger_id, place, seat_number, paid, refund, kept}] in minor units."""

    id: UUID
    booking_id: UUID
    created_at: datetime
    whole: bool
    waived: bool
    percent: int
    fee: Money
    refund: Money
    kept: Money
    reason: str | None
    lines: tuple[dict[str, Any], ...]
    refunds: tuple[RefundView, ...]


def cancellation_view(cancellation_id: UUID) -> CancellationView | None:
    """A cancellation with its refunds, or None."""
    found = db.session.get(Cancellation, cancellation_id, populate_existing=True)
    if found is None:
        return None
    return CancellationView(
        id=found.id,
        booking_id=found.booking_id,
        created_at=found.created_at,
        whole=found.whole,
        waived=found.waived,
        percent=found.percent,
        fee=Money(found.fee, found.currency),
        refund=Money(found.refund, found.currency),
        kept=Money(found.kept, found.currency),
        reason=found.reason,
        lines=tuple(found.lines),
        refunds=tuple(_refund(row) for row in db.session.execute(_REFUNDS, {"ids": [found.id]})),
    )


def cancellations_of(booking_id: UUID) -> list[UUID]:
    """The ids of a booking's cancellations, oldest first."""
    return list(db.session.execute(_OF_BOOKING, {"booking_id": booking_id}).scalars())


def _refund(row: Row[Any]) -> RefundView:
    amount = Money(row.amount, row.currency)
    return RefundView(row.id, row.payment_id, row.method, amount, row.status, row.created_at, row.settled_at)
