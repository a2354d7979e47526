"""What each kind of message says. One function a kind, in one table; its sentences are `templates/mail/words/<kind>.txt`."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from core.booking.invoice_pdf import invoice_pdf
from core.kernel.languages import known_language
from core.messages import about_bookings, about_departures, about_money, about_waiting
from core.messages.letters import Attachment, Letter
from core.messages.own_words import own_for
from core.messages.page import Page, written
from core.messages.queries import invoice_by_mail


def compose(kind: str, subject_id: UUID, language: str) -> Letter:
    """The letter of this kind about this thing, as things are now. Raises NotFound when it is no longer there."""
    chosen = known_language(language)
    letter = written(page_of(kind, subject_id, chosen), chosen, own_for(kind, subject_id, chosen))
    return _with_invoice(letter, subject_id) if kind == "booking.confirmed" else letter


def _with_invoice(letter: Letter, booking_id: UUID) -> Letter:
    """Beside the ticket, where the operator's policy asks for it."""
    invoice = invoice_by_mail(booking_id)
    if invoice is None:
        return letter
    return replace(letter, attachments=[*letter.attachments, Attachment(*invoice_pdf(invoice))])


def page_of(kind: str, subject_id: UUID, language: str) -> Page:
    """What a message of this kind is made from, before it is a letter or a text. Raises NotFound."""
    return _KINDS[kind](subject_id, language)


_KINDS: dict[str, Callable[[UUID, str], Page]] = {
    "booking.cancelled": about_bookings.cancelled,
    "booking.changed": about_bookings.changed,
    "booking.confirmed": about_bookings.confirmed,
    "disruption.choice": about_departures.choice,
    "payment.late": about_money.late,
    "refund.processed": about_money.processed,
    "reminder.due": about_bookings.reminder,
    "reservation.expired": about_bookings.expired,
    "schedule.delayed": about_departures.delayed,
    "schedule.platform": about_departures.platform,
    "waiting.offered": about_waiting.offered,
}
KINDS = frozenset(_KINDS)
