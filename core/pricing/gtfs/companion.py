"""Brings the fares of a feed in together with its timetable: `import_feed(..., companion=FeedFares())`."""

from collections import Counter
from uuid import UUID

from core.pricing.gtfs import v1, v2
from core.pricing.gtfs.book import Book
from core.pricing.gtfs.store import store_prices
from core.pricing.gtfs.tickets import Price
from core.pricing.gtfs.zones import RoutePrices, prices_of_route
from core.timetable.gtfs.companion import Network
from core.timetable.gtfs.feed import Feed
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.reader import Source
from core.timetable.gtfs.report import Report

#: Pairs of calls that are looked at; a real feed has a few million, a hostile one would never end.
MOST_PAIRS = 50_000_000


class FeedFares:
    """The fares of one import. `priced` are the operators of whom some route has fares, once they are stored."""

    files = v1.FILES | v2.FILES

    def __init__(self) -> None:
        self.priced: set[UUID] = set()
        self._book: Book | None = None

    def read(self, source: Source, feed: Feed, findings: Findings) -> None:
        """Version 2 where the feed has its rules, else version 1: the reference says to use one of them."""
        if source.has("fare_leg_rules.txt") and source.has("fare_products.txt"):
            self._book = v2.read_v2(source, feed, findings)
            unread = v1.FILES & source.sizes.keys()
        elif source.has("fare_attributes.txt"):
            self._book = v1.read_v1(source, feed, findings)
            unread = v2.FILES & source.sizes.keys()
        else:
            unread = self.files & source.sizes.keys()
        for name in sorted(unread):
            findings.note("unused_file", f"{name} was left unread: nothing it says is a price here.", name)
        if self._book and len(self._book.currencies) == 1:
            feed.currency = next(iter(self._book.currencies))

    def store(self, network: Network, report: Report) -> None:
        """Work out what each route costs, and store it. In the open transaction."""
        prices: dict[str, RoutePrices] = {}
        if self._book:
            ways = network.feed.ways()
            if sum(len(way) ** 2 // 2 for several in ways.values() for way in several) > MOST_PAIRS:
                raise report.findings.refuse(
                    "too_many_pairs",
                    f"The trips have more than {MOST_PAIRS:,} pairs of calls to price.",
                    "stop_times.txt",
                )
            for line_id in network.feed.lines.keys() & ways.keys():
                currency = network.operator_of(line_id).currency
                prices[line_id] = prices_of_route(self._book, line_id, ways[line_id], currency)
        tally = store_prices(prices, network)
        if self._book or tally.removed:
            report.tallies["fares"] = tally
        self.priced = {network.operator_of(line_id).id for line_id, found in prices.items() if found.prices}
        _say(prices, report.findings)


def _say(prices: dict[str, RoutePrices], findings: Findings) -> None:
    """What was decided that a feed leaves open, and which routes have no fare."""
    file = "fare_attributes.txt or fare_products.txt"
    if bare := sorted(line_id for line_id, found in prices.items() if not found.prices):
        findings.note(
            "no_fare", f"{len(bare)} of {len(prices)} routes have no fare in the feed: {', '.join(bare[:5])}"
            f"{' ...' if len(bare) > 5 else ''}.", file,
        )  # fmt: skip
    foreign: Counter[str] = sum((found.foreign for found in prices.values()), Counter())
    for currency, number in foreign.items():
        findings.skip(
            "fare_currency", f"{number} fares are in {currency}, which their operator does not sell in.", file
        )
    if twice := sum(found.twice for found in prices.values()):
        findings.note(
            "priced_twice",
            f"{twice} pairs of stops are called at in several ways for different prices: the lower is asked.",
            file,
        )
    alike = Counter(
        _told(price) for found in prices.values() for price in found.prices.values() if price.left_out
    )
    for sentence, number in alike.items():
        findings.skip("fares_alike", f"On {number} journeys {sentence}", file)


def _told(price: Price) -> str:
    others = ", ".join(price.left_out[:6]) + (" ..." if len(price.left_out) > 6 else "")
    return f"several fares hold that a sale cannot tell apart: {price.taken} is asked; left out: {others}."
