"""Where a device may sell from: a kiosk's rights end at its own station."""

from collections.abc import Collection
from uuid import UUID

from core.accounts.rules import require_scope
from core.timetable.queries import boarding_place


def require_boarding(stations: Collection[UUID], schedule_id: UUID, position: int) -> None:
    """Raises Forbidden `other_station` unless one boards at one of the stations. A stop that does not exist is no matter
    of rights: reserving says so.
    """
    place = boarding_place(schedule_id, position)
    if place is not None:
        require_scope(stations, (place,))
