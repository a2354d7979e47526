"""What is printed at a kiosk, as a list of plain elements: the agent's driver knows how to put them on its paper.

Elements: {"kind": "text", "text", "style": [bold, big, centre]}, {"kind": "pair", "left", "right", "style"},
{"kind": "qr", "text"}, {"kind": "rule"}, {"kind": "space"}, {"kind": "cut"}.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.kernel.languages import known_language, words_of
from core.kernel.money import Money, format_money
from core.tickets.queries import TicketView, tickets_of
from core.tickets.view import Sheet, sheets

Element = dict[str, Any]


def text(words: str, *style: str) -> Element:
    """A line; a long one is broken by the printer's driver."""
    return {"kind": "text", "text": words, "style": list(style)}


def pair(left: str, right: str, *style: str) -> Element:
    """Two words at the two edges of the paper."""
    return {"kind": "pair", "left": left, "right": right, "style": list(style)}


RULE: Element = {"kind": "rule"}
SPACE: Element = {"kind": "space"}
CUT: Element = {"kind": "cut"}


def booking_document(booking_id: UUID, language: str, paid: Sequence[tuple[str, str]] = ()) -> list[Element]:
    """The tickets of a booking, each cut off, and the receipt. ``paid``: lines of how it was paid, words and amount."""
    tickets = tickets_of(booking_id)
    drawn = sheets(tickets, language)
    receipt = _receipt(drawn[0], tickets[0], paid, language) if drawn else []
    return _valid(drawn, tickets, language) + receipt


def tickets_document(booking_id: UUID, language: str) -> list[Element]:
    """The valid tickets of a booking, each cut off, without a receipt: of that there is one. Empty when none is valid."""
    tickets = tickets_of(booking_id)
    return _valid(sheets(tickets, language), tickets, language)


def _valid(drawn: Sequence[Sheet], tickets: Sequence[TicketView], language: str) -> list[Element]:
    pairs = zip(drawn, tickets, strict=True)
    pages = [_ticket(sheet, ticket.qr, language) for sheet, ticket in pairs if ticket.status == "valid"]
    return [element for page in pages for element in page]


def owed_document(left: Money, code: str, kiosk: str, language: str) -> list[Element]:
    """The slip for money that the machine could not give back."""
    words = words_of(language)
    return [
        text(words.gettext("We owe you money"), "bold", "big", "centre"),
        text(format_money(left, known_language(language)), "bold", "big", "centre"),
        SPACE,
        text(words.gettext("This machine could not give it back. Please show this slip at a counter.")),
        SPACE,
        pair(words.gettext("Slip"), code, "bold"),
        pair(words.gettext("Machine"), kiosk),
        {"kind": "qr", "text": code},
        CUT,
    ]


def _ticket(sheet: Sheet, code: str, language: str) -> list[Element]:
    words = words_of(language)
    platform = f"{sheet.platform_word} {sheet.platform}" if sheet.platform else ""
    seat = words.gettext("Seat %(number)s") % {"number": sheet.seat} if sheet.seat else ""
    place = {"place": sheet.place_in_booking, "count": sheet.count}
    return [
        text(sheet.operator.name, "bold", "centre"),
        text(words.gettext("Ticket %(place)s of %(count)s") % place, "centre"),
        RULE,
        text(sheet.origin.date, "bold"),
        text(f"{sheet.origin.time} {sheet.origin.place}", "bold"),
        text(f"{sheet.destination.time} {sheet.destination.place}", "bold"),
        pair(platform, seat, "bold", "big"),
        *([text(sheet.passenger)] if sheet.passenger else []),
        {"kind": "qr", "text": code},
        pair(words.gettext("Booking reference"), sheet.reference, "bold"),
        pair(words.gettext("Ticket number"), sheet.number),
        CUT,
    ]


def _receipt(
    sheet: Sheet, ticket: TicketView, paid: Sequence[tuple[str, str]], language: str
) -> list[Element]:
    words = words_of(language)
    operator = ticket.operator
    tax = words.gettext("Tax number %(number)s") % {"number": operator.tax_number}
    contact = [operator.address, tax if operator.tax_number else None]
    return [
        text(operator.name, "bold", "centre"),
        *(text(line, "centre") for line in contact if line),
        text(words.gettext("Receipt"), "centre"),
        RULE,
        *(pair(line.label, line.amount) for line in sheet.lines if not line.included),
        pair(words.gettext("Price of the whole booking"), sheet.total, "bold"),
        *(pair(line.label, line.amount) for line in sheet.lines if line.included),
        *(pair(said, amount) for said, amount in paid),
        RULE,
        pair(words.gettext("Booking reference"), sheet.reference),
        text(words.gettext("Issued %(moment)s") % {"moment": sheet.issued}),
        CUT,
    ]
