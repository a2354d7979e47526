"""What a feed says, as plain records: the outcome of reading and checking, before anything is made of it."""

from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Agency:
    id: str
    name: str
    zone: ZoneInfo
    language: str | None
    url: str | None
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Stop:
    id: str
    name: str
    kind: str
    latitude: float | None
    longitude: float | None
    timezone: str
    zone: str = ""
    parent: str = ""

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees, or None when not both are known."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude


@dataclass(frozen=True, slots=True)
class Line:
    """A GTFS route."""

    id: str
    agency_id: str
    name: str
    type: int | None
    color: str | None
    network: str = ""


@dataclass(frozen=True, slots=True)
class Trip:
    id: str
    line_id: str
    service_id: str
    headsign: str | None
    number: str | None
    source_line: int


@dataclass(frozen=True, slots=True)
class Weekdays:
    """A row of calendar.txt: the weekdays (Monday first) on which a service runs between two days."""

    days: tuple[bool, ...]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class StopTime:
    """A row of stop_times.txt. Times are seconds of the service day; None is blank."""

    stop_id: str
    sequence: int
    arrival: int | None
    departure: int | None
    pickup: int
    drop_off: int
    distance: float | None
    headsign: str | None
    source_line: int


@dataclass(frozen=True, slots=True)
class Frequency:
    """A row of frequencies.txt: runs from `start` (seconds) up to but not at `end`, every `headway` seconds."""

    start: int
    end: int
    headway: int
    exact: bool


@dataclass(slots=True)
class Feed:
    agencies: dict[str, Agency] = field(default_factory=dict)
    stops: dict[str, Stop] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    trips: dict[str, Trip] = field(default_factory=dict)
    weekdays: dict[str, Weekdays] = field(default_factory=dict)
    exceptions: dict[str, dict[date, bool]] = field(default_factory=dict)
    stop_times: dict[str, list[StopTime]] = field(default_factory=dict)
    frequencies: dict[str, list[Frequency]] = field(default_factory=dict)
    #: The one currency of its fares, for operators that are new; None when it has none or several.
    currency: str | None = None

    def agency_of(self, trip: Trip) -> Agency:
        """The agency that runs a trip."""
        return self.agencies[self.lines[trip.line_id].agency_id]

    def ways(self) -> dict[str, list[tuple[str, ...]]]:
        """The different lists of stops that the trips of a route call at, in order, by route id."""
        found: dict[str, dict[tuple[str, ...], None]] = {}
        for trip_id, calls in self.stop_times.items():
            way = tuple(call.stop_id for call in calls)
            found.setdefault(self.trips[trip_id].line_id, {})[way] = None
        return {line_id: list(ways) for line_id, ways in found.items()}

    @property
    def services(self) -> set[str]:
        """Every service that a calendar file names."""
        return self.weekdays.keys() | self.exceptions.keys()
