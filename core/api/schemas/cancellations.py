"""Cancellations, refunds and the history of bookings."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from core.api.schemas.fields import Input, Line, Money, Output, Query, Word, money
from core.booking.cancellation import CancellationPreview
from core.booking.cancellation_queries import CancellationView
from core.booking.history import History


class MoneyIn(Input):
    """An amount in minor units."""

    amount: Annotated[int, Field(ge=0, le=10**12)]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]


class CancelBody(Input):
    """What to cancel: these passengers, or everybody. With `preview` nothing is changed and the refund is shown.

    `agreed_refund` is the refund that was shown: when it has changed since, nothing is cancelled. Staff give a reason;
    `waive` gives everything back whatever the ladder says.
    """

    preview: bool = False
    passengers: Annotated[list[UUID], Field(min_length=1, max_length=50)] | None = None
    reason: Annotated[Line | None, Field(max_length=300)] = None
    agreed_refund: MoneyIn | None = None
    waive: bool = False


class CancelledPassenger(Output):
    """What one passenger's cancellation comes to."""

    passenger_id: UUID
    place: int
    seat_number: str | None
    paid: Money
    refund: Money
    kept: Money


class RefundOut(Output):
    """Money on its way back through the payment that it came by; cash is pending until it is handed out."""

    id: UUID
    payment_id: UUID
    method: str
    amount: Money
    status: Literal["pending", "processed", "failed"]
    created_at: datetime
    settled_at: datetime | None


class CancellationOut(Output):
    """A cancellation, or what one would come to: then `id` is null. `percent` and `fee` (for each passenger) are the step
    of the refund ladder that was agreed at the purchase.
    """

    id: UUID | None
    booking_id: UUID
    created_at: datetime
    whole: bool
    waived: bool
    percent: int
    fee: Money
    refund: Money
    kept: Money
    reason: str | None
    passengers: list[CancelledPassenger]
    refunds: list[RefundOut]


class RefundBody(Input):
    """How much to give back (all that is left without `amount`), and why."""

    reason: Word
    amount: MoneyIn | None = None


class RefundOfBody(RefundBody):
    """The same, naming the payment."""

    payment_id: UUID


class RefundStarted(Output):
    """A refund that was opened."""

    refund_id: UUID


class HandedOut(Output):
    """Whether the cash was handed out now; false when it had been before."""

    handed_out: bool


class HistoryFilter(Query):
    """Which of one's bookings, in which order. `page` counts from 1."""

    status: Literal["confirmed", "checked_in", "completed", "cancelled", "no_show"] | None = None
    sort: Annotated[str, Field(max_length=20)] = "-confirmed_at"
    page: Annotated[int, Field(ge=1, le=10_000)] = 1
    per_page: Annotated[int, Field(ge=1, le=100)] = 20


class HistoryBooking(Output):
    """A booking in a list; `travelling` passengers were not cancelled."""

    id: UUID
    reference: str
    status: str
    confirmed_at: datetime
    total: Money
    operator_name: str
    origin: str
    origin_timezone: str
    destination: str
    departure_at: datetime
    travelling: int


class HistoryOut(Output):
    """A page of bookings; `count` and `totals` (by currency) are of all pages."""

    bookings: list[HistoryBooking]
    page: int
    pages: int
    count: int
    totals: list[Money]


def preview_json(found: CancellationPreview) -> dict[str, Any]:
    """A preview as `CancellationOut`."""
    return {
        "id": None,
        "booking_id": str(found.booking_id),
        "created_at": found.at.isoformat(),
        "whole": found.whole,
        "waived": found.waived,
        "percent": found.percent,
        "fee": found.fee.as_json(),
        "refund": found.refund.as_json(),
        "kept": found.kept.as_json(),
        "reason": None,
        "passengers": [_line(line.as_json(), found.refund.currency) for line in found.lines],
        "refunds": [],
    }


def cancellation_json(found: CancellationView) -> dict[str, Any]:
    """A cancellation as `CancellationOut`."""
    return {
        "id": str(found.id),
        "booking_id": str(found.booking_id),
        "created_at": found.created_at.isoformat(),
        "whole": found.whole,
        "waived": found.waived,
        "percent": found.percent,
        "fee": found.fee.as_json(),
        "refund": found.refund.as_json(),
        "kept": found.kept.as_json(),
        "reason": found.reason,
        "passengers": [_line(line, found.refund.currency) for line in found.lines],
        "refunds": [
            {
                "id": str(each.id),
                "payment_id": str(each.payment_id),
                "method": each.method,
                "amount": each.amount.as_json(),
                "status": each.status,
                "created_at": each.created_at.isoformat(),
                "settled_at": each.settled_at.isoformat() if each.settled_at else None,
            }
            for each in found.refunds
        ],
    }


def history_json(found: History, page: int, size: int) -> dict[str, Any]:
    """A page of bookings as `HistoryOut`."""
    return {
        "bookings": [
            {
                "id": str(row.id),
                "reference": row.reference,
                "status": row.status,
                "confirmed_at": row.confirmed_at.isoformat(),
                "total": row.total.as_json(),
                "operator_name": row.operator_name,
                "origin": row.origin,
                "origin_timezone": row.origin_timezone,
                "destination": row.destination,
                "departure_at": row.departure_at.isoformat(),
                "travelling": row.travelling,
            }
            for row in found.rows
        ],
        "page": page,
        "pages": -(-found.count // size),
        "count": found.count,
        "totals": [each.as_json() for each in found.totals],
    }


def _line(line: dict[str, Any], currency: str) -> dict[str, Any]:
    return {**line, **{name: money(line[name], currency) for name in ("paid", "refund", "kept")}}
