"""Printing what a traveller has bought: once, and once more after it did not come out."""

from uuid import UUID

from core.booking.views import ReservationView
from core.kernel.db import transaction
from core.kernel.errors import Conflict
from core.kernel.languages import known_language, right_to_left, words_of
from core.kernel.money import Money, format_money
from core.peripherals.commands import send
from core.peripherals.documents import booking_document
from core.peripherals.papers import is_lost, papers_of
from core.peripherals.queries import intake_of
from core.peripherals.words import CommandKind, Device

_MOST = 2
#: Somebody stands there and waits.
PATIENCE = 20


class PrintedAlready(Conflict):
    """It was printed, or tried twice."""

    code = "printed_already"
    message = "This ticket has been printed. A member of staff can print it again."


def print_booking(view: ReservationView, kiosk_id: UUID, language: str) -> UUID:
    """Print the tickets and the receipt of a paid reservation; returns the command's id.

    Raises PrintedAlready, and Conflict before there is a booking.
    """
    if view.booking_id is None:
        raise Conflict("There is nothing to print yet.", code="not_booked")
    if right_to_left(language):
        language = "en"  # printers have no such letters
    before = papers_of(view.booking_id).tried
    failed = [each for each in before if is_lost(each)]
    if len(before) >= _MOST or len(failed) < len(before):
        raise PrintedAlready
    document = {"elements": booking_document(view.booking_id, language, _paid(view, language))}
    with transaction():
        return send(
            kiosk_id, Device.PRINTER, CommandKind.PRINT, document, subject_id=view.booking_id,
            patience=PATIENCE,
        )  # fmt: skip


def _paid(view: ReservationView, language: str) -> list[tuple[str, str]]:
    """How it was paid: for cash, what was put in and the change."""
    intake = None if view.basket_id else intake_of(view.id)  # of a basket there is one sum, but no receipt
    if intake is None or not intake.used:
        return []

    def said(amount: int) -> str:
        return format_money(Money(amount, intake.currency), known_language(language))

    words = words_of(language)
    change = intake.inserted - intake.used
    given = [(words.gettext("Change"), said(change))] if change else []
    return [(words.gettext("Cash"), said(intake.inserted)), *given]
