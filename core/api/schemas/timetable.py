"""Places, routes, schedules, and connections between two places."""

import datetime as dt
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from core.api.schemas.fields import Input, Money, Output, Page, Position, Query, Word, instant, text_id
from core.timetable.queries import Departure, ScheduleFacts, StopFacts


class PlaceFilter(Page):
    """`q` is the beginning of any word of a name, in any spelling."""

    q: Annotated[Word | None, Field(description="What somebody types")] = None


class PlaceOut(Output):
    """A station, stop, airport or cinema."""

    id: UUID
    code: str
    name: str
    kind: str
    city: str | None
    country: str | None
    timezone: str
    latitude: float | None
    longitude: float | None


class PlaceList(Output):
    """Places: the best match first when searched for, else by name."""

    places: list[PlaceOut]
    next_cursor: str | None


class RouteFilter(Page):
    """Which routes."""

    operator_id: UUID | None = None


class RouteOut(Output):
    """A line that the public knows."""

    id: UUID
    operator_id: UUID
    operator_name: str
    code: str
    name: str
    color: str | None
    distance_m: int | None


class RouteList(Output):
    """Routes by name."""

    routes: list[RouteOut]
    next_cursor: str | None


class PatternStopOut(Output):
    """A call; offsets are seconds from the departure at the first stop."""

    position: int
    place_id: UUID
    name: str
    arrival_offset: int
    departure_offset: int
    boarding: bool
    alighting: bool


class PatternOut(Output):
    """An ordered list of stops."""

    id: UUID
    headsign: str | None
    stops: list[PatternStopOut]


class RouteDetails(RouteOut):
    """A route with the patterns it runs, at most 20."""

    patterns: list[PatternOut]


class ScheduleFilter(Page):
    """Which schedules: of a route or operator, on a service day."""

    route_id: UUID | None = None
    operator_id: UUID | None = None
    date: Annotated[dt.date | None, Field(description="Service day of the timetable")] = None


class ScheduleOut(Output):
    """One dated run."""

    id: UUID
    operator_id: UUID
    operator_name: str
    route_id: UUID
    route_name: str
    number: str | None
    headsign: str | None
    service_date: dt.date
    departure_at: datetime
    arrival_at: datetime
    estimated_departure_at: datetime | None
    platform: str | None
    status: str
    currency: str


class ScheduleList(Output):
    """Schedules, soonest first."""

    schedules: list[ScheduleOut]
    next_cursor: str | None


class StopOut(Output):
    """A call of a run."""

    position: int
    place_id: UUID
    name: str
    timezone: str
    arrival_at: datetime
    departure_at: datetime
    boarding: bool
    alighting: bool
    on_request: bool


class ScheduleDetails(ScheduleOut):
    """A run with its stops, seats left and the lowest price for its whole length."""

    trade: str
    vehicle_number: str | None
    layout_id: UUID
    stops: list[StopOut]
    seats_left: int
    price_from: Money | None


class Connections(Query):
    """A search. Places by id or code; the date is local at the origin."""

    origin: Word
    destination: Word
    date: dt.date
    sort: Literal["price", "departure", "duration"] = "price"
    include_sold_out: bool = False
    passengers: Annotated[int, Field(ge=1, le=50)] = 1
    limit: Annotated[int, Field(ge=1, le=50)] = 50
    cursor: Annotated[str | None, Field(max_length=300)] = None


class ConnectionOut(Output):
    """A run from where one gets on to where one gets off."""

    schedule_id: UUID
    operator_id: UUID
    operator_name: str
    route_id: UUID
    route_name: str
    number: str | None
    headsign: str | None
    from_position: int
    to_position: int
    origin_id: UUID
    origin: str
    origin_timezone: str
    destination_id: UUID
    destination: str
    destination_timezone: str
    departure_at: datetime
    arrival_at: datetime
    estimated_departure_at: datetime | None
    duration_minutes: int
    sales_close_at: datetime
    platform: str | None
    status: str
    via: list[str]
    seats_left: int
    price_from: Money | None


class ConnectionList(Output):
    """What was found."""

    connections: list[ConnectionOut]
    next_cursor: str | None


class StretchQuery(Query):
    """From which stop to which: their positions. Left out: the first and the last."""

    from_position: Annotated[Position | None, Field(alias="from")] = None
    to_position: Annotated[Position | None, Field(alias="to")] = None


