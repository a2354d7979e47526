"""Moving a booking to another departure: the choice with what each comes to, and the move itself."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import request, url_for
from flask_admin import expose
from flask_babel import gettext as _

from admin import access
from admin.base_views import attempted, reason_given
from admin.listing import as_uuid
from core.booking.elsewhere import destination_on, elsewhere
from core.booking.errors import NotChangeable
from core.booking.models import Booking, BookingStatus
from core.booking.move import move_booking
from core.kernel.errors import NotFound
from core.kernel.money import Money


def movable(booking: Booking) -> bool:
    """Whether the person who is signed in may try to move it."""
    open_ones = (BookingStatus.CONFIRMED, BookingStatus.CHECKED_IN)
    return access.may("bookings.cancel") and booking.status in open_ones


class BookingMoving:
    """Mixed into the bookings' view; `get_one` keeps to the stations of the person who is signed in."""

    get_one: Any
    render: Any

    @expose("/<booking_id>/departures")
    def departures(self, booking_id: str) -> str:
        """The part of the dialog that lists departures from a day on: fetched when it is opened."""
        access.require("bookings.cancel")
        booking = self._to_move(booking_id)
        zone = ZoneInfo(booking.operator.timezone)
        shown = {
            "booking": booking,
            "places": elsewhere(booking.id, _day(zone)),
            "may_waive": access.may("payments.refund"),
        }
        return str(self.render("admin/parts/departures.html", **shown))

    @expose("/<booking_id>/move", methods=("POST",))
    def move(self, booking_id: str) -> Any:
        """Move it for the difference that was shown: counted in cash, or waived with a reason."""
        access.require("bookings.cancel")
        booking = self._to_move(booking_id)
        waive = request.form.get("settled") == "waive"
        if waive:
            access.require("payments.refund")
        found, who = booking.id, access.actor()
        shown = request.form.get("agreed", "")
        agreed = Money(int(shown), booking.currency) if shown.isdecimal() and len(shown) < 16 else None

        def deed() -> None:
            reason = reason_given() if waive else None
            schedule = as_uuid(request.form.get("schedule_id", ""))
            to = destination_on(found, schedule) if schedule else None
            if to is None:
                raise NotChangeable(_("Please choose a departure that has seats for everybody."))
            move_booking(
                found, to, who, cash=request.form.get("settled") == "cash", waive=waive,
                agreed=None if waive else agreed, reason=reason,
            )  # fmt: skip

        return attempted(
            _("Moved. The new tickets count from now on."),
            url_for("bookings.details", booking_id=found),
            deed,
        )

    def _to_move(self, booking_id: str) -> Booking:
        booking: Booking | None = self.get_one(booking_id)
        if booking is None:
            raise NotFound(_("There is no such booking."))
        return booking


def _day(zone: ZoneInfo) -> datetime | None:
    """The beginning of the asked-for day on the operator's clock; None when none was asked for."""
    try:
        day = date.fromisoformat(request.args.get("day", ""))
        return datetime.combine(day, time.min, zone) if 2000 <= day.year <= 2100 else None
    except ValueError:
        return None
