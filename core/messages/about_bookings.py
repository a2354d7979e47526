"""Letters about a booking or a reservation: its tickets, its change, its end, its day."""

from uuid import UUID

from core.booking.cancellation_queries import CancellationView, cancellation_view
from core.booking.queries import booking_view, reservation_view
from core.booking.views import BookingView
from core.kernel.errors import NotFound
from core.kernel.languages import words_of
from core.kernel.money import Money, format_money
from core.messages.page import Fact, Page, Way
from core.messages.queries import operator_of
from core.messages.words import on_the_way, travel_values
from core.tickets.models import TicketStatus
from core.tickets.queries import TicketView, tickets_of
from core.tickets.rules import grouped_reference
from core.tickets.view import duration, journey, refund_terms
from core.tickets.words import platform_word, sentence
from core.trades.catalogue import trade_of


def confirmed(booking_id: UUID, language: str) -> Page:
    """The tickets, with what was paid."""
    return _with_tickets("booking.confirmed", booking_id, language, receipt=True)


def changed(booking_id: UUID, language: str) -> Page:
    """The tickets that count now."""
    return _with_tickets("booking.changed", booking_id, language)


def reminder(booking_id: UUID, language: str) -> Page:
    """The tickets once more, shortly before they are needed."""
    return _with_tickets("reminder.due", booking_id, language)


def cancelled(cancellation_id: UUID, language: str) -> Page:
    """Who no longer travels, what comes back and how."""
    found = cancellation_view(cancellation_id)
    booking = booking_view(found.booking_id) if found else None
    if found is None or booking is None:
        raise NotFound("There is no such cancellation.")
    words = words_of(language)
    ways = {"cash": "cash", "voucher": "voucher"}
    by = {ways.get(each.method, "bank") for each in found.refunds}
    values = {
        **travel_values(booking.reservation.journey, language),
        "reference": booking.spoken_reference,
        "whole": found.whole,
        "count": len(found.lines),
        "refund": found.refund.amount,
        "reason": sentence(words, found.reason) if found.reason else None,
        **{f"by_{way}": way in by for way in ("cash", "bank", "voucher")},
    }
    return Page(
        kind="booking.cancelled",
        operator=operator_of(booking.reservation.journey.operator_id),
        values=values,
        way=on_the_way(booking.reservation.journey, language, void=found.whole),
        facts=_what_comes_back(found, booking, language),
    )


def expired(reservation_id: UUID, language: str) -> Page:
    """The time to pay ran out."""
    sale = reservation_view(reservation_id)
    if sale is None:
        raise NotFound("There is no such reservation.")
    return Page(
        kind="reservation.expired",
        operator=operator_of(sale.journey.operator_id),
        values=travel_values(sale.journey, language),
        way=on_the_way(sale.journey, language, void=True),
    )


def _with_tickets(kind: str, booking_id: UUID, language: str, *, receipt: bool = False) -> Page:
    tickets = _good(tickets_of(booking_id))
    facts, operator = tickets[0].facts, tickets[0].operator
    words = words_of(language)
    currency = facts.quote.currency if facts.quote else facts.price.currency
    origin, destination = journey(facts, language)
    panel = [Fact(words.gettext("Booking reference"), grouped_reference(facts.reference))]
    if facts.platform:
        panel.append(Fact(platform_word(words, trade_of(operator.trade).platform_word), facts.platform))
    values = {
        **travel_values(facts, language),
        "count": len(tickets),
        "reference": grouped_reference(facts.reference),
        "ladder": refund_terms(facts.refund_ladder, currency, language),
    }
    named = f"{facts.origin} – {facts.destination}"
    return Page(
        kind=kind,
        operator=operator,
        values=values,
        route=None if facts.route_name == named else facts.route_name,
        way=Way(origin, destination, duration(facts.departure_at, facts.arrival_at, language)),
        facts=panel,
        tickets=tickets,
        receipt=receipt,
    )


def _good(tickets: list[TicketView]) -> list[TicketView]:
    """Those that still count; all of them when none does, each of which says so. Raises NotFound without any."""
    if not tickets:
        raise NotFound("There is no ticket for this booking.")
    return [each for each in tickets if each.status == TicketStatus.VALID] or tickets


def _what_comes_back(found: CancellationView, booking: BookingView, language: str) -> list[Fact]:
    """Each passenger with what of the price comes back; the sum when there are several."""
    words = words_of(language)
    people = {str(each.id): each for each in booking.reservation.passengers}
    facts = []
    for line in found.lines:
        person = people.get(line["passenger_id"])
        seat = (
            words.gettext("Seat %(number)s") % {"number": line["seat_number"]} if line["seat_number"] else ""
        )
        head = " · ".join(each for each in (person.full_name if person else None, seat) if each)
        facts.append(Fact(head or words.gettext("Ticket"), *_of_one(line, found, language)))
    if len(facts) > 1:
        facts.append(Fact(words.gettext("Comes back altogether"), format_money(found.refund, language)))
    return facts


def _of_one(line: dict[str, int], found: CancellationView, language: str) -> tuple[str, str]:
    words, currency = words_of(language), found.refund.currency
    paid, back = (format_money(Money(line[name], currency), language) for name in ("paid", "refund"))
    return (
        words.gettext("%(amount)s comes back") % {"amount": back},
        words.gettext("of %(amount)s paid") % {"amount": paid},
    )
