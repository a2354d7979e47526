"""Finding one's own booking again, without an account: by the ticket's code, or by the reference with something only its
buyer knows. Whoever guesses learns nothing: an unknown reference and a wrong proof are the same answer.
"""

import hmac
import re
from uuid import UUID

from sqlalchemy import text

from core.booking.contact import check_email
from core.booking.errors import BadPassenger
from core.booking.queries import booking_by_reference
from core.booking.views import BookingView
from core.kernel.db import db
from core.kernel.errors import DomainError, NotFound
from core.tickets import qr
from core.tickets.keys import public_keys
from core.tickets.rules import plain_number

#: So many last digits of a phone number are the same with and without the country's code.
_OWN_DIGITS = 9

_BY_TICKET = text("SELECT booking_id FROM tickets WHERE id = :id AND serial = :serial")


class NotYours(NotFound):
    """No booking has this reference, or what was given does not belong to it: which of the two is nobody's business."""

    code = "booking_not_found"
    message = "We found no booking for what you typed. Please check both lines."


def by_code(code: str) -> UUID:
    """The booking of a ticket by its signed code, the newest one made for it. Raises NotYours."""
    try:
        facts = qr.verify(code.strip(), public_keys())
    except DomainError:
        raise NotYours("This is not the code of one of our tickets.") from None
    found = db.session.execute(_BY_TICKET, {"id": facts.ticket_id, "serial": facts.serial}).scalar()
    if found is None:
        raise NotYours("This ticket has been replaced by a newer one.")
    return UUID(str(found))


def by_reference(reference: str, proof: str) -> UUID:
    """The booking with this reference if ``proof`` is its e-mail address, its phone number or one of its tickets' numbers.

    Both are taken as people type them. Raises NotYours.
    """
    booking = booking_by_reference(reference)
    if booking is None or not _proves(booking, proof.strip()):
        raise NotYours
    return booking.id


def _proves(booking: BookingView, given: str) -> bool:
    sold = booking.reservation
    if "@" in given:
        return _same(_address(given), _address(sold.contact_email or ""))
    number = plain_number(given)
    if number is not None:
        return any(_same(number, person.ticket_number or "") for person in sold.passengers)
    return _same(_digits(given), _digits(sold.contact_phone or ""))


def _address(typed: str) -> str:
    try:
        return (check_email(typed) or "").casefold()
    except BadPassenger:
        return ""


def _digits(typed: str) -> str:
    digits = re.sub(r"[^0-9]", "", typed)
    return digits[-_OWN_DIGITS:] if len(digits) >= _OWN_DIGITS else ""


def _same(given: str, kept: str) -> bool:
    return bool(given) and hmac.compare_digest(given.encode(), kept.encode())
