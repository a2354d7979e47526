"""Reads of the timetable for screens and the API: departures of a place, connections, places by name, one schedule.

Prices and seats left are joined by the caller, one statement each for a whole list (see `Departure.stretch`).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from core.kernel.db import db
from core.kernel.errors import Malformed, NotFound
from core.timetable.rules import fold, local_day
from core.timetable.statements import (
    DEPARTURES,
    FIND_PLACES,
    NEXT_DESTINATIONS,
    SCHEDULE_HEAD,
    SCHEDULE_STOPS,
    SEARCH,
)

#: A run that is this late is still shown on the board of a stop.
LATEST_DELAY = timedelta(hours=12)
#: Bounds of the first and last instants that a list may ask for, so that arithmetic on them cannot overflow.
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(9990, 12, 31)


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """A place as a list of choices shows it."""

    id: UUID
    code: str
    name: str
    kind: str
    city: str | None
    country: str | None
    timezone: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True)
class Departure:
    """One run, from the stop where the traveller gets on to the stop where they get off. Instants are UTC.

    `timezone` is that of the origin, `destination_timezone` that of the destination; `via` names the stops between.
    """

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
    origin_name: str
    destination_id: UUID
    destination_name: str
    departure_at: datetime
    arrival_at: datetime
    timezone: str
    destination_timezone: str
    estimated_departure_at: datetime | None
    platform: str | None
    status: str
    via: list[str]
    currency: str
    layout_id: UUID
    sales_close_at: datetime

    @property
    def legs(self) -> int:
        """How many legs the traveller rides."""
        return self.to_position - self.from_position

    @property
    def stretch(self) -> tuple[UUID, int, int]:
        """The key under which prices and seats left are asked for: schedule, from and to position."""
        return self.schedule_id, self.from_position, self.to_position


@dataclass(frozen=True, slots=True)
class StopFacts:
    """A call of one dated run; instants are UTC."""

    position: int
    place_id: UUID
    name: str
    timezone: str
    arrival_at: datetime
    departure_at: datetime
    boarding: bool
    alighting: bool
    on_request: bool
    distance_m: int | None


@dataclass(frozen=True, slots=True)
class ScheduleFacts:
    """One dated run with all its stops."""

    schedule_id: UUID
    operator_id: UUID
    operator_code: str
    operator_name: str
    trade: str
    route_id: UUID
    route_code: str
    route_name: str
    pattern_id: UUID
    headsign: str | None
    vehicle_id: UUID | None
    vehicle_number: str | None
    layout_id: UUID
    number: str | None
    service_date: date
    departure_at: datetime
    arrival_at: datetime
    estimated_departure_at: datetime | None
    platform: str | None
    currency: str
    status: str
    policy_id: UUID
    sales_close_minutes: int
    stops: tuple[StopFacts, ...]

    def stop(self, position: int) -> StopFacts:
        """The call at that position; NotFound when the run has none."""
        if not 0 <= position < len(self.stops):
            raise NotFound("This run does not call there.")
        return self.stops[position]

    def sales_close_at(self, position: int) -> datetime:
        """When selling ends for travellers who get on at that position."""
        return self.stop(position).departure_at - timedelta(minutes=self.sales_close_minutes)


def departures(
    place_id: UUID,
    *,
    after: datetime | None = None,
    hours: int = 24,
    limit: int = 50,
    destination_id: UUID | None = None,
    text: str | None = None,
) -> list[Departure]:
    """The next departures of a place, soonest first: its board. Cancelled runs are listed as such until their time.

    A run goes to its last stop, unless `destination_id` or `text` (the beginning of any word of a name) names a later
    stop where one may get off: then it goes there, and runs that do not are left out. `after` defaults to now.
    """
    words = _words(text) if text else []
    if text and not words:
        return []
    rows = _rows(
        DEPARTURES(len(words), to_place=destination_id is not None),
        place_id=place_id,
        destination_id=destination_id,
        after=_bounded(after),
        span=timedelta(hours=max(0, min(hours, 24 * 366))),
        latest_delay=LATEST_DELAY,
        limit=_limit(limit),
        **_word_parameters(words),
    )
    return [_departure(row) for row in rows]


def search(
    origin_id: UUID, destination_id: UUID, local_date: date, *, limit: int = 50, cursor: str | None = None
) -> list[Departure]:
    """Runs on sale that take a traveller from one place to another on a local date of the origin, soonest first.

    Any two stops of a pattern in order, where one may get on and off; what has left is not listed. Go on with
    `cursor_after(the last one)`. Raises NotFound for an unknown origin, Malformed for a cursor of another kind.
    """
    zone = _zone_of(origin_id)
    if not FIRST_DAY <= local_date <= LAST_DAY:
        return []
    begin, end = local_day(local_date, zone)
    after, after_id, after_position = _read_cursor(cursor) if cursor else (begin, UUID(int=0), -1)
    rows = _rows(
        SEARCH,
        origin_id=origin_id,
        destination_id=destination_id,
        begin=max(begin, after),
        end=end,
        after=after,
        after_id=after_id,
        after_position=after_position,
        limit=_limit(limit),
    )
    return [_departure(row) for row in rows]


def cursor_after(departure: Departure) -> str:
    """Where the next page of a search begins, as an opaque word."""
    plain = f"{departure.departure_at.isoformat()}|{departure.schedule_id}|{departure.from_position}"
    return base64.urlsafe_b64encode(plain.encode()).decode()


def find_places(text: str, limit: int = 20) -> list[PlaceFound]:
    """Places whose name has a word beginning with each word of the text, however it is spelled; busiest first."""
    words = _words(text)
    if not words:
        return []
    rows = _rows(
        FIND_PLACES(len(words)), whole=" ".join(words), limit=_limit(limit), **_word_parameters(words)
    )
    return [PlaceFound(**row) for row in rows]


def next_destinations(place_id: UUID, *, hours: int = 24, limit: int = 200) -> list[PlaceFound]:
    """Where one can go from a place in the coming hours without changing, most departures first."""
    rows = _rows(NEXT_DESTINATIONS, place_id=place_id, span=timedelta(hours=hours), limit=_limit(limit))
    return [PlaceFound(**row) for row in rows]


def schedule_facts(schedule_id: UUID) -> ScheduleFacts:
    """Everything about one run: who, which route and vehicle, when and where it stops. Raises NotFound."""
    heads = _rows(SCHEDULE_HEAD, schedule_id=schedule_id)
    if not heads:
        raise NotFound("There is no such departure.")
    head = heads[0]
    stops = _rows(SCHEDULE_STOPS, pattern_id=head["pattern_id"], departure_at=head["departure_at"])
    return ScheduleFacts(**head, stops=tuple(StopFacts(**row) for row in stops))


def boarding_stop(schedule_id: UUID, position: int) -> tuple[UUID, UUID] | None:
    """Place and operator of a stop of a schedule's pattern, or None when there is no such schedule or stop."""
    found = _rows(
        "SELECT x.place_id, s.operator_id FROM schedules s JOIN pattern_stops x ON x.pattern_id = s.pattern_id "
        "WHERE s.id = :schedule_id AND x.position = :position",
        schedule_id=schedule_id,
        position=position,
    )
    return (found[0]["place_id"], found[0]["operator_id"]) if found else None


