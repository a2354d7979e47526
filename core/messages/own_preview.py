"""How an operator's words would read, about a real booking or, where that has nothing of the kind, with examples."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from core.kernel.db import db
from core.kernel.errors import NotFound, RuleBroken
from core.messages.compose import page_of
from core.messages.events import SUBJECTS
from core.messages.own_rules import NAMES, BadWords, fill
from core.messages.own_words import Own, checked_words
from core.messages.page import written_with

_OF_BOOKING = {
    "booking_id": text("SELECT CAST(:id AS uuid)"),
    "cancellation_id": text("SELECT id FROM cancellations WHERE booking_id = :id ORDER BY id DESC LIMIT 1"),
    "case_id": text("SELECT id FROM disruption_cases WHERE booking_id = :id ORDER BY id DESC LIMIT 1"),
    "refund_id": text("""
        SELECT f.id FROM refunds f JOIN payments p ON p.id = f.payment_id JOIN bookings b ON b.reservation_id = p.reservation_id
        WHERE b.id = :id ORDER BY f.id DESC LIMIT 1"""),
    "reservation_id": text("SELECT reservation_id FROM bookings WHERE id = :id"),
    "schedule_id": text("SELECT CAST(:id AS uuid)"),  # these letters are about a booking of the departure
    "entry_id": text("""
        SELECT e.id FROM waiting_entries e JOIN bookings b ON b.reservation_id = e.reservation_id WHERE b.id = :id LIMIT 1"""),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A subject and the plain text of a letter; not `real`: filled in with examples."""

    subject: str
    plain: str
    real: bool


def preview(kind: str, language: str, own: Own, booking_id: UUID | None) -> Shown:
    """The letter as it would be. Raises NotFound, and RuleBroken `bad_template` with the field, the line and why."""
    checked = checked_words(kind, language, own)
    subject_id = _subject(kind, booking_id) if booking_id else None
    if subject_id:
        try:
            letter = written_with(page_of(kind, subject_id, language), language, checked)
        except NotFound:
            pass
        except BadWords as error:
            raise RuleBroken(str(error), code="bad_template", field="body") from error
        else:
            return Shown(letter.subject, letter.plain, real=True)
    return Shown(fill(checked.subject, NAMES[kind]), fill(checked.body, NAMES[kind]), real=False)


def _subject(kind: str, booking_id: UUID) -> UUID | None:
    found = _OF_BOOKING[SUBJECTS.get(kind, "booking_id")]
    subject: UUID | None = db.session.execute(found, {"id": booking_id}).scalar_one_or_none()
    return subject
