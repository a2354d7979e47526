"""Connections with seats left and prices: three statements for any number of them, sorted and cut into pages here.

A day between two places has at most a few hundred runs, so sorting by price needs no index of prices.
"""

from typing import Any
from uuid import UUID

from core.api.cursors import BadCursor, read_cursor, write_cursor
from core.api.schemas.timetable import Connections, connection_json
from core.inventory.queries import available_counts
from core.kernel.money import Money
from core.pricing.queries import price_from
from core.timetable.queries import Departure, search

#: Runs of one day that are looked at.
_DAY = 500
_NO_PRICE = 2**53


def find(query: Connections, origin_id: UUID, destination_id: UUID) -> dict[str, Any]:
    """The page of a search as `ConnectionList`."""
    found = search(origin_id, destination_id, query.date, limit=_DAY)
    stretches = [each.stretch for each in found]
    seats, prices = available_counts(stretches), price_from(stretches)
    wanted = [
        each for each in found if query.include_sold_out or seats.get(each.stretch, 0) >= query.passengers
    ]
    ranked = sorted((_rank(each, prices.get(each.stretch), query.sort), each) for each in wanted)
    after = _read(query.cursor, query.sort) if query.cursor else None
    rest = [(rank, each) for rank, each in ranked if after is None or rank > after]
    page = rest[: query.limit]
    more = write_cursor(query.sort, *page[-1][0]) if len(rest) > query.limit else None
    return {
        "connections": [
            _json(each, seats.get(each.stretch, 0), prices.get(each.stretch)) for _, each in page
        ],
        "next_cursor": more,
    }


def _rank(found: Departure, price: Money | None, sort: str) -> tuple[int, int, str, int]:
    """What the list is sorted by; unique, so that sorting never compares departures."""
    departure = int(found.departure_at.timestamp())
    first = {
        "price": price.amount if price else _NO_PRICE,
        "departure": departure,
        "duration": int((found.arrival_at - found.departure_at).total_seconds()),
    }[sort]
    return first, departure, str(found.schedule_id), found.from_position


def _read(cursor: str, sort: str) -> tuple[int, int, str, int]:
    used, first, departure, schedule_id, position = read_cursor(cursor, str, int, int, str, int)
    if used != sort:
        raise BadCursor("The cursor belongs to a search with another order.")
    return first, departure, schedule_id, position


def _json(found: Departure, seats: int, price: Money | None) -> dict[str, Any]:
    return {**connection_json(found), "seats_left": seats, "price_from": price.as_json() if price else None}
