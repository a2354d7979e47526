"""Fares v2: products (what a ticket costs whom) and leg rules (which product is for which journey) (GTFS reference).

Here a sale is one leg: transfers are not sold, times of day are not priced yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from core.pricing.gtfs.book import read_amount
from core.pricing.gtfs.tickets import OTHER, Ticket, passenger_type_of
from core.timetable.gtfs.feed import Feed
from core.timetable.gtfs.fields import Fields
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.reader import Row, Source

FILES = frozenset({
    "areas.txt", "fare_leg_rules.txt", "fare_media.txt", "fare_products.txt", "rider_categories.txt",
    "route_networks.txt", "stop_areas.txt",
})  # fmt: skip
#: Transit cards and bank cards at the door: what is sold there only is not sold by a ticket office.
_CARDS = (2, 3)
_SEPARATOR = "+"


@dataclass(frozen=True, slots=True)
class LegRule:
    network: str
    origin: str
    destination: str
    product: str
    priority: int


@dataclass
class FaresV2:
    """The fares of a feed; see `Book`. A stop in several areas is in a zone of its own that names them all."""

    feed: Feed
    areas: dict[str, set[str]] = field(default_factory=dict)
    networks: dict[str, str] = field(default_factory=dict)
    products: dict[str, list[Ticket]] = field(default_factory=dict)
    rules: list[LegRule] = field(default_factory=list)
    #: With priorities a blank field means anything; without, what no other rule names (GTFS: fare_leg_rules).
    by_priority: bool = False
    _found: dict[tuple[str, str, str], list[Ticket]] = field(default_factory=dict)

    @property
    def currencies(self) -> set[str]:
        return {ticket.currency for tickets in self.products.values() for ticket in tickets}

    def zones(self, _line_id: str, way: Sequence[str]) -> list[str]:
        return [_SEPARATOR.join(sorted(self._areas_of(stop_id))) for stop_id in way]

    def asks_for_the_way(self, _line_id: str) -> bool:
        return False

    def tickets(self, line_id: str, origin: str, destination: str, _through: frozenset[str]) -> list[Ticket]:
        network = self.networks.get(line_id) or self.feed.lines[line_id].network
        key = network, origin, destination
        if key not in self._found:
            self._found[key] = self._tickets({network} - {""}, _apart(origin), _apart(destination))
        return self._found[key]

    def _tickets(self, networks: set[str], origins: set[str], destinations: set[str]) -> list[Ticket]:
        named_networks, named_origins, named_destinations = self._named
        holding = [
            rule for rule in self.rules
            if self._holds(rule.network, networks, named_networks)
            and self._holds(rule.origin, origins, named_origins)
            and self._holds(rule.destination, destinations, named_destinations)
        ]  # fmt: skip
        highest = max((rule.priority for rule in holding), default=0)
        wanted = dict.fromkeys(rule.product for rule in holding if rule.priority == highest)
        return [ticket for product in wanted for ticket in self.products[product]]

    @cached_property
    def _named(self) -> tuple[set[str], set[str], set[str]]:
        """The networks, origins and destinations that any rule names."""
        rules = self.rules
        return {r.network for r in rules}, {r.origin for r in rules}, {r.destination for r in rules}

    def _holds(self, named: str, here: set[str], named_anywhere: set[str]) -> bool:
        if named:
            return named in here
        return self.by_priority or not (here & named_anywhere)

    def _areas_of(self, stop_id: str) -> set[str]:
        stop = self.feed.stops[stop_id]
        return self.areas.get(stop_id) or self.areas.get(stop.parent) or set()


def _apart(zone: str) -> set[str]:
    return set(zone.split(_SEPARATOR)) - {""}


def read_v2(source: Source, feed: Feed, findings: Findings) -> FaresV2:
    """Read all files. What cannot be used is skipped with its reason."""
    book = FaresV2(feed)
    _read_areas(source, book, findings)
    if source.has("route_networks.txt"):
        for row in source.rows("route_networks.txt", ("network_id", "route_id")):
            book.networks[row.get("route_id")] = row.get("network_id")
    _read_products(source, book, _read_categories(source, findings), findings)
    _read_rules(source, book, findings)
    unruled = book.products.keys() - {rule.product for rule in book.rules}
    if unruled:
        findings.skip(
            "no_single_journey", f"{len(unruled)} fare products are for no single journey (period tickets, for example) and "
            f"cannot be sold: {', '.join(sorted(unruled))}.", "fare_products.txt",
        )  # fmt: skip
    return book


def _read_areas(source: Source, book: FaresV2, findings: Findings) -> None:
    fields = Fields(findings, "stop_areas.txt")
    if not source.has(fields.file):
        return
    for row in source.rows(fields.file, ("area_id", "stop_id")):
        if row.get("stop_id") not in book.feed.stops:
            findings.skip(
                "unknown_stop",
                f"The stop {row.get('stop_id')!r} is not in stops.txt.",
                fields.file,
                row.line,
                "stop_id",
            )
        else:
            book.areas.setdefault(row.get("stop_id"), set()).add(row.get("area_id"))


def _read_categories(source: Source, findings: Findings) -> dict[str, str | None]:
    """The passenger type of each rider category: None is everybody, OTHER none that is sold."""
    found: dict[str, str | None] = {"": None}
    fields = Fields(findings, "rider_categories.txt")
    if not source.has(fields.file):
        return found
    for row in source.rows(fields.file, ("rider_category_id",)):
        name = fields.text(row, "rider_category_name", 200) or row.get("rider_category_id")
        kind = passenger_type_of(name)[0]
        if fields.number(row, "is_default_fare_category", (0, 1), 0):
            kind = "adult"
        found[row.get("rider_category_id")] = kind or OTHER
        word = (
            f"is sold to the passenger type {kind}"
            if kind not in (None, OTHER)
            else "is no passenger type that is sold"
        )
        findings.note("rider_category", f"Rider category {name!r} {word}.", fields.file, row.line)
    return found


def _read_products(
    source: Source, book: FaresV2, categories: dict[str, str | None], findings: Findings
) -> None:
    cards = _cards(source, findings)
    fields = Fields(findings, "fare_products.txt")
    for row in source.rows(fields.file, ("fare_product_id", "amount", "currency")):
        product, category = row.get("fare_product_id"), row.get("rider_category_id")
        if row.get("fare_media_id") in cards:
            _skip(fields, row, "card_only", "is sold on a card only", "fare_media_id")
        elif category not in categories:
            _skip(
                fields,
                row,
                "unknown_category",
                f"is for the rider category {category!r}, which is not there",
                "rider_category_id",
            )
        elif categories[category] == OTHER:
            _skip(
                fields,
                row,
                "passenger_type_unknown",
                "is for passengers of a type that is not sold",
                "rider_category_id",
            )
        elif price := read_amount(fields, row, "amount", "currency"):
            ticket = Ticket(_name(row), product, categories[category], *price)
            book.products.setdefault(product, []).append(ticket)


def _name(row: Row) -> str:
    """A product with what its rows differ in."""
    parts = (row.get(column) for column in ("fare_product_id", "rider_category_id", "fare_media_id"))
    return " / ".join(part for part in parts if part)


def _skip(fields: Fields, row: Row, code: str, reason: str, column: str) -> None:
    message = f"Fare product {row.get('fare_product_id')!r} {reason}: this price is left out."
    fields.findings.skip(code, message, fields.file, row.line, column)


def _cards(source: Source, findings: Findings) -> set[str]:
    if not source.has("fare_media.txt"):
        return set()
    fields = Fields(findings, "fare_media.txt")
    rows = source.rows(fields.file, ("fare_media_id", "fare_media_type"))
    return {
        row.get("fare_media_id")
        for row in rows
        if fields.number(row, "fare_media_type", (0, 1, 2, 3, 4), 0) in _CARDS
    }


def _read_rules(source: Source, book: FaresV2, findings: Findings) -> None:
    fields = Fields(findings, "fare_leg_rules.txt")
    areas = {area for areas_of_stop in book.areas.values() for area in areas_of_stop}
    networks = {*book.networks.values(), *(line.network for line in book.feed.lines.values())}
    for row in source.rows(fields.file, ("fare_product_id",)):
        book.by_priority = book.by_priority or "rule_priority" in row.cells
        product = row.get("fare_product_id")
        if row.get("from_timeframe_group_id") or row.get("to_timeframe_group_id"):
            findings.skip(
                "timed_fare",
                f"Fare product {product!r} depends on the time of day: the rule is left out.",
                fields.file,
                row.line,
            )
        elif product not in book.products:
            findings.skip(
                "unknown_fare",
                f"The fare product {product!r} is not there or cannot be sold.",
                fields.file,
                row.line,
                "fare_product_id",
            )
        elif lost := _lost(row, areas, networks):
            findings.skip(
                "unknown_zone", f"No stop or route is in {lost}: the rule is left out.", fields.file, row.line
            )
        else:
            book.rules.append(_rule(row, fields))


def _lost(row: Row, areas: set[str], networks: set[str]) -> str:
    """The first area or network that a rule names and nothing is in, in words; else blank."""
    for column in ("from_area_id", "to_area_id"):
        if row.get(column) and row.get(column) not in areas:
            return f"the area {row.get(column)!r}"
    network = row.get("network_id")
    return f"the network {network!r}" if network and network not in networks else ""


def _rule(row: Row, fields: Fields) -> LegRule:
    return LegRule(
        network=row.get("network_id"),
        origin=row.get("from_area_id"),
        destination=row.get("to_area_id"),
        product=row.get("fare_product_id"),
        priority=fields.whole(row, "rule_priority") or 0,
    )
