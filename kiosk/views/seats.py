"""Step 2: the seat plan of a departure with states and prices, the best seats, and what a choice would cost."""

from uuid import UUID

from flask import Response, jsonify
from pydantic import Field

from core.booking.errors import BadPassenger
from core.inventory.best import best_available
from core.inventory.queries import seat_map
from core.inventory.states import SeatMap
from core.kernel.clock import now
from core.kernel.compression import compressed
from core.kernel.money import Money
from core.live.states import snapshot
from core.pricing.queries import quote_for, seat_prices
from core.timetable.queries import schedule_facts
from core.trades.catalogue import trade_of
from kiosk import device
from kiosk.asked import Asked, body, query
from kiosk.station import terms
from kiosk.views.site import blueprint

_MOST = 50


class StretchAsked(Asked):
    """Where one boards and gets off, and for how many the best seats are wanted."""

    from_position: int = Field(alias="from", ge=0, le=2000)
    to_position: int = Field(alias="to", ge=1, le=2000)
    count: int = Field(default=1, ge=1, le=_MOST)


class PassengerAsked(Asked):
    """A seat and who sits on it."""

    seat_id: UUID
    type: str = Field(default="adult", max_length=20)


class QuoteAsked(Asked):
    """Seats on a stretch of a schedule."""

    schedule_id: UUID
    from_position: int = Field(ge=0, le=2000)
    to_position: int = Field(ge=1, le=2000)
    passengers: tuple[PassengerAsked, ...] = Field(min_length=1, max_length=_MOST)


@blueprint.get("/api/schedules/<uuid:schedule_id>/seats")
@compressed
def show_seats(schedule_id: UUID) -> Response:
    """The plan with the states and prices of all seats, the best ones for `count`, and the operator's rules."""
    device.require_device()
    asked = query(StretchAsked)
    plan = seat_map(schedule_id, asked.from_position, asked.to_position)
    prices = seat_prices(schedule_id, asked.from_position, asked.to_position)
    facts = schedule_facts(schedule_id)
    answer = plan.as_json()
    for seat, shown in zip(plan.seats, answer["seats"], strict=True):
        shown["price"] = prices[seat.id].amount
    return jsonify(
        **answer,
        now=now().isoformat(),
        best=_best(plan, asked.count, prices),
        currency=facts.currency,
        cheapest=min((price.amount for price in prices.values()), default=0),
        policy=terms(facts.operator_id).as_json(),
    )


@blueprint.get("/api/schedules/<uuid:schedule_id>/best")
@compressed
def show_best(schedule_id: UUID) -> Response:
    """The best seats for `count` travellers as things stand; empty when there are not so many."""
    device.require_device()
    asked = query(StretchAsked)
    plan = seat_map(schedule_id, asked.from_position, asked.to_position)
    prices = seat_prices(schedule_id, asked.from_position, asked.to_position)
    return jsonify(best=_best(plan, asked.count, prices), available=plan.available)


@blueprint.get("/api/schedules/<uuid:schedule_id>/states")
@compressed
def show_states(schedule_id: UUID) -> Response:
    """Who has which seat, for a page whose socket is down."""
    device.require_device()
    return jsonify(snapshot(schedule_id))


@blueprint.post("/api/quotes")
def show_quote() -> Response:
    """What these seats would cost; nothing is held."""
    device.require_device()
    asked = body(QuoteAsked)
    known = trade_of(terms(schedule_facts(asked.schedule_id).operator_id).trade).passenger_types
    for place, passenger in enumerate(asked.passengers):
        if passenger.type not in known:
            said = f"The passenger type must be one of {', '.join(sorted(known))}."
            raise BadPassenger(said, field=f"passengers.{place}.type")
    seats = [(passenger.seat_id, passenger.type) for passenger in asked.passengers]
    quote = quote_for(asked.schedule_id, asked.from_position, asked.to_position, seats)
    return jsonify(quote.as_json())


def _best(plan: SeatMap, count: int, prices: dict[UUID, Money]) -> list[str]:
    return [str(seat.id) for seat in best_available(plan.seats, count, prices)]
