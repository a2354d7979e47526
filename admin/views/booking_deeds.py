"""What staff do with a booking after the sale: cancel it or some of its passengers, hand cash back, change seats, names."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_admin import expose
from flask_babel import gettext as _

from admin import access
from admin.base_views import attempted, reason_given
from admin.listing import as_uuid
from core.booking.cancellation import CancellationLine, cancel_booking, preview
from core.booking.change import Wish, change_passengers
from core.booking.models import Booking, BookingStatus
from core.booking.queries import booking_view
from core.booking.views import PassengerView
from core.inventory.queries import seat_map
from core.inventory.states import AVAILABLE, SeatState
from core.kernel.clock import now
from core.kernel.errors import DomainError, NotFound
from core.kernel.money import Money
from core.tickets.models import Ticket, TicketStatus
from core.till.hand_out import hand_out
from core.timetable.words import ON_SALE


@dataclass(frozen=True, slots=True)
class Cancelling:
    """What the dialog shows. `closed` says why nothing comes back by the ladder; then only waiving is left."""

    lines: tuple[CancellationLine, ...]
    percent: int
    refund: int
    may_waive: bool
    closed: str | None = None


def cancelling(booking: Booking, tickets: dict[UUID, Ticket]) -> Cancelling | None:
    """What cancelling would come to now, or None when the person who is signed in cannot cancel anything of it."""
    if not access.may("bookings.cancel") or booking.status not in (
        BookingStatus.CONFIRMED,
        BookingStatus.CHECKED_IN,
    ):
        return None
    open_ones = frozenset(p for p, ticket in tickets.items() if ticket.status == TicketStatus.VALID)
    if not open_ones:
        return None
    may_waive = access.may("payments.refund")
    try:
        found = preview(booking.id, open_ones)
    except DomainError as error:
        if not may_waive:
            return None
        found = preview(booking.id, open_ones, waive=True)
        return Cancelling(found.lines, 0, 0, may_waive, error.message)
    return Cancelling(found.lines, found.percent, found.refund.amount, may_waive)


@dataclass(frozen=True, slots=True)
class Changing:
    """What the dialog shows: who may still be re-seated, and the seats to choose from: free ones and their own."""

    people: tuple[PassengerView, ...]
    seats: tuple[SeatState, ...]
    may_waive: bool


def changing(booking: Booking) -> Changing | None:
    """Who of a booking can be changed, or None when nobody can."""
    view = booking_view(booking.id) if access.may("bookings.cancel") else None
    if view is None or view.reservation.journey.schedule_status not in ON_SALE:
        return None
    people = tuple(p for p in view.reservation.passengers if p.ticket_status == TicketStatus.VALID)
    trip = view.reservation.journey
    if not people or trip.departure_at <= now():
        return None
    own = {person.seat_id for person in people}
    seats = seat_map(trip.schedule_id, trip.from_position, trip.to_position).seats
    free = tuple(seat for seat in seats if seat.state == AVAILABLE or seat.id in own)
    return Changing(people, free, access.may("payments.refund"))


class BookingDeeds:
    """Mixed into the bookings' view; `get_one` keeps to the stations of the person who is signed in."""

    get_one: Any

    @expose("/<booking_id>/cancel", methods=("POST",))
    def cancel(self, booking_id: str) -> Any:
        """Cancel the chosen passengers; the refund that was shown has to be the one that is made."""
        access.require("bookings.cancel")
        booking = self._booking(booking_id)
        waive = bool(request.form.get("waive"))
        if waive:
            access.require("payments.refund")
        chosen = frozenset(filter(None, map(as_uuid, request.form.getlist("passengers"))))
        shown = request.form.get("agreed", "")
        agreed = Money(int(shown), booking.currency) if shown.isdecimal() and len(shown) < 16 else None
        found, who = booking.id, access.actor()
        return attempted(
            _("Cancelled. The seats are free, and the refund is on its way."),
            url_for("bookings.details", booking_id=found),
            lambda: cancel_booking(
                found, who, reason_given(), passenger_ids=chosen or None, waive=waive, agreed=agreed
            ),
        )

    @expose("/<booking_id>/change", methods=("POST",))
    def change(self, booking_id: str) -> Any:
        """Re-seat and rename travellers."""
        access.require("bookings.cancel")
        booking = self._booking(booking_id)
        free_of_charge = bool(request.form.get("free_of_charge"))
        if free_of_charge:
            access.require("payments.refund")
        cash = bool(request.form.get("cash"))
        wishes, found, who = _wishes(), booking.id, access.actor()
        return attempted(
            _("Changed. The new tickets count from now on."),
            url_for("bookings.details", booking_id=found),
            lambda: change_passengers(found, wishes, who, cash=cash, free_of_charge=free_of_charge),
        )

    @expose("/<booking_id>/hand-out/<refund_id>", methods=("POST",))
    def hand_out(self, booking_id: str, refund_id: str) -> Any:
        """The cash of a refund was given to the traveller."""
        access.require("bookings.cancel")
        booking, refund = self._booking(booking_id), as_uuid(refund_id)
        payment = request.form.get("payment_id", "")
        if refund is None or as_uuid(payment) is None:
            raise NotFound(_("There is no such refund."))
        who = access.actor()
        return attempted(
            _("Noted: the cash was handed out."),
            url_for("bookings.details", booking_id=booking.id),
            lambda: hand_out(refund, who, as_uuid(payment)),
        )

    def _booking(self, booking_id: str) -> Booking:
        booking: Booking | None = self.get_one(booking_id)
        if booking is None:
            raise NotFound(_("There is no such booking."))
        return booking


def _wishes() -> dict[UUID, Wish]:
    """The form's fields `seat-<passenger>` and `name-<passenger>`; what cannot be read is left as it is."""
    wishes: dict[UUID, Wish] = {}
    for field, value in request.form.items():
        kind, _dash, named = field.partition("-")
        person = as_uuid(named)
        if person is None or kind not in {"seat", "name"}:
            continue
        wish = wishes.get(person, Wish())
        given = {"seat_id": as_uuid(value)} if kind == "seat" else {"full_name": value}
        wishes[person] = replace(wish, **given)
    return wishes
