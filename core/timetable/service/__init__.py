"""What staff and programs do to the timetable. Every function is one use case: checked, stored, logged, or refused with a
sentence.
"""

from core.timetable.service.network import (
    PlannedStop,
    change_place,
    change_route,
    create_pattern,
    create_place,
    create_route,
)
from core.timetable.service.operators import CodeTaken, change_operator, change_policy, create_operator
from core.timetable.service.schedules import (
    cancel_schedule,
    change_schedule,
    create_schedule,
    generate_seats,
    set_status,
)
from core.timetable.service.vehicles import (
    LayoutInUse,
    change_layout,
    change_vehicle,
    create_layout,
    create_vehicle,
    store_layout,
)

__all__ = [
    "CodeTaken",
    "LayoutInUse",
    "PlannedStop",
    "cancel_schedule",
    "change_layout",
    "change_operator",
    "change_place",
    "change_policy",
    "change_route",
    "change_schedule",
    "change_vehicle",
    "create_layout",
    "create_operator",
    "create_pattern",
    "create_place",
    "create_route",
    "create_schedule",
    "create_vehicle",
    "generate_seats",
    "set_status",
    "store_layout",
]
