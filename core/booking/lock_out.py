"""Locking a kiosk out: it is refused from now on, and what its travellers hold is free again."""

from uuid import UUID

from core.accounts import kiosks
from core.booking.cancel import release
from core.booking.errors import HoldExpired, NotActive
from core.kernel.activity import Actor
from core.kernel.db import fetch
from core.kernel.errors import NotFound

#: A hold that somebody is paying for stays: the money may be on its way, and counts when it comes.
_HELD = """
SELECT r.id FROM reservations r WHERE r.status = 'active' AND r.expires_at > app_now() AND r.holder_kind = 'kiosk'
  AND split_part(r.holder_id, ':', 1) = %(kiosk_id)s
  AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.reservation_id = r.id AND p.status IN ('pending', 'completed'))
ORDER BY r.schedule_id
"""


def lock_out(kiosk_id: UUID, actor: Actor) -> int:
    """Revoke the device and release what is held there, unless it is being paid for; returns how many holds.

    Raises NotFound.
    """
    kiosks.revoke(kiosk_id, actor)
    held = fetch(_HELD, {"kiosk_id": str(kiosk_id)})
    return sum(_released(row.id, actor) for row in held)


def _released(reservation_id: UUID, actor: Actor) -> bool:
    """False where it was given up, paid or run out a moment before."""
    try:
        release(reservation_id, actor, "The kiosk was locked out.")
    except (NotFound, HoldExpired, NotActive):
        return False
    return True
