"""What is printed on a ticket, as words: the same for the PDF, the preview and the mail.

Times are in the zone of their place, written as 14:45; dates, amounts and words in the reader's language.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from markupsafe import Markup

from core.kernel.languages import clock_time, known_language, long_date, plain_date, words_of
from core.kernel.money import Money, format_amount, format_money
from core.tickets.facts import TicketFacts
from core.tickets.qr import svg
from core.tickets.queries import OperatorContact, TicketView
from core.tickets.rules import grouped_number, grouped_reference
from core.tickets.words import line_label, passenger_type, platform_word, void_sentence
from core.trades.catalogue import trade_of

Draw = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Call:
    """Departure or arrival: clock time and date at the place; `zone` is named only when the two differ."""

    time: str
    date: str
    place: str
    zone: str
    moment: str


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A price line; `included` ones are written small, under the total."""

    label: str
    amount: str
    included: bool


@dataclass(frozen=True, slots=True)
class RefundTerm:
    """Until so many hours before departure, so many per cent come back, less `fee` (None for no fee)."""

    hours: int
    percent: int
    fee: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One ticket in words."""

    place_in_booking: int
    count: int
    void: str | None
    operator: OperatorContact
    route: str
    origin: Call
    destination: Call
    duration: str
    platform_word: str
    platform: str | None
    seat: str | None
    passenger: str | None
    passenger_type: str
    reference: str
    number: str
    price: str
    currency: str
    lines: tuple[PrintedLine, ...]
    total: str
    terms: tuple[RefundTerm, ...]
    issued: str
    qr: Markup

    @property
    def route_is_journey(self) -> bool:
        """Whether the route's name says no more than where the journey goes."""
        return self.route == f"{self.origin.place} – {self.destination.place}"


def sheets(tickets: Sequence[TicketView], language: str = "en", draw: Draw = svg) -> list[Sheet]:
    """The tickets of one booking in words of `language`; an unknown language is English.

    `draw` makes the element that shows the code out of its text: an SVG unless told otherwise.
    """
    known = known_language(language)
    return [_sheet(each, place, len(tickets), known, draw) for place, each in enumerate(tickets, start=1)]


def _sheet(ticket: TicketView, place: int, count: int, language: str, draw: Draw) -> Sheet:
    facts, words = ticket.facts, words_of(language)
    origin, destination = journey(facts, language)
    total = Money(facts.quote.total, facts.quote.currency) if facts.quote else facts.price
    return Sheet(
        place_in_booking=place,
        count=count,
        void=void_sentence(words, ticket.status),
        operator=ticket.operator,
        route=facts.route_name,
        origin=origin,
        destination=destination,
        duration=duration(facts.departure_at, facts.arrival_at, language),
        platform_word=platform_word(words, trade_of(ticket.operator.trade).platform_word),
        platform=facts.platform,
        seat=facts.seat_number,
        passenger=facts.passenger_name,
        passenger_type=passenger_type(words, facts.passenger_type),
        reference=grouped_reference(facts.reference),
        number=grouped_number(ticket.number),
        price=format_money(facts.price, language),
        currency=total.currency,
        lines=_lines(facts, language),
        total=format_money(total, language),
        terms=refund_terms(facts.refund_ladder, facts.price.currency, language),
        issued=_date_and_time(ticket.issued_at, ZoneInfo(facts.origin_timezone), language),
        qr=Markup(draw(ticket.qr)),  # noqa: S704 - made here, of numbers only
    )


class Stretch(Protocol):
    """Whatever knows from where to where somebody travels, and when (UTC): ticket facts, the journey of a booking."""

    @property
    def origin(self) -> str: ...
    @property
    def origin_timezone(self) -> str: ...
    @property
    def departure_at(self) -> datetime: ...
    @property
    def destination(self) -> str: ...
    @property
    def destination_timezone(self) -> str: ...
    @property
    def arrival_at(self) -> datetime: ...


def journey(facts: Stretch, language: str) -> tuple[Call, Call]:
    """Where and when it leaves, where and when it arrives."""
    leaves = facts.departure_at.astimezone(ZoneInfo(facts.origin_timezone))
    arrives = facts.arrival_at.astimezone(ZoneInfo(facts.destination_timezone))
    zones = (leaves.tzname(), arrives.tzname()) if leaves.utcoffset() != arrives.utcoffset() else ("", "")
    return (
        _call(leaves, facts.origin, zones[0] or "", language),
        _call(arrives, facts.destination, zones[1] or "", language),
    )


def duration(start: datetime, end: datetime, language: str = "en") -> str:
    """``2 h 40``, or ``35 min`` below an hour."""
    hours, minutes = divmod(int((end - start).total_seconds()) // 60, 60)
    words = words_of(language)
    if not hours:
        return words.gettext("%(minutes)s min") % {"minutes": minutes}
    return words.gettext("%(hours)s h %(minutes)s") % {"hours": hours, "minutes": f"{minutes:02d}"}


def refund_terms(
    ladder: Sequence[Mapping[str, int]], currency: str, language: str = "en"
) -> tuple[RefundTerm, ...]:
    """A policy's refund ladder for reading, longest first."""
    steps = sorted(ladder, key=lambda step: -step["hours"])
    return tuple(_term(step, currency, language) for step in steps)


def _term(step: Mapping[str, int], currency: str, language: str) -> RefundTerm:
    fee = step.get("fee", 0)
    kept = format_money(Money(fee, currency), language) if fee else None
    return RefundTerm(step["hours"], step["percent"], kept)


def _call(moment: datetime, place: str, zone: str, language: str) -> Call:
    return Call(
        time=clock_time(moment),
        date=long_date(moment, language),
        place=place,
        zone=zone,
        moment=moment.isoformat(timespec="minutes"),
    )


def _lines(facts: TicketFacts, language: str) -> tuple[PrintedLine, ...]:
    if facts.quote is None:
        return ()
    currency, words = facts.quote.currency, words_of(language)
    return tuple(
        PrintedLine(
            line_label(words, line), format_amount(Money(line.amount, currency), language), line.included
        )
        for line in facts.quote.lines
    )


def _date_and_time(moment: datetime, zone: ZoneInfo, language: str) -> str:
    local = moment.astimezone(zone)
    return f"{plain_date(local, language)}, {clock_time(local)}"
