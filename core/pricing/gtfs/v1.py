"""Fares v1: fare_attributes.txt says what a fare costs, fare_rules.txt for which journeys it holds (GTFS reference).

A rule holds where everything that it names is true: the route, the zone of origin, the zone of destination. Rules of one
fare that differ in `contains_id` only hold together, for journeys that call in exactly these zones. A fare without a
rule holds everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.pricing.gtfs.book import read_amount
from core.pricing.gtfs.numbered import numbered_zones
from core.pricing.gtfs.tickets import OTHER, Ticket, passenger_type_of
from core.timetable.gtfs.feed import Feed
from core.timetable.gtfs.fields import Fields
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.reader import Row, Source

FILES = frozenset({"fare_attributes.txt", "fare_rules.txt"})
_ORDER = ("fare_id", "route_id", "origin_id", "destination_id", "contains_id")
#: Route, origin, destination; blank is any.
Where = tuple[str, str, str]


@dataclass(slots=True)
class FaresV1:
    """The fares of a feed; see `Book`."""

    feed: Feed
    fares: dict[str, Ticket] = field(default_factory=dict)
    agencies: dict[str, str] = field(default_factory=dict)
    rules: dict[Where, list[str]] = field(default_factory=dict)
    through: dict[Where, list[tuple[str, frozenset[str]]]] = field(default_factory=dict)
    numbered: dict[str, list[str]] = field(default_factory=dict)

    @property
    def currencies(self) -> set[str]:
        return {fare.currency for fare in self.fares.values()}

    def zones(self, line_id: str, way: Sequence[str]) -> list[str]:
        return self.numbered.get(line_id) or [self.feed.stops[stop_id].zone for stop_id in way]

    def asks_for_the_way(self, line_id: str) -> bool:
        return any(route in ("", line_id) for route, _, _ in self.through)

    def tickets(self, line_id: str, origin: str, destination: str, through: frozenset[str]) -> list[Ticket]:
        found: dict[str, None] = {}
        for route in {"", line_id}:
            for start in {"", origin}:
                for end in {"", destination}:
                    found.update(dict.fromkeys(self.rules.get((route, start, end), ())))
                    for fare_id, zones in self.through.get((route, start, end), ()):
                        if zones == through:
                            found[fare_id] = None
        agency = self.feed.lines[line_id].agency_id
        return [self.fares[fare_id] for fare_id in found if self.agencies.get(fare_id, agency) == agency]


def read_v1(source: Source, feed: Feed, findings: Findings) -> FaresV1:
    """Read both files. What cannot be used is skipped with its reason."""
    book = FaresV1(feed)
    known = _read_fares(source, book, findings)
    with_rules = _read_rules(source, book, known, findings) if source.has("fare_rules.txt") else set()
    for fare_id in book.fares.keys() - with_rules:
        if len(feed.agencies) > 1 and fare_id not in book.agencies:
            findings.skip(
                "fare_of_nobody", f"Fare {fare_id!r} names neither its agency nor, by a rule, its routes: it is left out.",
                "fare_attributes.txt", known[fare_id],
            )  # fmt: skip
        else:
            book.rules.setdefault(("", "", ""), []).append(fare_id)
    return book


def _read_fares(source: Source, book: FaresV1, findings: Findings) -> dict[str, int]:
    """The line of every fare that is named, also of those that cannot be used."""
    fields = Fields(findings, "fare_attributes.txt")
    known: dict[str, int] = {}
    for row in source.rows(fields.file, ("fare_id", "price", "currency_type")):
        fare_id = row.get("fare_id")
        if fare_id in known or not fare_id:
            findings.fatal(
                "repeated_id",
                f"The fare {fare_id!r} is there twice or has no id.",
                fields.file,
                row.line,
                "fare_id",
            )
            continue
        known[fare_id] = row.line
        price = read_amount(fields, row, "price", "currency_type")
        if price and _agency_is_known(row, book, fields):
            kind, family = passenger_type_of(fare_id)
            book.fares[fare_id] = Ticket(fare_id, family, kind, *price)
            _say_kind(kind, row, fields)
            _say_terms(row, fields)
    return known


def _agency_is_known(row: Row, book: FaresV1, fields: Fields) -> bool:
    agency = row.get("agency_id")
    if agency and agency not in book.feed.agencies:
        fields.findings.skip(
            "unknown_agency", f"The fare's agency {agency!r} is not in agency.txt: the fare is left out.", fields.file,
            row.line, "agency_id",
        )  # fmt: skip
        return False
    if agency:
        book.agencies[row.get("fare_id")] = agency
    elif len(book.feed.agencies) > 1:
        fields.findings.note(
            "fare_without_agency", "With several agencies a fare should name its own; it holds on the routes of its rules.",
            fields.file, row.line, "agency_id",
        )  # fmt: skip
    return True


def _say_kind(kind: str | None, row: Row, fields: Fields) -> None:
    fare_id = row.get("fare_id")
    if kind == OTHER:
        fields.findings.skip(
            "passenger_type_unknown", f"Fare {fare_id!r} is, by its id, for passengers of a type that is not sold: it is left out.",
            fields.file, row.line, "fare_id",
        )  # fmt: skip
    elif kind is not None:
        fields.findings.note(
            "passenger_type",
            f"Fare {fare_id!r} is, by its id, for the passenger type {kind}.",
            fields.file,
            row.line,
            "fare_id",
        )


def _say_terms(row: Row, fields: Fields) -> None:
    """What the feed promises beside the price and a sale here does not."""
    if row.get("payment_method") == "0":
        fields.findings.note(
            "paid_on_board",
            "A fare to be paid on board is sold before it, too.",
            fields.file,
            row.line,
            "payment_method",
        )
    if row.get("transfers") != "0":
        fields.findings.note(
            "transfers",
            "A fare that allows to change is sold for one journey without a change.",
            fields.file,
            row.line,
            "transfers",
        )


def _read_rules(source: Source, book: FaresV1, known: dict[str, int], findings: Findings) -> set[str]:
    fields = Fields(findings, "fare_rules.txt")
    with_rules: set[str] = set()
    through: dict[tuple[str, Where], set[str]] = {}
    for row in source.rows(fields.file, ("fare_id",), _ORDER):
        fare_id, where = (
            row.get("fare_id"),
            (row.get("route_id"), row.get("origin_id"), row.get("destination_id")),
        )
        if fare_id not in known:
            findings.skip(
                "unknown_fare",
                f"The fare {fare_id!r} is not in fare_attributes.txt.",
                fields.file,
                row.line,
                "fare_id",
            )
            continue
        with_rules.add(fare_id)
        if fare_id not in book.fares:
            continue
        if where[0] and where[0] not in book.feed.lines:
            findings.skip(
                "unknown_route", f"The route {where[0]!r} is not there.", fields.file, row.line, "route_id"
            )
        elif zone := row.get("contains_id"):
            through.setdefault((fare_id, where), set()).add(zone)
        else:
            book.rules.setdefault(where, []).append(fare_id)
    for (fare_id, where), zones in through.items():
        book.through.setdefault(where, []).append((fare_id, frozenset(zones)))
    _place_zones(book, findings)
    return with_rules


def _place_zones(book: FaresV1, findings: Findings) -> None:
    """Say which zones no stop is in; where they number the calls of a route, they are read as that."""
    there = {"", *(stop.zone for stop in book.feed.stops.values())}
    lost: dict[str, set[tuple[str, str]]] = {}
    for route, origin, destination in (*book.rules, *book.through):
        if not {origin, destination} <= there:
            lost.setdefault(route, set()).add((origin, destination))
    ways = book.feed.ways()
    for route, pairs in lost.items():
        found = numbered_zones(pairs, ways.get(route, []))
        if found:
            book.numbered[route] = found
            findings.note(
                "numbered_zones", f"No stop is in the zones of route {route!r}, but {found[0]} to {found[-1]} number its "
                f"{len(found)} calls in order: its fares are read so.", "fare_rules.txt",
            )  # fmt: skip
        else:
            findings.skip(
                "unknown_zone", f"Fares of route {route!r} name zones that no stop is in, such as {min(pairs)}: "
                f"{len(pairs)} are left out.", "fare_rules.txt",
            )  # fmt: skip
