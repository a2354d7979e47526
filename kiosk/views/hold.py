"""From the hold on: reserve, look, extend, change seats, name, give back. Only the traveller who holds it sees a reservation.

What is part of a basket stands for the whole of it (`kiosk.held`).
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from pydantic import Field

from core.accounts.boarding import require_boarding
from core.booking.alter import alter
from core.booking.requests import HoldRequest, PassengerRequest, Seating
from core.booking.reserve import reserve
from core.peripherals.cash_sale import stop_cash
from kiosk import device
from kiosk.asked import Asked, body
from kiosk.held import hold_json, own_hold, own_reservation, state_json
from kiosk.once import done_once
from kiosk.station import LANGUAGES
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
        held = reserve(hold_request(asked, asked.language), holder, who)
        return hold_json(own_hold(held.reservation_id))

    return done_once(work, 201)


@blueprint.get("/api/holds/<uuid:reservation_id>")
def look_up_hold(reservation_id: UUID) -> Response:
    """How the reservation, its payments and its booking stand."""
    return jsonify(state_json(own_hold(reservation_id)))


@blueprint.post("/api/holds/<uuid:reservation_id>/extend")
def extend_hold(reservation_id: UUID) -> Response:
    """More time, as often as the policy allows."""
    holder, who = device.traveller(), device.actor()

    def work() -> dict[str, Any]:
        own_hold(reservation_id).extend(holder, who)
        return state_json(own_hold(reservation_id))

    return done_once(work)


@blueprint.post("/api/holds/<uuid:reservation_id>/seats")
def change_seats(reservation_id: UUID) -> Response:
    """Other seats or travellers: the new seats are taken before the old ones are given up. Of a journey there and back, on
    one leg, with as many travellers as before.
    """
    holder, who = device.traveller(), device.actor()
    asked = body(SeatsAsked)
    wanted = [Seating(seat.seat_id, seat.passenger_id, seat.type) for seat in asked.passengers]

    def work() -> dict[str, Any]:
        own_reservation(reservation_id)
        alter(reservation_id, holder, who, wanted)
        return hold_json(own_hold(reservation_id))

    return done_once(work)


@blueprint.put("/api/holds/<uuid:reservation_id>/details")
def name_passengers(reservation_id: UUID) -> Response:
    """The e-mail address for the ticket and the names on it."""
    holder, who = device.traveller(), device.actor()
    asked = body(DetailsAsked)
    own_hold(reservation_id).name(holder, who, asked.email or None, asked.names)
    return jsonify(ok=True)


@blueprint.delete("/api/holds/<uuid:reservation_id>")
def give_back(reservation_id: UUID) -> Response:
    """The traveller leaves: the seats are free at once, and money in the machine's box goes back."""
    holder, held = device.traveller(), own_hold(reservation_id)
    held.give_up(holder, device.actor())
    stop_cash(held.leading.id, holder, device.require_device().id)
    return Response(status=204)


def hold_request(asked: QuoteAsked, language: str) -> HoldRequest:
    """What the page asks for as the office wants to be asked; the ticket is in a language that it has."""
    passengers = _passengers(asked.passengers)
    stretch = (asked.schedule_id, asked.from_position, asked.to_position)
    return HoldRequest(*stretch, passengers, "kiosk", language=language if language in LANGUAGES else "en")


def _passengers(seats: Sequence[PassengerAsked]) -> tuple[PassengerRequest, ...]:
    return tuple(PassengerRequest(seat.seat_id, seat.type) for seat in seats)
