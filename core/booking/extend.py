"""More time to pay: minutes are added to the old end, as often as the policy allows, never beyond the departure."""

from uuid import UUID

from sqlalchemy import text

from core.booking.own import lock_reservation
from core.booking.parties import Holder
from core.booking.requests import Held
from core.booking.rules import extended
from core.kernel.activity import Actor, record
from core.kernel.db import transaction
from core.kernel.outbox import publish
from core.pricing.rules import Quote

_EXTEND = text("UPDATE reservations SET expires_at = :expires_at, extensions = extensions + 1 WHERE id = :id")


def extend(reservation_id: UUID, holder: Holder, actor: Actor) -> Held:
    """Add the policy's extension to a running hold. Raises NotFound, HoldExpired, NotActive, InBasket, NoMoreExtensions."""
    with transaction() as session:
        locked = lock_reservation(reservation_id, holder)
        locked.require_open()
        locked.require_alone()
        row = locked.row
        terms = (row.extensions, row.extension_minutes, row.max_extensions)
        expires_at = extended(row.expires_at, *terms, locked.last_moment)
        locked.prolong(expires_at)
        session.execute(_EXTEND, {"id": reservation_id, "expires_at": expires_at})
        change = {
            "before": {"expires_at": row.expires_at.isoformat()},
            "after": {"expires_at": expires_at.isoformat()},
        }
        record(actor, "reservation.extended", "reservation", row.id, operator_id=row.operator_id, **change)
        publish("seats.changed", {"schedule_id": str(row.schedule_id)})
    return Held(reservation_id, expires_at, Quote.from_json(row.quote))
