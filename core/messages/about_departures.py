"""Letters about the departure that somebody has booked: when and where it leaves now."""

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from core.booking.disruption_models import Choice, DisruptionKind
from core.booking.disruption_queries import case, disruption
from core.booking.links import choice_address
from core.booking.queries import booking_view
from core.booking.views import BookingView, Journey
from core.kernel.errors import NotFound
from core.kernel.languages import clock_time, long_date, words_of
from core.messages.page import Fact, Link, Page
from core.messages.queries import operator_of
from core.messages.words import on_the_way, travel_values
from core.tickets.words import platform_word, sentence
from core.trades.catalogue import trade_of


def delayed(booking_id: UUID, language: str) -> Page:
    """The old time and the new one; or that it is on time again."""
    booking = _booking(booking_id)
    planned, now = booking.reservation.journey, _as_expected(booking.reservation.journey)
    late = now.departure_at != planned.departure_at
    leaves = planned.departure_at.astimezone(ZoneInfo(planned.origin_timezone))
    values = {
        **travel_values(now, language),
        "late": late,
        "planned": clock_time(leaves),
        "count": _travelling(booking),
    }
    return Page(
        kind="schedule.delayed",
        operator=operator_of(planned.operator_id),
        values=values,
        way=on_the_way(now, language, was=planned if late else None),
        facts=_facts(booking, language),
    )


def platform(booking_id: UUID, language: str) -> Page:
    """Another bay, gate or screen. Raises NotFound while there is none."""
    booking = _booking(booking_id)
    now = _as_expected(booking.reservation.journey)
    if not now.platform:
        raise NotFound("This departure has no platform.")
    word = platform_word(words_of(language), trade_of(now.trade).platform_word)
    values = {
        **travel_values(now, language),
        "word": word,
        "platform": now.platform,
        "count": _travelling(booking),
    }
    return Page(
        kind="schedule.platform",
        operator=operator_of(now.operator_id),
        values=values,
        way=on_the_way(now, language),
        facts=[Fact(word, now.platform), *_facts(booking, language)],
    )


def choice(case_id: UUID, language: str) -> Page:
    """A departure that does not run, is late, or has no seat for the booking any more: what may be chosen, until when, where."""
    found = case(case_id)
    whole, booking = disruption(found.disruption_id), _booking(found.booking_id)
    planned = booking.reservation.journey
    late = whole.kind == DisruptionKind.DELAYED
    now, zone = _as_expected(planned) if late else planned, ZoneInfo(planned.origin_timezone)
    until = whole.choose_by.astimezone(zone)
    words = words_of(language)
    values = {
        **travel_values(now, language),
        "late": late,
        "seatless": whole.kind == DisruptionKind.SWAPPED,
        "planned": clock_time(planned.departure_at.astimezone(zone)),
        "reason": sentence(words, whole.reason),
        "rebook": whole.default_choice == Choice.REBOOK,
        "until": f"{long_date(until, language)}, {clock_time(until)}",
    }
    return Page(
        kind="disruption.choice",
        operator=operator_of(planned.operator_id),
        values=values,
        way=on_the_way(now, language, was=planned if late else None, void=not late),
        facts=_facts(booking, language),
        link=Link(words.gettext("Choose now"), choice_address(case_id)),
    )


def _booking(booking_id: UUID) -> BookingView:
    booking = booking_view(booking_id)
    if booking is None:
        raise NotFound("There is no such booking.")
    return booking


def _as_expected(journey: Journey) -> Journey:
    """The journey at the times that are expected now."""
    expected = journey.estimated_departure_at
    if expected is None:
        return journey
    shift = expected - journey.departure_at
    return replace(journey, departure_at=expected, arrival_at=journey.arrival_at + shift)


def _travelling(booking: BookingView) -> int:
    return sum(each.ticket_status == "valid" for each in booking.reservation.passengers)


def _facts(booking: BookingView, language: str) -> list[Fact]:
    return [Fact(words_of(language).gettext("Booking reference"), booking.spoken_reference)]