def _rows(statement: str, **parameters: Any) -> list[dict[str, Any]]:
    result = db.session.execute(text(statement), parameters)
    return [dict(row) for row in result.mappings()]


def _departure(row: dict[str, Any]) -> Departure:
    return Departure(**{**row, "via": row["via"] or []})


def _zone_of(place_id: UUID) -> ZoneInfo:
    rows = _rows("SELECT timezone FROM places WHERE id = :place_id", place_id=place_id)
    if not rows:
        raise NotFound("There is no such place.")
    return ZoneInfo(rows[0]["timezone"])


def _words(text: str) -> list[str]:
    return fold(text[:200]).split()[:8]


def _word_parameters(words: list[str]) -> dict[str, str]:
    """Folded words have letters and digits only, so nothing in them means something to LIKE."""
    return {f"word{number}": word for number, word in enumerate(words)}


def _limit(limit: int) -> int:
    return max(1, min(limit, 500))


def _bounded(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    first = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC)
    last = datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, tzinfo=UTC)
    return max(first, min(moment, last))


def _read_cursor(cursor: str) -> tuple[datetime, UUID, int]:
    try:
        at, schedule, position = base64.urlsafe_b64decode(cursor.encode()).decode().split("|")
        return datetime.fromisoformat(at).astimezone(UTC), UUID(schedule), int(position) % 32767
    except (ValueError, binascii.Error, OverflowError):
        raise Malformed("The cursor is not one of ours.", code="bad_cursor") from None
