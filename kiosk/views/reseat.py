"""Another seat after the sale: what it comes to, then done at once, or held until the difference is paid."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from pydantic import Field

from core.booking.change import Wish, change_passengers, preview_seats
from core.booking.difference import Buyer, hold_seats
from core.booking.errors import RefundChanged
from core.booking.self_service import ways_back
from core.kernel.money import Money
from kiosk import device
from kiosk.asked import Asked, body
from kiosk.held import hold_json, own_hold
from kiosk.once import done_once
from kiosk.views.bookings import booking_json, require_key, shown_booking
from kiosk.views.site import blueprint


class NewSeatsAsked(Asked):
    """New seats by passenger."""

    seats: dict[UUID, UUID] = Field(min_length=1, max_length=50)


class ChangeAsked(NewSeatsAsked):
    """The same, for what was shown: minor units that are due, or that come back."""

    due: int = Field(ge=0)
    back: int = Field(ge=0)


@blueprint.post("/api/bookings/<uuid:booking_id>/<key>/seats/price")
def show_difference(booking_id: UUID, key: str) -> Response:
    """What these seats come to; changes nothing."""
    require_key(booking_id, key)
    found = preview_seats(booking_id, body(NewSeatsAsked).seats)
    ways = ways_back(booking_id, found.back)
    return jsonify(
        due=found.due.as_json(), back=found.back.as_json(), ways=[{"method": way} for way, _ in ways]
    )


@blueprint.post("/api/bookings/<uuid:booking_id>/<key>/seats")
def change_booked_seats(booking_id: UUID, key: str) -> Response:
    """Cheaper or equal: `booking` as it is now. Dearer: `hold`, whose payment carries the change out."""
    require_key(booking_id, key)
    asked, holder, who = body(ChangeAsked), device.traveller(), device.actor()

    def work() -> dict[str, Any]:
        if asked.due:
            currency = shown_booking(booking_id).total.currency
            buyer = Buyer(holder, who, "kiosk")
            held = hold_seats(booking_id, asked.seats, buyer, agreed=Money(asked.due, currency))
            return {"hold": hold_json(own_hold(held.reservation_id))}
        found = preview_seats(booking_id, asked.seats)
        if (found.due.amount, found.back.amount) != (asked.due, asked.back):
            raise RefundChanged(refund=found.back.as_json())
        change_passengers(booking_id, {person: Wish(seat) for person, seat in asked.seats.items()}, who)
        return {"booking": booking_json(shown_booking(booking_id))}

    return done_once(work)
