"""One fact of a departure, told to everybody who travels with it: a message a booking, each with its own attempts."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.kernel.db import db, transaction
from core.messages.by_phone import phone_for
from core.messages.causes import Cause, Recipient
from core.messages.models import Channel
from core.messages.service import enqueue

_TRAVELLERS = text("""
SELECT b.id, b.reservation_id, r.operator_id, r.contact_email, r.contact_phone, r.language
FROM bookings b JOIN reservations r ON r.id = b.reservation_id
WHERE b.schedule_id = :schedule_id AND b.status IN ('confirmed', 'checked_in')
  AND (r.contact_email IS NOT NULL OR r.contact_phone IS NOT NULL)
ORDER BY b.id
""")
_CHOICE = text("""
SELECT EXISTS (SELECT 1 FROM disruptions d JOIN schedules s ON s.id = d.schedule_id
  WHERE s.id = :schedule_id AND d.kind = 'delayed'
    AND s.estimated_departure_at = s.departure_at + make_interval(mins => d.delay_minutes))
""")


def choice_is_given(schedule_id: UUID) -> bool:
    """Whether the delay that is expected now is one that passengers may choose after."""
    return bool(db.session.execute(_CHOICE, {"schedule_id": schedule_id}).scalar_one())


def tell_everybody(kind: str, schedule_id: UUID, event_id: int) -> int:
    """Write a message of this kind to each booking of the departure, once for each event; returns how many are new."""
    rows = db.session.execute(_TRAVELLERS, {"schedule_id": schedule_id}).all()
    db.session.rollback()
    return sum(_tell(Cause(kind, row.id, event_id), row) for row in rows)


def _tell(cause: Cause, row: Any) -> bool:
    ways: list[tuple[str, Channel]] = [(row.contact_email, Channel.EMAIL)] if row.contact_email else []
    phone = phone_for(row.operator_id, row.contact_phone, row.contact_email)
    if phone:
        ways.append((phone, Channel.SMS))
    with transaction():
        new = [
            enqueue(cause, Recipient(address, row.language, row.id, row.reservation_id, channel))
            for address, channel in ways
        ]
    return any(new)
