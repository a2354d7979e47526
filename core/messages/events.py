"""What an operator's webhook is told of: which event is about what, whose it is, and how that stands."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.kernel.db import db
from core.kernel.errors import NotFound

#: The name of the id, in the outbox and in what is sent, by kind of event.
SUBJECTS: dict[str, str] = {
    "booking.cancelled": "cancellation_id",
    "booking.changed": "booking_id",
    "booking.confirmed": "booking_id",
    "disruption.choice": "case_id",
    "payment.late": "refund_id",
    "refund.processed": "refund_id",
    "reservation.expired": "reservation_id",
    "reservation.released": "reservation_id",
    "schedule.cancelled": "schedule_id",
    "schedule.delayed": "schedule_id",
    "schedule.platform": "schedule_id",
    "waiting.offered": "entry_id",
}

#: From each kind of id to the departure, and to the sale and the booking where it is about one.
_FOUND = {
    "booking_id": "SELECT b.schedule_id, b.reservation_id, b.id AS booking_id FROM bookings b WHERE b.id = :id",
    "cancellation_id": "SELECT b.schedule_id, b.reservation_id, b.id AS booking_id"
    " FROM cancellations c JOIN bookings b ON b.id = c.booking_id WHERE c.id = :id",
    "case_id": "SELECT b.schedule_id, b.reservation_id, b.id AS booking_id"
    " FROM disruption_cases c JOIN bookings b ON b.id = c.booking_id WHERE c.id = :id",
    "refund_id": "SELECT r.schedule_id, r.id AS reservation_id, b.id AS booking_id FROM refunds f"
    " JOIN payments p ON p.id = f.payment_id JOIN reservations r ON r.id = p.reservation_id"
    " LEFT JOIN bookings b ON b.reservation_id = r.id WHERE f.id = :id",
    "reservation_id": "SELECT r.schedule_id, r.id AS reservation_id, b.id AS booking_id FROM reservations r"
    " LEFT JOIN bookings b ON b.reservation_id = r.id WHERE r.id = :id",
    "schedule_id": "SELECT s.id AS schedule_id, NULL::uuid AS reservation_id, NULL::uuid AS booking_id"
    " FROM schedules s WHERE s.id = :id",
    "entry_id": "SELECT e.schedule_id, e.reservation_id, NULL::uuid AS booking_id FROM waiting_entries e WHERE e.id = :id",
}
_ABOUT = {
    name: text(f"""
    WITH found AS ({statement})
    SELECT o.id AS operator_id, o.code AS operator, o.webhook_url AS url, o.webhook_key AS key, s.id AS schedule_id,
      s.status AS schedule_status, s.departure_at, s.estimated_departure_at, s.platform, r.id AS reservation_id,
      r.status AS reservation_status, r.total, r.currency, b.id AS booking_id, b.reference, b.status AS booking_status
    FROM found f JOIN schedules s ON s.id = f.schedule_id JOIN operators o ON o.id = s.operator_id
    LEFT JOIN reservations r ON r.id = f.reservation_id LEFT JOIN bookings b ON b.id = f.booking_id
    """)  # noqa: S608 - put together from constants
    for name, statement in _FOUND.items()
}
_WHOSE = ("operator_id", "operator", "url", "key")


@dataclass(frozen=True, slots=True)
class Event:
    """Whose event it is, where its webhook is (None: nowhere) and which key signs; `data` as it is sent: ids and words,
    amounts in minor units, times UTC.
    """

    operator_id: UUID
    operator: str
    url: str | None
    key: int
    data: dict[str, Any]


def event_about(kind: str, subject_id: UUID) -> Event:
    """The event of this kind about this thing, as things are now. Raises NotFound."""
    name = SUBJECTS[kind]
    row = db.session.execute(_ABOUT[name], {"id": subject_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("What this event is about is no longer there.")
    facts = {key: _plain(value) for key, value in row.items() if key not in _WHOSE and value is not None}
    return Event(
        row["operator_id"], row["operator"], row["url"], row["key"], {**facts, name: str(subject_id)}
    )


def operator_about(kind: str, subject_id: UUID) -> UUID | None:
    """Whose letter this is; None when what it is about is no longer there."""
    name = SUBJECTS.get(kind, "booking_id")
    found = db.session.execute(_ABOUT[name], {"id": subject_id}).one_or_none()
    return found.operator_id if found else None


def _plain(value: Any) -> Any:
    return (
        str(value) if isinstance(value, UUID) else value.isoformat() if hasattr(value, "isoformat") else value
    )
