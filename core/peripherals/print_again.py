"""Printing the tickets of a booking at a kiosk for whoever has shown that it is theirs: twice, then staff does it."""

from uuid import UUID

from core.kernel.db import run, transaction
from core.kernel.errors import Conflict
from core.kernel.languages import right_to_left
from core.peripherals.commands import send
from core.peripherals.documents import tickets_document
from core.peripherals.papers import papers_of
from core.peripherals.print_booking import PATIENCE, PrintedAlready
from core.peripherals.words import CommandKind, Device

_ALONE = "SELECT 1 FROM bookings WHERE id = %(id)s FOR NO KEY UPDATE"


class NothingToPrint(Conflict):
    """No ticket of the booking is valid any more."""

    code = "nothing_to_print"
    message = "No ticket of this booking is valid any more."


class StillPrinting(Conflict):
    """The last one has not come out yet, nor failed."""

    code = "still_printing"
    message = "The ticket is still being printed."


def print_again(booking_id: UUID, kiosk_id: UUID, language: str) -> UUID:
    """Print the booking's valid tickets; returns the command's id.

    Raises NothingToPrint, StillPrinting, and PrintedAlready when there were enough papers.
    """
    with transaction():
        run(_ALONE, {"id": booking_id})  # of two touches at two machines the second sees what the first sent
        found = papers_of(booking_id)
        if found.going:
            raise StillPrinting
        document = tickets_document(booking_id, "en" if right_to_left(language) else language)
        if not document:
            raise NothingToPrint
        if not found.left:
            raise PrintedAlready
        return send(
            kiosk_id, Device.PRINTER, CommandKind.PRINT, {"elements": document}, subject_id=booking_id,
            patience=PATIENCE,
        )  # fmt: skip
