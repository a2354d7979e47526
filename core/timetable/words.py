"""The fixed words of the timetable, as the database, the API and the screens know them."""

from enum import StrEnum


class TradeCode(StrEnum):
    BUS = "bus"
    FLIGHT = "flight"
    CINEMA = "cinema"


class PlaceKind(StrEnum):
    STATION = "station"
    STOP = "stop"
    AIRPORT = "airport"
    CINEMA = "cinema"


class ScheduleStatus(StrEnum):
    """A delay is not a status but an estimated time, so that a delayed flight can board."""

    SCHEDULED = "scheduled"
    BOARDING = "boarding"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


#: Seats are sold while a schedule is in one of these.
ON_SALE = (ScheduleStatus.SCHEDULED, ScheduleStatus.BOARDING)
