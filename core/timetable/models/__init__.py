"""Tables of the timetable: the business, the network, the vehicles and the dated runs."""

from core.timetable.models.brand import Brand
from core.timetable.models.business import Operator, Policy
from core.timetable.models.network import Pattern, PatternStop, Place, Route
from core.timetable.models.runs import Schedule, TimetableImport
from core.timetable.models.vehicles import Layout, Seat, Vehicle

__all__ = [
    "Brand",
    "Layout",
    "Operator",
    "Pattern",
    "PatternStop",
    "Place",
    "Policy",
    "Route",
    "Schedule",
    "Seat",
    "TimetableImport",
    "Vehicle",
]
