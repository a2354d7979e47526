"""The letter to who is next on a waiting list: seats are held, until when, and where they are paid."""

from uuid import UUID
from zoneinfo import ZoneInfo

from core.booking.links import waiting_address
from core.booking.queries import reservation_view
from core.booking.waiting_queries import waiting_entry
from core.kernel.errors import NotFound
from core.kernel.languages import clock_time, long_date, words_of
from core.messages.page import Fact, Link, Page
from core.messages.queries import operator_of
from core.messages.words import on_the_way, travel_values


def offered(entry_id: UUID, language: str) -> Page:
    """What is offered. Raises NotFound without an offer."""
    entry = waiting_entry(entry_id)
    sale = reservation_view(entry.reservation_id) if entry.reservation_id else None
    if sale is None:
        raise NotFound("Nothing is offered.")
    journey, words = sale.journey, words_of(language)
    until = sale.expires_at.astimezone(ZoneInfo(journey.origin_timezone))
    seats = ", ".join(each.seat_number for each in sale.passengers if each.seat_number)
    return Page(
        kind="waiting.offered",
        operator=operator_of(journey.operator_id),
        values={
            **travel_values(journey, language),
            "until": f"{long_date(until, language)}, {clock_time(until)}",
        },
        way=on_the_way(journey, language),
        facts=[Fact(words.gettext("Seat"), seats)] if seats else [],
        link=Link(words.gettext("Pay now"), waiting_address(entry_id)),
    )
