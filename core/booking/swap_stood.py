"""Changes of bookings that somebody is paying for in this moment: what they were worked out from names seats, and the seats of
the whole run have just become others. The change itself is as it was agreed, so it is put right and not lost.
"""

import json
from collections.abc import Collection, Mapping
from uuid import UUID

from core.inventory.plans import PlanSeat
from core.kernel.db import run

_OPEN = """
SELECT reservation_id, stood FROM booking_changes
WHERE booking_id = ANY(%(ids)s::uuid[]) AND done_at IS NULL ORDER BY reservation_id FOR UPDATE
"""
_WRITE = "UPDATE booking_changes SET stood = %(stood)s::jsonb WHERE reservation_id = %(id)s"


def put_right(seats: Mapping[UUID, PlanSeat], booking_ids: Collection[str]) -> None:
    """Let every open change of these bookings stand on the new seats of the passengers (by id). In the open transaction."""
    for change in run(_OPEN, {"ids": sorted(booking_ids)}).fetchall():
        were = change.stood["seats"]
        now = {who: str(seats[UUID(who)].id) if UUID(who) in seats else seat for who, seat in were.items()}
        run(_WRITE, {"id": change.reservation_id, "stood": json.dumps({**change.stood, "seats": now})})
