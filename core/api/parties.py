"""Between callers and what they hold: who is the holder, and what is theirs to see. What is not theirs is not found."""

from uuid import UUID

from sqlalchemy import select

from core.accounts.callers import Caller
from core.accounts.rules import require_scope
from core.booking.models import Reservation
from core.booking.parties import Holder
from core.booking.queries import booking_view, reservation_view
from core.booking.views import BookingView, ReservationView
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.timetable.models import PatternStop, Schedule

_CHANNELS = {"kiosk": "kiosk", "api": "api", "guest": "web", "customer": "web"}


def holder_of(caller: Caller) -> Holder:
    """The caller as the one who holds seats."""
    return Holder(caller.holder.kind, caller.holder.id, caller.holder.label)


def channel_of(caller: Caller) -> str:
    """Where a sale to this caller is made; staff sell at the counter."""
    return _CHANNELS.get(caller.role, "counter")


def may_see(caller: Caller, view: ReservationView, permission: str) -> bool:
    """Whether it is the caller's own, or staff's to read (at their stations)."""
    if (view.holder_kind, view.holder_id) == (caller.holder.kind, caller.holder.id):
        return True
    if not caller.may(permission):
        return False
    return not caller.stations or bool(caller.stations & calls_of(view.id))


def require_method(caller: Caller, method: str | None) -> None:
    """Raises Forbidden `method_not_allowed` where a kiosk does not take this way of paying."""
    if caller.device is not None and method is not None:
        caller.device.rights.require_method(method)


def own_reservation(caller: Caller, reservation_id: UUID) -> ReservationView:
    """The caller's own reservation. Raises NotFound."""
    view = reservation_view(reservation_id)
    if view is None or (view.holder_kind, view.holder_id) != (caller.holder.kind, caller.holder.id):
        raise NotFound("There is no such reservation.")
    return view


def visible_reservation(
    caller: Caller, reservation_id: UUID, permission: str = "reservations.read"
) -> ReservationView:
    """A reservation that the caller may see. Raises NotFound."""
    view = reservation_view(reservation_id)
    if view is None or not may_see(caller, view, permission):
        raise NotFound("There is no such reservation.")
    return view


def visible_booking(caller: Caller, booking_id: UUID, permission: str = "bookings.read") -> BookingView:
    """A booking that the caller may see. Raises NotFound."""
    view = booking_view(booking_id)
    if view is None or not may_see(caller, view.reservation, permission):
        raise NotFound("There is no such booking.")
    return view


def require_station(caller: Caller, reservation_id: UUID) -> None:
    """Raises Forbidden when staff of certain stations reach for a departure that calls at none of them."""
    if caller.stations:
        require_scope(caller.stations, calls_of(reservation_id))


def require_stop_of(caller: Caller, schedule_id: UUID) -> None:
    """Raises Forbidden when staff of certain stations reach for a departure that calls at none of them."""
    if caller.stations:
        statement = (
            select(PatternStop.place_id)
            .join(Schedule, Schedule.pattern_id == PatternStop.pattern_id)
            .where(Schedule.id == schedule_id)
        )
        require_scope(caller.stations, db.session.execute(statement).scalars())


def calls_of(reservation_id: UUID) -> frozenset[UUID]:
    """The places where the reservation's schedule calls."""
    places = (
        select(PatternStop.place_id)
        .join(Schedule, Schedule.pattern_id == PatternStop.pattern_id)
        .join(Reservation, Reservation.schedule_id == Schedule.id)
        .where(Reservation.id == reservation_id)
    )
    return frozenset(db.session.execute(places).scalars())
