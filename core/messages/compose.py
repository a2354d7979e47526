"""What each kind of message says: facts read now, put into the templates of `templates/mail/`.

One function a kind, in one table; a new kind of message is a new line there and two templates.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from flask_babel import force_locale, gettext

from core.booking.queries import reservation_view
from core.kernel.errors import NotFound
from core.kernel.money import format_money
from core.messages.letters import Attachment, Letter, Picture
from core.messages.queries import operator_of, refund_facts
from core.tickets.facts import TicketFacts
from core.tickets.pages import known_language, render
from core.tickets.pdf import pdf_of
from core.tickets.qr import png
from core.tickets.queries import tickets_of
from core.tickets.rules import grouped_reference
from core.tickets.view import sheets
from core.timetable.models import Operator


def compose(kind: str, subject_id: UUID, language: str) -> Letter:
    """The letter of this kind about this thing. Raises NotFound when it is no longer there."""
    chosen = known_language(language)
    with force_locale(chosen):
        return _KINDS[kind](subject_id, chosen)


def _booking_confirmed(booking_id: UUID, language: str) -> Letter:
    tickets = tickets_of(booking_id)
    if not tickets:
        raise NotFound("There is no ticket for this booking.")
    pages = sheets(tickets, language, draw=_by_cid)
    first, count = pages[0], len(tickets)
    values = {"sheets": pages, "operator": first.operator}
    return Letter(
        subject=_ticket_subject(tickets[0].facts, count, language),
        plain=render("mail/booking_confirmed.txt", language, **values),
        html=render("mail/booking_confirmed.html", language, **values),
        pictures=[Picture(f"qr-{place}", png(each.qr)) for place, each in enumerate(tickets, start=1)],
        attachments=[Attachment(f"ticket-{first.reference}.pdf", pdf_of(tickets, language))],
        reply_to=first.operator.email,
    )


def _by_cid(_text: str) -> str:
    """A mail shows the codes as pictures that come with it: its template names them."""
    return ""


def _ticket_subject(facts: TicketFacts, count: int, language: str) -> str:
    leaves = facts.departure_at.astimezone(ZoneInfo(facts.origin_timezone))
    said = {
        "journey": f"{facts.origin} – {facts.destination}",
        "time": f"{leaves:%H:%M}",
        "day": format_date(leaves, "d MMM", locale=Locale.parse(language, sep="_")),
    }
    if count > 1:
        return str(gettext("Your tickets: %(journey)s, %(time)s on %(day)s", **said))
    return str(gettext("Your ticket: %(journey)s, %(time)s on %(day)s", **said))


def _payment_late(refund_id: UUID, language: str) -> Letter:
    letter, amount = _about_refund("mail/payment_late", refund_id, language)
    return replace(letter, subject=gettext("Your payment of %(amount)s goes back to you", amount=amount))


def _refund_processed(refund_id: UUID, language: str) -> Letter:
    letter, amount = _about_refund("mail/refund_processed", refund_id, language)
    return replace(letter, subject=gettext("%(amount)s is on its way back to you", amount=amount))


def _about_refund(template: str, refund_id: UUID, language: str) -> tuple[Letter, str]:
    """The letter, still without a subject, and the amount as it is written in it."""
    refund = refund_facts(refund_id)
    sale = reservation_view(refund.reservation_id)
    if sale is None:
        raise NotFound("There is no such reservation.")
    operator: Operator = operator_of(sale.journey.operator_id)
    leaves = sale.journey.departure_at.astimezone(ZoneInfo(sale.journey.origin_timezone))
    amount = format_money(refund.money, language)
    values = {
        "operator": operator,
        "amount": amount,
        "reason": refund.reason,
        "journey": f"{sale.journey.origin} – {sale.journey.destination}",
        "time": f"{leaves:%H:%M}",
        "date": format_date(leaves, "EEEE d MMMM y", locale=Locale.parse(language, sep="_")),
        "by_cash": refund.method == "cash",
        "by_voucher": refund.method == "voucher",
        "reference": grouped_reference(sale.booking_reference) if sale.booking_reference else None,
    }
    letter = Letter(
        subject="",
        plain=render(f"{template}.txt", language, **values),
        html=render(f"{template}.html", language, **values),
        reply_to=operator.email,
    )
    return letter, amount


_KINDS: dict[str, Callable[[UUID, str], Letter]] = {
    "booking.confirmed": _booking_confirmed,
    "payment.late": _payment_late,
    "refund.processed": _refund_processed,
}
KINDS = frozenset(_KINDS)
