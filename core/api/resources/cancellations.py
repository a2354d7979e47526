"""After the sale: cancelling bookings or some passengers with a preview, changing seats, names and contact."""

from typing import Any
from uuid import UUID

from core.accounts.callers import Caller, require
from core.api.endpoints import ANYONE, endpoint
from core.api.parties import holder_of, require_station, visible_booking
from core.api.schemas.cancellations import (
    CancelBody,
    CancellationOut,
    cancellation_json,
    preview_json,
)
from core.booking.cancellation import cancel_booking, preview
from core.booking.cancellation_queries import cancellation_view
from core.booking.errors import ReasonMissing
from core.booking.views import BookingView
from core.kernel.errors import NotFound
from core.kernel.money import Money


@endpoint("POST", "/bookings/<uuid:booking_id>/cancel", access=ANYONE, body=CancelBody, answer=CancellationOut, once=True, errors=(403, 404, 409))  # fmt: skip
def cancel(caller: Caller, booking_id: UUID, body: CancelBody) -> Any:
    """Cancel a booking or some of its passengers; with `preview` see what would come back, and change nothing."""
    booking = cancellable(caller, booking_id)
    if body.waive:
        require(caller, "payments.refund")
    chosen = frozenset(body.passengers) if body.passengers else None
    if body.preview:
        return preview_json(preview(booking_id, chosen, waive=body.waive))
    _require_reason(caller, booking, body.reason)
    agreed = Money(body.agreed_refund.amount, body.agreed_refund.currency) if body.agreed_refund else None
    done = cancel_booking(
        booking_id, caller.actor, body.reason, passenger_ids=chosen, waive=body.waive, agreed=agreed
    )
    return _shown(done.cancellation_id)


@endpoint(
    "DELETE", "/bookings/<uuid:booking_id>", access=ANYONE, answer=CancellationOut, errors=(403, 404, 409)
)
def cancel_whole(caller: Caller, booking_id: UUID) -> Any:
    """Cancel a whole booking of one's own. Doing it again gives the same answer."""
    _require_reason(caller, cancellable(caller, booking_id), None)
    return _shown(cancel_booking(booking_id, caller.actor).cancellation_id)


@endpoint(
    "GET", "/cancellations/<uuid:cancellation_id>", access=ANYONE, answer=CancellationOut, errors=(404,)
)
def show(caller: Caller, cancellation_id: UUID) -> Any:
    """A cancellation with its passengers and refunds, for who cancelled and for staff."""
    return _visible(caller, cancellation_id)


@endpoint(
    "GET",
    "/cancellations/<uuid:cancellation_id>/details",
    access=ANYONE,
    answer=CancellationOut,
    errors=(404,),
)
def details(caller: Caller, cancellation_id: UUID) -> Any:
    """A cancellation with all its details, which it always comes with."""
    return _visible(caller, cancellation_id)


def cancellable(caller: Caller, booking_id: UUID) -> BookingView:
    """A booking of the caller's own, or one that staff may cancel at their stations. Raises NotFound, Forbidden."""
    booking = visible_booking(caller, booking_id)
    if not _own(caller, booking):
        require(caller, "bookings.cancel")
        require_station(caller, booking.reservation.id)
    return booking


def _own(caller: Caller, booking: BookingView) -> bool:
    holder = holder_of(caller)
    return (booking.reservation.holder_kind, booking.reservation.holder_id) == (holder.kind, holder.id)


def _require_reason(caller: Caller, booking: BookingView, reason: str | None) -> None:
    if not _own(caller, booking) and not (reason or "").strip():
        raise ReasonMissing(field="reason")


def _visible(caller: Caller, cancellation_id: UUID) -> dict[str, Any]:
    found = cancellation_view(cancellation_id)
    if found is None:
        raise NotFound("There is no such cancellation.")
    visible_booking(caller, found.booking_id)
    return cancellation_json(found)


def _shown(cancellation_id: UUID) -> dict[str, Any]:
    found = cancellation_view(cancellation_id)
    if found is None:
        raise NotFound("There is no such cancellation.")
    return cancellation_json(found)
