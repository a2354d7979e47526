"""From the hold on: reserve, look, extend, change seats, name, give back. Only the traveller who holds it sees a reservation."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from pydantic import Field

from core.accounts.boarding import require_boarding
from core.booking.alter import alter
from core.booking.cancel import cancel
from core.booking.details import set_details
from core.booking.extend import extend
from core.booking.queries import booking_view, reservation_view
from core.booking.requests import HoldRequest, PassengerRequest, Seating
from core.booking.reserve import reserve
from core.booking.self_service import changed_booking
from core.booking.views import ReservationView
from core.kernel.clock import now
from core.kernel.errors import NotFound
from core.peripherals.cash_sale import stop_cash
from core.till.drawer import takes_cash
from kiosk import device
from kiosk.asked import Asked, body
from kiosk.once import done_once
from kiosk.station import LANGUAGES, extension_minutes
from kiosk.views.seats import PassengerAsked, QuoteAsked
from kiosk.views.site import blueprint


class HoldAsked(QuoteAsked):
    """The seats chosen, and the language of the ticket."""

    language: str = Field(default="en", max_length=10)


class SeatAsked(PassengerAsked):
    """A seat and who sits on it from now on: a passenger of the hold, or without an id somebody new."""

    passenger_id: UUID | None = None


class SeatsAsked(Asked):
    """Everybody who travels."""

    passengers: tuple[SeatAsked, ...] = Field(min_length=1, max_length=50)


class DetailsAsked(Asked):
    """An e-mail address, and names by passenger; empty forgets one."""

    email: str = Field(default="", max_length=254)
    names: dict[UUID, str] = Field(default_factory=dict, max_length=50)


@blueprint.post("/api/holds")
def hold_seats() -> Response:
    """Hold the chosen seats for this traveller, who boards at this station. Raises Forbidden for another one, and for an operator
    that is not sold here; Conflict while the kiosk is out of order.
    """
    holder, who = device.traveller(), device.actor()
    asked = body(HoldAsked)
    require_boarding(device.require_device(), asked.schedule_id, asked.from_position)

    def work() -> dict[str, Any]:
        held = reserve(_request(asked), holder, who)
        return hold_json(own_reservation(held.reservation_id))

    return done_once(work, 201)


@blueprint.get("/api/holds/<uuid:reservation_id>")
def look_up_hold(reservation_id: UUID) -> Response:
    """How the reservation, its payments and its booking stand."""
    return jsonify(state_json(own_reservation(reservation_id)))


@blueprint.post("/api/holds/<uuid:reservation_id>/extend")
def extend_hold(reservation_id: UUID) -> Response:
    """More time, as often as the policy allows."""
    holder, who = device.traveller(), device.actor()

    def work() -> dict[str, Any]:
        extend(reservation_id, holder, who)
        return state_json(own_reservation(reservation_id))

    return done_once(work)


@blueprint.post("/api/holds/<uuid:reservation_id>/seats")
def change_seats(reservation_id: UUID) -> Response:
    """Other seats or travellers: the new seats are taken before the old ones are given up."""
    holder, who = device.traveller(), device.actor()
    asked = body(SeatsAsked)
    wanted = [Seating(seat.seat_id, seat.passenger_id, seat.type) for seat in asked.passengers]

    def work() -> dict[str, Any]:
        alter(reservation_id, holder, who, wanted)
        return hold_json(own_reservation(reservation_id))

    return done_once(work)


@blueprint.put("/api/holds/<uuid:reservation_id>/details")
def name_passengers(reservation_id: UUID) -> Response:
    """The e-mail address for the ticket and the names on it."""
    holder, who = device.traveller(), device.actor()
    asked = body(DetailsAsked)
    set_details(reservation_id, holder, who, contact_email=asked.email or None, names=dict(asked.names))
    return jsonify(ok=True)


@blueprint.delete("/api/holds/<uuid:reservation_id>")
def give_back(reservation_id: UUID) -> Response:
    """The traveller leaves: the seats are free at once, and money in the machine's box goes back."""
    cancel(reservation_id, device.traveller(), device.actor())
    stop_cash(reservation_id, device.traveller(), device.require_device().id)
    return Response(status=204)


def own_reservation(reservation_id: UUID) -> ReservationView:
    """The reservation if it is this traveller's. Raises NotFound, also for somebody else's."""
    holder = device.traveller()
    view = reservation_view(reservation_id)
    if view is None or (view.holder_kind, view.holder_id) != (holder.kind, holder.id):
        raise NotFound("There is no such reservation.")
    return view


def hold_json(view: ReservationView) -> dict[str, Any]:
    """What the page keeps of a new hold."""
    passengers = [{"id": str(p.id), "seat": p.seat_number, "type": p.type} for p in view.passengers]
    return {
        **state_json(view),
        "reservation_id": str(view.id),
        "quote": view.quote.as_json(),
        "passengers": passengers,
        "takes_cash": takes_cash(device.drawer(), view.quote.currency),
    }


def state_json(view: ReservationView) -> dict[str, Any]:
    """What the page looks at every few seconds; payments, the newest first."""
    payments = [{"method": p.method, "status": p.status} for p in reversed(view.payments)]
    return {
        "now": now().isoformat(),
        "status": view.status,
        "expires_at": view.expires_at.isoformat(),
        "extension": {"minutes": extension_minutes(view.id), "left": view.extensions_left},
        "payments": payments,
        "booking": _booking(view),
    }


def paid_for(view: ReservationView) -> ReservationView | None:
    """What was bought with this reservation: itself, or the booking whose seats it changed. None while it is unpaid."""
    if view.booking_reference is not None:
        return view
    booking_id = changed_booking(view.id) if view.status == "confirmed" else None
    changed = booking_view(booking_id) if booking_id else None
    return changed.reservation if changed else None


def _booking(view: ReservationView) -> dict[str, Any] | None:
    bought = paid_for(view)
    if bought is None:
        return None
    return {"reference": bought.booking_reference, "seats": [p.seat_number for p in bought.passengers]}


def _request(asked: HoldAsked) -> HoldRequest:
    passengers = tuple(PassengerRequest(seat.seat_id, seat.type) for seat in asked.passengers)
    language = asked.language if asked.language in LANGUAGES else "en"
    stretch = (asked.schedule_id, asked.from_position, asked.to_position)
    return HoldRequest(*stretch, passengers, "kiosk", language=language)
