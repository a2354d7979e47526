"""Passenger names and contact, given while the seats are held."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from core.booking.contact import check_email, check_phone
from core.booking.own import lock_reservation
from core.booking.parties import Holder
from core.booking.rules import clean_text
from core.kernel.activity import Actor, record
from core.kernel.db import transaction

_CONTACT = text("""
UPDATE reservations SET contact_email = :email, contact_phone = :phone, language = coalesce(:language, language)
WHERE id = :id
""")
_BEFORE = text("SELECT contact_email, contact_phone, language FROM reservations WHERE id = :id")
_NAME = text("UPDATE passengers SET full_name = :name WHERE id = :id AND reservation_id = :reservation_id")


def set_details(
    reservation_id: UUID,
    holder: Holder,
    actor: Actor,
    *,
    contact_email: str | None = None,
    contact_phone: str | None = None,
    names: Mapping[UUID, str] | None = None,
    language: str | None = None,
) -> None:
    """Keep contact and names (passenger id -> name; empty forgets one).

    Raises NotFound, HoldExpired, NotActive, BadPassenger with the field.
    """
    email, phone = check_email(contact_email), check_phone(contact_phone)
    clean = {passenger_id: clean_text(name, "full_name") for passenger_id, name in (names or {}).items()}
    with transaction() as session:
        locked = lock_reservation(reservation_id, holder)
        locked.require_open()
        before = dict(session.execute(_BEFORE, {"id": reservation_id}).one()._mapping)
        contact = {"id": reservation_id, "email": email, "phone": phone, "language": language}
        session.execute(_CONTACT, contact)
        for passenger_id in sorted(clean):
            row = {"id": passenger_id, "reservation_id": reservation_id, "name": clean[passenger_id]}
            session.execute(_NAME, row)
        after = {
            "contact_email": email, "contact_phone": phone, "language": language or before["language"],
            "named": [str(passenger_id) for passenger_id in sorted(clean)],
        }  # fmt: skip
        change = {"before": before, "after": after}
        record(
            actor, "reservation.details_changed", "reservation", reservation_id,
            operator_id=locked.row.operator_id, **change,
        )  # fmt: skip
