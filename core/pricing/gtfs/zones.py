"""From a book of fares to prices between the zones of each route. Pure.

What two stops have in common for every fare of a route is one zone, so that a flat fare is one row, zones are a few, and
only a feed that prices each pair of stops has a row for each.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.pricing.gtfs.book import Book
from core.pricing.gtfs.tickets import Price, choose

_MOST = 80


@dataclass(slots=True)
class RoutePrices:
    """Zones by stop id, and prices by (origin zone, destination zone). `twice` counts pairs of stops that the route calls
    at in several ways for different prices, of which the lower is taken; `foreign` fares in another currency.
    """

    zones: dict[str, str] = field(default_factory=dict)
    prices: dict[tuple[str, str], Price] = field(default_factory=dict)
    twice: int = 0
    foreign: Counter[str] = field(default_factory=Counter)


def prices_of_route(book: Book, line_id: str, ways: Sequence[Sequence[str]], currency: str) -> RoutePrices:
    """What a route costs between any two of its stops, in a currency."""
    found = RoutePrices()
    labelled = [(way, book.zones(line_id, way)) for way in ways]
    by_way = book.asks_for_the_way(line_id)
    found.zones = _zones(labelled, by_stop=by_way)
    known: dict[tuple[str, str, frozenset[str]], Price | None] = {}
    for start, end, origin, destination, through in _journeys(labelled, found.zones, by_way):
        if (origin, destination, through) not in known:
            tickets = book.tickets(line_id, origin, destination, through)
            found.foreign.update(t.currency for t in tickets if t.currency != currency)
            known[origin, destination, through] = choose(t for t in tickets if t.currency == currency)
        price = known[origin, destination, through]
        if price:
            _put(found, (start, end), price)
    return found


def _journeys(
    labelled: Sequence[tuple[Sequence[str], Sequence[str]]], zones: dict[str, str], by_way: bool
) -> Iterator[tuple[str, str, str, str, frozenset[str]]]:
    """Zone of the origin and of the destination, the book's words for them, and the zones called in: each once."""
    seen: set[tuple[str, str, str, str, frozenset[str]]] = set()
    nothing: frozenset[str] = frozenset()
    for way, labels in labelled:
        for first in range(len(way)):
            called: set[str] = {labels[first]}
            for last in range(first + 1, len(way)):
                called.add(labels[last])
                through = frozenset(called - {""}) if by_way else nothing
                journey = (zones[way[first]], zones[way[last]], labels[first], labels[last], through)
                if journey not in seen:
                    seen.add(journey)
                    yield journey


def _put(found: RoutePrices, at: tuple[str, str], price: Price) -> None:
    before = found.prices.get(at)
    if before is not None and (before.amount, before.by_type) != (price.amount, price.by_type):
        found.twice += 1
        if before.amount <= price.amount:
            return
    found.prices[at] = price


def _zones(labelled: Sequence[tuple[Sequence[str], Sequence[str]]], *, by_stop: bool) -> dict[str, str]:
    labels: dict[str, set[str]] = {}
    for way, words in labelled:
        for stop_id, word in zip(way, words, strict=True):
            labels.setdefault(stop_id, set()).add(stop_id if by_stop else word)
    return {stop_id: _short("/".join(sorted(words))) for stop_id, words in labels.items()}


def _short(name: str) -> str:
    if len(name) <= _MOST:
        return name
    return f"{name[: _MOST - 17]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
