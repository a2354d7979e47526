"""Who sits where, before anything is taken: what every way of holding seats checks, prices and writes down."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.booking.companions import check_companions
from core.booking.errors import SeatTaken, UnknownSeat
from core.booking.offer import Offer
from core.booking.requests import PassengerRequest
from core.booking.rules import check_passengers, check_required, check_sales_open, clean_text, journey_label
from core.inventory.plans import Plan
from core.kernel.ids import new_id
from core.pricing.rules import Quote, SeatToPrice, make_quote
from core.trades.catalogue import trade_of


def check_seating(passengers: Sequence[PassengerRequest], channel: str, offer: Offer, layout: Plan) -> None:
    """Refuse what the policy does not allow. Raises TooManySeats, SeatTwice, BadPassenger, SalesClosed,
    CompanionNeedsWheelchair.
    """
    check_passengers(passengers, offer.max_seats, trade_of(offer.trade).passenger_types)
    asked = offer.passenger_fields.get(channel, [])
    for place, passenger in enumerate(passengers):
        check_required(asked, passenger, place)
    check_sales_open(offer.read_at, offer.boarding_at, offer.sales_close_minutes)
    check_companions((passenger.seat_id for passenger in passengers), layout)


def quote_of(passengers: Sequence[PassengerRequest], offer: Offer, layout: Plan) -> Quote:
    """What these passengers pay on these seats. Raises UnknownSeat, NoPrice."""
    seats = []
    for passenger in passengers:
        seat = layout.by_id.get(passenger.seat_id)
        if seat is None:
            raise UnknownSeat(seat=str(passenger.seat_id))
        seats.append(SeatToPrice(seat.number, seat.type, seat.features, passenger.type))
    return make_quote(offer.prices, seats, journey_label(offer.origin, offer.destination))


def passenger_rows(
    passengers: Sequence[PassengerRequest], quote: Quote, ids: Sequence[UUID | None] = ()
) -> list[dict[str, Any]]:
    """JSON rows of the table of passengers, in order; ``ids`` are of those that were there before."""
    known = [*ids, *[None] * (len(passengers) - len(ids))]
    return [
        {
            "id": str(passenger_id or new_id()),
            "place": place,
            "seat_id": str(passenger.seat_id),
            "type": passenger.type,
            "full_name": clean_text(passenger.full_name, "full_name"),
            "details": {k: clean_text(v, k) for k, v in passenger.details.items()},
            "amount": quote.of_passenger(place),
        }
        for place, (passenger, passenger_id) in enumerate(zip(passengers, known, strict=True))
    ]


def seat_taken(layout: Plan, gone: frozenset[UUID]) -> SeatTaken:
    """The loser's answer: which seats somebody else was faster for."""
    numbers = sorted(layout.by_id[seat_id].number for seat_id in gone)
    word = "seat" if len(numbers) == 1 else "seats"
    message = f"Somebody else was a moment faster: {word} {', '.join(numbers)} cannot be had any more."
    return SeatTaken(message, seats=numbers)
