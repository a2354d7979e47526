"""Bookings: reservations that have been paid."""

from typing import Any
from uuid import UUID

from core.accounts.callers import Caller
from core.api.endpoints import ANYONE, SIGNED_IN, endpoint
from core.api.parties import holder_of, may_see, visible_booking, visible_reservation
from core.api.schemas.cancellations import HistoryFilter, HistoryOut, history_json
from core.api.schemas.sales import BookingOut, ReservationRef, sale_json
from core.booking.errors import PaymentMissing
from core.booking.history import history as history_of
from core.booking.parties import Holder
from core.booking.queries import booking_by_reference, booking_of_reservation
from core.kernel.errors import NotFound


@endpoint("POST", "/bookings/create", access=ANYONE, body=ReservationRef, answer=BookingOut, once=True, errors=(404, 409))  # fmt: skip
def create(caller: Caller, body: ReservationRef) -> Any:
    """The booking of a paid reservation: money alone makes one, so an unpaid reservation is refused."""
    booking = booking_of_reservation(body.reservation_id)
    if booking is None:
        visible_reservation(caller, body.reservation_id)
        raise PaymentMissing
    if not may_see(caller, booking.reservation, "bookings.read"):
        raise NotFound
    return sale_json(booking)


@endpoint("GET", "/bookings/<uuid:booking_id>", access=ANYONE, answer=BookingOut, errors=(404,))
def show(caller: Caller, booking_id: UUID) -> Any:
    """A booking, for its holder and for staff."""
    return sale_json(visible_booking(caller, booking_id))


@endpoint("GET", "/bookings/<uuid:booking_id>/details", access=ANYONE, answer=BookingOut, errors=(404,))
def details(caller: Caller, booking_id: UUID) -> Any:
    """A booking with all its details, which it always comes with."""
    return sale_json(visible_booking(caller, booking_id))


@endpoint("GET", "/bookings/history", access=ANYONE, query=HistoryFilter, answer=HistoryOut)
def history(caller: Caller, query: HistoryFilter) -> Any:
    """The caller's own bookings, a page at a time, with totals."""
    return _history(holder_of(caller), query)


@endpoint("GET", "/users/<uuid:user_id>/bookings", access=SIGNED_IN, query=HistoryFilter, answer=HistoryOut, errors=(404,))  # fmt: skip
def of_user(caller: Caller, user_id: UUID, query: HistoryFilter) -> Any:
    """Somebody's bookings: one's own, or anybody's for an admin."""
    if user_id != caller.user_id and not caller.may("users.read"):
        raise NotFound
    return _history(Holder("user", str(user_id), ""), query)


def _history(holder: Holder, query: HistoryFilter) -> dict[str, Any]:
    found = history_of(holder, status=query.status, sort=query.sort, page=query.page, size=query.per_page)
    return history_json(found, query.page, query.per_page)


@endpoint("GET", "/bookings/reference/<reference>", access=ANYONE, answer=BookingOut, errors=(404,))
def by_reference(caller: Caller, reference: str) -> Any:
    """A booking by the reference on its ticket, typed in any way, for its holder and for staff."""
    booking = booking_by_reference(reference[:60]) if reference.isprintable() else None
    if booking is None or not may_see(caller, booking.reservation, "bookings.read"):
        raise NotFound
    return sale_json(booking)
