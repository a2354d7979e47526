"""What other seats cost after the sale: the difference to the seats that were bought, and cash that was taken for it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from core.booking.cancellation_facts import Bought
from core.booking.move_books import book_move, take_difference
from core.booking.move_rules import with_lines
from core.booking.sale import Sale
from core.kernel.activity import Actor
from core.kernel.db import run
from core.kernel.money import portion
from core.pricing.queries import seat_prices
from core.pricing.rules import Quote, QuoteLine

_WRITE = """
WITH sold AS (
  UPDATE reservations SET total = %(total)s, quote = %(quote)s::jsonb WHERE id = %(reservation_id)s
), booked AS (
  UPDATE bookings SET total = %(total)s WHERE id = %(booking_id)s
)
UPDATE passengers p SET amount = x.amount
FROM jsonb_to_recordset(%(amounts)s::jsonb) AS x (id uuid, amount bigint) WHERE p.id = x.id
"""


@dataclass(frozen=True, slots=True)
class SeatSwap:
    """One passenger's old and new seat."""

    place: int
    old_id: UUID
    old_number: str
    new_id: UUID
    new_number: str


def differences(sale: Sale, swaps: Sequence[SeatSwap]) -> tuple[QuoteLine, ...]:
    """A line for each seat of another price, by today's prices on both sides: a new tariff alone makes no seat dearer."""
    row = sale.row
    prices = seat_prices(row.schedule_id, row.from_position, row.to_position)
    lines = []
    for swap in swaps:
        more = prices[swap.new_id].amount - prices[swap.old_id].amount
        if more:
            label = f"Seat {swap.new_number} instead of {swap.old_number}"
            lines.append(QuoteLine("seat", label, more, swap.new_number, swap.place))
    return tuple(lines)


def comes_back(bought: Bought, places: Sequence[int], less: int) -> int:
    """What of a lower price comes back: by the refund ladder's step of now, less its fee for each of the passengers.

    Never more than what these passengers paid for their seats, so that a better seat which was given away is not paid out;
    nothing when part of the price went back before.
    """
    if bought.given_back:
        return 0
    lines = Quote.from_json(bought.row.quote).lines
    paid = sum(line.amount for line in lines if line.kind == "seat" and line.passenger in places)
    terms = bought.step()
    return max(0, portion(max(0, min(less, paid)), terms.percent, 100) - terms.fee * len(places))


def with_seats(bought: Bought, lines: Sequence[QuoteLine]) -> Quote:
    """The price of the booking with these differences."""
    return with_lines(Quote.from_json(bought.row.quote), *lines)


def take_cash_for(bought: Bought, lines: Sequence[QuoteLine], actor: Actor) -> None:
    """The sum of the lines was counted in cash: the price, the books and a payment say so. In the open transaction."""
    row = bought.row
    quote = with_seats(bought, lines)
    amounts = [{"id": str(p.id), "amount": quote.of_passenger(p.place)} for p in bought.passengers]
    values = {
        "booking_id": row.id,
        "reservation_id": row.reservation_id,
        "total": quote.total,
        "quote": json.dumps(quote.as_json()),
        "amounts": json.dumps(amounts),
    }
    run(_WRITE, values)
    book_move(row, quote.as_json(), row.route_id)
    take_difference(row, quote.as_json(), quote.total - row.total, row.route_id, actor)
