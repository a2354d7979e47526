"""Baskets: several departures that are held and paid together."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from core.api.schemas.fields import Email, Input, Money, Output, Phone, Position
from core.api.schemas.sales import HeldOut, Language, PassengerIn, ReservationOut, quote_json, sale_json
from core.booking.basket import MOST, HeldBasket
from core.booking.requests import Held
from core.booking.views import BasketView


class BasketLeg(Input):
    """Seats on a stretch of one schedule."""

    schedule_id: UUID
    from_position: Position
    to_position: Position
    passengers: Annotated[list[PassengerIn], Field(min_length=1, max_length=50)]


class BasketBody(Input):
    """Departures to be held all or none, in the order of travel; each schedule once."""

    legs: Annotated[list[BasketLeg], Field(min_length=1, max_length=MOST)]
    contact_email: Email | None = None
    contact_phone: Phone | None = None
    language: Language = "en"


class BasketHeldOut(Output):
    """What is yours until `expires_at`, all of it."""

    id: UUID
    expires_at: datetime
    total: Money
    reservations: list[HeldOut]


class BasketOut(Output):
    """A basket as it stands; its reservations are active, paid or given up all at once."""

    id: UUID
    status: Literal["active", "expired", "confirmed", "cancelled"]
    expires_at: datetime
    total: Money
    reservations: list[ReservationOut]


class BasketPayment(Input):
    """How to pay for all of a basket. `behaviour` is for the simulated gateway alone."""

    method: Literal["card", "cash", "phone", "wallet", "upi", "net_banking"]
    return_url: Annotated[str | None, Field(max_length=500)] = None
    behaviour: Annotated[str | None, Field(max_length=20, pattern="^[a-z_]+$")] = None


def held_json(held: Held) -> dict[str, Any]:
    """`HeldOut`."""
    return {
        "id": str(held.reservation_id),
        "expires_at": held.expires_at.isoformat(),
        "quote": quote_json(held.quote),
    }


def held_basket_json(basket: HeldBasket) -> dict[str, Any]:
    """`BasketHeldOut`."""
    return {
        "id": str(basket.id),
        "expires_at": basket.expires_at.isoformat(),
        "total": basket.total.as_json(),
        "reservations": [held_json(held) for held in basket.reservations],
    }


def basket_json(view: BasketView) -> dict[str, Any]:
    """`BasketOut`."""
    return {
        "id": str(view.id),
        "status": view.status,
        "expires_at": view.expires_at.isoformat(),
        "total": view.total.as_json(),
        "reservations": [sale_json(reservation) for reservation in view.reservations],
    }