class BestQuery(StretchQuery):
    """A stretch, for how many, and how many of them need a wheelchair place."""

    count: Annotated[int, Field(ge=1, le=50, description="Seats in all, wheelchair places included.")] = 1
    wheelchairs: Annotated[int, Field(ge=0, le=50, description="How many are wheelchair places.")] = 0


class SeatOut(Output):
    """A seat and its state; `held_until` while somebody is buying it."""

    id: UUID
    number: str
    deck: int
    row: int
    column: int
    type: str
    features: list[str]
    state: Literal["available", "reserved", "booked", "checked_in", "blocked"]
    held_until: datetime | None
    price: Money | None


class LayoutOut(Output):
    """The grid that the seats stand on."""

    name: str
    rows: int
    columns: int
    decks: int
    fixtures: list[dict[str, Any]]


class SeatMapOut(Output):
    """All seats on a stretch. `version` changes whenever a state does."""

    schedule_id: UUID
    from_position: int
    to_position: int
    version: int
    available: int
    layout: LayoutOut
    seats: list[SeatOut]


class BestSeatsOut(Output):
    """The best seats as things stand: wheelchair places first, then their companions' seats, then the others. None when
    there are not that many.
    """

    schedule_id: UUID
    from_position: int
    to_position: int
    seats: list[SeatOut]


class AvailabilityRequest(Input):
    """Seats that somebody would like on a stretch."""

    from_position: Position
    to_position: Position
    seat_ids: Annotated[list[UUID], Field(min_length=1, max_length=50)]


class SeatStateOut(Output):
    """A seat's present state."""

    id: UUID
    number: str
    state: str


class Availability(Output):
    """Whether all of them can be had now; nothing is held."""

    available: bool
    seats: list[SeatStateOut]
    price: Money | None


class GeneratedSeats(Output):
    """How many seats the schedule's layout has."""

    schedule_id: UUID
    layout_id: UUID
    seats: int


def schedule_json(facts: ScheduleFacts) -> dict[str, Any]:
    """A run as `ScheduleOut`."""
    return {
        "id": str(facts.schedule_id),
        "operator_id": str(facts.operator_id),
        "operator_name": facts.operator_name,
        "route_id": str(facts.route_id),
        "route_name": facts.route_name,
        "number": facts.number,
        "headsign": facts.headsign,
        "service_date": facts.service_date.isoformat(),
        "departure_at": instant(facts.departure_at),
        "arrival_at": instant(facts.arrival_at),
        "estimated_departure_at": instant(facts.estimated_departure_at),
        "platform": facts.platform,
        "status": facts.status,
        "currency": facts.currency,
    }


def stop_json(stop: StopFacts) -> dict[str, Any]:
    """A call as `StopOut`."""
    return {
        "position": stop.position,
        "place_id": str(stop.place_id),
        "name": stop.name,
        "timezone": stop.timezone,
        "arrival_at": instant(stop.arrival_at),
        "departure_at": instant(stop.departure_at),
        "boarding": stop.boarding,
        "alighting": stop.alighting,
        "on_request": stop.on_request,
    }


def connection_json(found: Departure) -> dict[str, Any]:
    """A connection as `ConnectionOut`, without seats and price."""
    return {
        "schedule_id": str(found.schedule_id),
        "operator_id": str(found.operator_id),
        "operator_name": found.operator_name,
        "route_id": text_id(found.route_id),
        "route_name": found.route_name,
        "number": found.number,
        "headsign": found.headsign,
        "from_position": found.from_position,
        "to_position": found.to_position,
        "origin_id": str(found.origin_id),
        "origin": found.origin_name,
        "origin_timezone": found.timezone,
        "destination_id": str(found.destination_id),
        "destination": found.destination_name,
        "destination_timezone": found.destination_timezone,
        "departure_at": instant(found.departure_at),
        "arrival_at": instant(found.arrival_at),
        "estimated_departure_at": instant(found.estimated_departure_at),
        "duration_minutes": int((found.arrival_at - found.departure_at).total_seconds() // 60),
        "sales_close_at": instant(found.sales_close_at),
        "platform": found.platform,
        "status": found.status,
        "via": found.via,
    }
