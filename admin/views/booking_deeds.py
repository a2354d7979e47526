"""What staff do with a booking after the sale: cancel it or some of its passengers, hand cash back."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_admin import expose
from flask_babel import gettext as _

from admin import access
from admin.base_views import attempted, reason_given
from admin.listing import as_uuid
from core.booking.cancellation import CancellationLine, cancel_booking, preview
from core.booking.models import Booking, BookingStatus
from core.kernel.errors import DomainError, NotFound
from core.kernel.money import Money
from core.payments.counter import hand_out
from core.tickets.models import Ticket, TicketStatus


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
