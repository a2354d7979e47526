"""What a traveller holds, as the page knows it: one reservation, or all of the basket that it belongs to.

The page knows a basket by its leading reservation, the one that payments, the cash box and the card terminal know as well;
whatever is asked of that one is asked of the whole. Its legs are in the order of travel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.booking.basket import cancel_basket, extend_basket
from core.booking.cancel import cancel
from core.booking.details import set_details
from core.booking.extend import extend
from core.booking.parties import Holder
from core.booking.queries import basket_view, booking_view, reservation_view
from core.booking.self_service import changed_booking
from core.booking.views import ReservationView
from core.kernel.activity import Actor
from core.kernel.clock import now
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.till.drawer import takes_cash
from kiosk import device
from kiosk.station import extension_minutes


@dataclass(frozen=True, slots=True)
class Held:
    """One reservation, or several with one `basket_id`."""

    legs: tuple[ReservationView, ...]
    basket_id: UUID | None = None

    @property
    def leading(self) -> ReservationView:
        """The one that a payment is begun with: the first in the order in which schedules are locked."""
        return min(self.legs, key=lambda leg: leg.journey.schedule_id)

    @property
    def total(self) -> Money:
        """What all of it costs."""
        quotes = [leg.quote for leg in self.legs]
        return Money(sum(quote.total for quote in quotes), quotes[0].currency)

    def extend(self, holder: Holder, actor: Actor) -> None:
        """More time for all of it."""
        if self.basket_id:
            extend_basket(self.basket_id, holder, actor)
        else:
            extend(self.leading.id, holder, actor)

    def give_up(self, holder: Holder, actor: Actor) -> None:
        """The seats of all of it are free at once."""
        if self.basket_id:
            cancel_basket(self.basket_id, holder, actor)
        else:
            cancel(self.leading.id, holder, actor)

    def name(self, holder: Holder, actor: Actor, email: str | None, names: Mapping[UUID, str]) -> None:
        """Address and names on every leg; names are given by the passengers of any leg, who are the same on all."""
        places = {person.id: place for leg in self.legs for place, person in enumerate(leg.passengers)}
        by_place = {places[person]: name for person, name in names.items() if person in places}
        for leg in self.legs:
            known = {p.id: by_place[n] for n, p in enumerate(leg.passengers) if n in by_place}
            set_details(leg.id, holder, actor, contact_email=email, names=known)


def own_reservation(reservation_id: UUID) -> ReservationView:
    """The reservation if it is this traveller's. Raises NotFound, also for somebody else's."""
    holder = device.traveller()
    view = reservation_view(reservation_id)
    if view is None or (view.holder_kind, view.holder_id) != (holder.kind, holder.id):
        raise NotFound("There is no such reservation.")
    return view


def own_hold(reservation_id: UUID) -> Held:
    """The same, with all that is in one basket with it. Raises NotFound."""
    view = own_reservation(reservation_id)
    basket = basket_view(view.basket_id) if view.basket_id else None
    return Held(basket.reservations, basket.id) if basket else Held((view,))


def hold_json(held: Held) -> dict[str, Any]:
    """What the page keeps of a new hold. `passengers` sit where the last leg's seats are chosen; `legs` has all."""
    legs = [_leg(leg) for leg in held.legs]
    total = held.total
    return {
        **state_json(held),
        "reservation_id": str(held.leading.id),
        "quote": {**held.legs[-1].quote.as_json(), "total": total.amount},
        "legs": legs,
        "passengers": legs[-1]["passengers"],
        "takes_cash": takes_cash(device.drawer(), total.currency),
    }


def state_json(held: Held) -> dict[str, Any]:
    """What the page looks at every few seconds; payments, the newest first."""
    view = held.leading
    payments = [{"method": p.method, "status": p.status} for p in reversed(view.payments)]
    left = min(leg.extensions_left for leg in held.legs)
    return {
        "now": now().isoformat(),
        "status": view.status,
        "expires_at": view.expires_at.isoformat(),
        "extension": {"minutes": extension_minutes(view.id), "left": left},
        "payments": payments,
        "booking": _booking(held),
    }


def paid_for(view: ReservationView) -> ReservationView | None:
    """What was bought with this reservation: itself, or the booking whose seats it changed. None while it is unpaid."""
    if view.booking_reference is not None:
        return view
    booking_id = changed_booking(view.id) if view.status == "confirmed" else None
    changed = booking_view(booking_id) if booking_id else None
    return changed.reservation if changed else None


def _leg(view: ReservationView) -> dict[str, Any]:
    passengers = [{"id": str(p.id), "seat": p.seat_number, "type": p.type} for p in view.passengers]
    return {"reservation_id": str(view.id), "quote": view.quote.as_json(), "passengers": passengers}


def _booking(held: Held) -> dict[str, Any] | None:
    bought = [found for found in map(paid_for, held.legs) if found]
    if len(bought) < len(held.legs):
        return None
    legs = [
        {"reference": leg.booking_reference, "seats": [p.seat_number for p in leg.passengers]}
        for leg in bought
    ]
    return {**legs[0], "legs": legs}
