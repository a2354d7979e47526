"""What a kiosk may sell: from its own station, of the operators that it was given, while it is in service."""

from uuid import UUID

from core.accounts.kiosks import KioskDevice
from core.accounts.rules import require_scope
from core.timetable.queries import boarding_stop


def require_boarding(device: KioskDevice, schedule_id: UUID, position: int) -> None:
    """Raises Forbidden `other_station` unless one boards at the device's station, `operator_not_sold`, and Conflict
    `out_of_order`. A stop that does not exist is no matter of rights: reserving says so.
    """
    device.rights.require_service()
    found = boarding_stop(schedule_id, position)
    if found is not None:
        place, operator = found
        require_scope({device.place_id}, (place,))
        device.rights.require_operator(operator)


def require_later_leg(device: KioskDevice, schedule_id: UUID, position: int) -> None:
    """For what follows on the first departure of a journey: it may board elsewhere. Raises Forbidden `operator_not_sold`."""
    found = boarding_stop(schedule_id, position)
    if found is not None:
        device.rights.require_operator(found[1])
