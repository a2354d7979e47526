"""Places, routes and patterns. A pattern never changes: another timetable is another pattern."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from core.kernel.activity import Actor
from core.kernel.db import require_transaction, transaction
from core.kernel.errors import RuleBroken
from core.timetable.models import Operator, Pattern, PatternStop, Place, Route
from core.timetable.rules import Call, call_faults, distance_m, fingerprint, fold
from core.timetable.service import checks, records

MOST_STOPS = 1000
_LONGEST_SECONDS = 31 * 24 * 3600

_PLACE_CHECKS: dict[str, Callable[[Any], Any]] = {
    "code": lambda v: checks.code(v, "code", 80),
    "name": lambda v: checks.text(v, "name", 200),
    "kind": checks.place_kind,
    "city": lambda v: checks.optional_text(v, "city", 120),
    "country": checks.country,
    "timezone": checks.zone,
    "latitude": lambda v: checks.degrees(v, "latitude", 90),
    "longitude": lambda v: checks.degrees(v, "longitude", 180),
    "languages": checks.languages,
    "active": lambda v: checks.yes_no(v, "active"),
}
_ROUTE_CHECKS: dict[str, Callable[[Any], Any]] = {
    "code": lambda v: checks.code(v, "code", 80),
    "name": lambda v: checks.text(v, "name", 300),
    "distance_m": lambda v: None if v is None else checks.whole(v, "distance_m", 0, 50_000_000),
    "color": checks.color,
    "active": lambda v: checks.yes_no(v, "active"),
}


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A stop of a new pattern. Offsets: elapsed seconds from the departure of the first stop."""

    place_id: UUID
    arrival_offset: int
    departure_offset: int
    boarding: bool = True
    alighting: bool = True
    on_request: bool = False


def create_place(*, code: str, name: str, timezone: str, actor: Actor, **more: Any) -> UUID:
    """A new place. Raises RuleBroken `invalid_<field>`, CodeTaken."""
    values = _checked_place({"code": code, "name": name, "timezone": timezone, **more})
    with transaction():
        return records.create(Place, "place", values, actor)


def change_place(place_id: UUID, actor: Actor, **changes: Any) -> None:
    """Change what is given. Raises NotFound, RuleBroken, CodeTaken."""
    values = _checked_place(changes)
    with transaction():
        place = records.lock(Place, place_id, "There is no such place.")
        records.change(place, "place", values, actor)


def create_route(*, operator_id: UUID, code: str, name: str, actor: Actor, **more: Any) -> UUID:
    """A new route of an operator. Raises NotFound, RuleBroken `invalid_<field>`, CodeTaken."""
    values = _checked({"code": code, "name": name, **more}, _ROUTE_CHECKS)
    with transaction():
        records.lock(Operator, operator_id, "There is no such operator.")
        return records.create(Route, "route", {"operator_id": operator_id, **values}, actor, operator_id)


def change_route(route_id: UUID, actor: Actor, **changes: Any) -> None:
    """Change what is given. Raises NotFound, RuleBroken, CodeTaken."""
    values = _checked(changes, _ROUTE_CHECKS)
    with transaction():
        route = records.lock(Route, route_id, "There is no such route.")
        records.change(route, "route", values, actor, operator_id=route.operator_id)


def create_pattern(
    *, route_id: UUID, stops: Sequence[PlannedStop], actor: Actor, headsign: str | None = None
) -> UUID:
    """The stops of a route with their times; the pattern that is there already when it is the same.

    Nobody gets on at the last stop or off at the first, whatever is given. Distances are straight lines between stops.
    Raises NotFound and RuleBroken `invalid_stops`, with one sentence for the first fault.
    """
    if len(stops) > MOST_STOPS or any(abs(s.departure_offset) > _LONGEST_SECONDS for s in stops):
        checks.refuse("stops", "A pattern has at most 1,000 stops and takes at most 31 days.")
    headsign = checks.optional_text(headsign, "headsign", 200)
    with transaction() as session:
        route = records.lock(Route, route_id, "There is no such route.")
        calls = _calls(stops)
        mark = fingerprint(calls, headsign)
        same = select(Pattern.id).where(Pattern.route_id == route_id, Pattern.fingerprint == mark)
        found: UUID | None = session.execute(same).scalar()
        if found:
            return found
        values = {"route_id": route_id, "fingerprint": mark, "headsign": headsign, "legs": len(calls) - 1}
        pattern_id = records.create(Pattern, "pattern", values, actor, route.operator_id)
        session.execute(insert(PatternStop), [_stop_row(pattern_id, n, call) for n, call in enumerate(calls)])
        return pattern_id


def _calls(stops: Sequence[PlannedStop]) -> list[Call]:
    along = _distances([stop.place_id for stop in stops])
    last = len(stops) - 1
    calls = [
        Call(
            place_id=stop.place_id,
            arrival_offset=0 if n == 0 else stop.arrival_offset,
            departure_offset=stop.arrival_offset if n == last else stop.departure_offset,
            boarding=stop.boarding and n < last,
            alighting=stop.alighting and n > 0,
            on_request=stop.on_request,
            distance_m=along[n] if along else None,
        )
        for n, stop in enumerate(stops)
    ]
    faults = call_faults(calls)
    if faults:
        raise RuleBroken(faults[0], code="invalid_stops", field="stops", faults=faults)
    return calls


def _distances(place_ids: Sequence[UUID]) -> list[int] | None:
    rows = require_transaction().execute(
        select(Place.id, Place.latitude, Place.longitude).where(Place.id.in_(set(place_ids)))
    )
    positions: Mapping[UUID, tuple[float | None, float | None]] = {
        row.id: (row.latitude, row.longitude) for row in rows
    }
    if len(positions) < len(set(place_ids)):
        checks.refuse("stops", "A stop is at a place that does not exist.")
    total, along = 0, [0]
    for before, after in pairwise(place_ids):
        (lat_a, lon_a), (lat_b, lon_b) = positions[before], positions[after]
        if lat_a is None or lon_a is None or lat_b is None or lon_b is None:
            return None
        total += distance_m((lat_a, lon_a), (lat_b, lon_b))
        along.append(total)
    return along


def _stop_row(pattern_id: UUID, position: int, call: Call) -> dict[str, Any]:
    return {
        "pattern_id": pattern_id,
        "position": position,
        "place_id": call.place_id,
        "arrival_offset": call.arrival_offset,
        "departure_offset": call.departure_offset,
        "boarding": call.boarding,
        "alighting": call.alighting,
        "on_request": call.on_request,
        "distance_m": call.distance_m,
    }


def _checked(values: Mapping[str, Any], known: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    checks.known_fields(values, known)
    return {name: known[name](value) for name, value in values.items()}


def _checked_place(values: Mapping[str, Any]) -> dict[str, Any]:
    found = _checked(values, _PLACE_CHECKS)
    if "name" in found:
        found["search_name"] = fold(found["name"])
    return found
