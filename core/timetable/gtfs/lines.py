"""Stores a feed's stops, routes and patterns. Places and routes follow the feed; patterns are found by fingerprint."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update

from core.kernel.db import require_transaction
from core.kernel.ids import new_id
from core.timetable.gtfs.bulk import copy_rows
from core.timetable.gtfs.business import StoredOperator, country_of, scoped_code
from core.timetable.gtfs.feed import Feed
from core.timetable.gtfs.patterns import TripPlan
from core.timetable.gtfs.report import Report, Tally
from core.timetable.models import Pattern, Place, Route
from core.timetable.rules import Call, fingerprint, fold

_PLACE_FACTS = ("name", "search_name", "kind", "country", "timezone", "latitude", "longitude")
_ROUTE_FACTS = ("name", "gtfs_type", "color")


@dataclass(frozen=True, slots=True)
class StoredPattern:
    """What the schedules of a pattern need of it; `duration` in seconds."""

    id: UUID
    route_id: UUID
    duration: int


def store_places(feed: Feed, feed_code: str, report: Report) -> dict[str, UUID]:
    """A place for every stop and station, by stop id."""
    wanted = {scoped_code(feed_code, stop.id, 80): stop for stop in feed.stops.values()}
    facts = {
        code: {
            "name": stop.name,
            "search_name": fold(stop.name),
            "kind": stop.kind,
            "country": country_of(stop.timezone),
            "timezone": stop.timezone,
            "latitude": stop.latitude,
            "longitude": stop.longitude,
        }
        for code, stop in wanted.items()
    }
    columns = [getattr(Place, name) for name in _PLACE_FACTS]
    rows = require_transaction().execute(select(Place.id, Place.code, *columns).where(Place.code.in_(wanted)))
    there = {code: (place_id, dict(zip(_PLACE_FACTS, known, strict=True))) for place_id, code, *known in rows}
    ids = _follow(Place, facts, there, report.tally("places"), lambda code: {"code": code})
    return {stop.id: ids[code] for code, stop in wanted.items()}


def store_routes(feed: Feed, operators: dict[str, StoredOperator], report: Report) -> dict[str, UUID]:
    """A route for every GTFS route, by its id."""
    wanted = {
        (operators[line.agency_id].id, scoped_code("", line.id, 81)[1:]): line for line in feed.lines.values()
    }
    facts = {
        key: {"name": line.name, "gtfs_type": line.type, "color": line.color} for key, line in wanted.items()
    }
    columns = [getattr(Route, name) for name in _ROUTE_FACTS]
    rows = require_transaction().execute(
        select(Route.id, Route.operator_id, Route.code, *columns).where(
            Route.operator_id.in_({operator_id for operator_id, _ in wanted})
        )
    )
    there = {
        (op, code): (route, dict(zip(_ROUTE_FACTS, known, strict=True))) for route, op, code, *known in rows
    }
    ids = _follow(
        Route, facts, there, report.tally("routes"), lambda key: {"operator_id": key[0], "code": key[1]}
    )
    return {line.id: ids[key] for key, line in wanted.items()}


def _follow(
    model: type[Place] | type[Route],
    wanted: Mapping[Any, dict[str, Any]],
    there: Mapping[Any, tuple[UUID, dict[str, Any]]],
    tally: Tally,
    key_columns: Any,
) -> dict[Any, UUID]:
    """Insert what is new, update what differs; ids by key."""
    new = {
        key: {"id": new_id(), **key_columns(key), **facts, "active": True}
        for key, facts in wanted.items()
        if key not in there
    }
    changed = {key: facts for key, facts in wanted.items() if key in there and there[key][1] != facts}
    if new:
        columns = list(next(iter(new.values())))
        copy_rows(model.__tablename__, columns, (tuple(row.values()) for row in new.values()))
    if changed:
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in next(iter(changed.values()))}
        require_transaction().connection().execute(
            update(model.__table__).where(model.__table__.c.id == bindparam("this")).values(values),  # type: ignore[arg-type]  # a mapped class's table is a Table, the annotation says less
            [
                {"this": there[key][0], **{f"new_{name}": value for name, value in facts.items()}}
                for key, facts in changed.items()
            ],
        )
    tally.new, tally.changed = len(new), len(changed)
    tally.unchanged = len(wanted) - len(new) - len(changed)
    return {**{key: found[0] for key, found in there.items()}, **{key: row["id"] for key, row in new.items()}}


def store_patterns(
    feed: Feed, plans: dict[str, TripPlan], places: dict[str, UUID], routes: dict[str, UUID], report: Report
) -> dict[str, StoredPattern]:
    """The pattern of every trip, by trip id; trips of a route with the same stops, times and rules share one."""
    by_trip = _fingerprints(feed, plans, places, routes)
    known = select(Pattern.route_id, Pattern.fingerprint, Pattern.id).where(
        Pattern.route_id.in_(routes.values())
    )
    there = {(route, mark): pattern for route, mark, pattern in require_transaction().execute(known)}
    samples = {(route, mark): (trip, calls) for trip, (route, mark, calls) in by_trip.items()}
    new = {key: new_id() for key in samples if key not in there}
    copy_rows(
        "patterns",
        ("id", "route_id", "fingerprint", "headsign", "legs"),
        (
            (new[k], *k, plans[trip].headsign, len(calls) - 1)
            for k, (trip, calls) in samples.items()
            if k in new
        ),
    )
    copy_rows(
        "pattern_stops",
        ("pattern_id", "position", "place_id", "arrival_offset", "departure_offset", "boarding", "alighting",
         "on_request", "distance_m"),
        (
            (new[key], n, c.place_id, c.arrival_offset, c.departure_offset, c.boarding, c.alighting, c.on_request,
             c.distance_m)
            for key, (_, calls) in samples.items() if key in new for n, c in enumerate(calls)
        ),
    )  # fmt: skip
    tally = report.tally("patterns")
    tally.new, tally.unchanged = len(new), len(samples) - len(new)
    ids = {**there, **new}
    return {
        trip: StoredPattern(ids[route, mark], route, calls[-1].arrival_offset)
        for trip, (route, mark, calls) in by_trip.items()
    }


def _fingerprints(
    feed: Feed, plans: dict[str, TripPlan], places: dict[str, UUID], routes: dict[str, UUID]
) -> dict[str, tuple[UUID, str, list[Call]]]:
    found = {}
    for trip_id, plan in plans.items():
        calls = [
            Call(
                places[c.stop_id], c.arrival_offset, c.departure_offset, c.boarding, c.alighting, c.on_request,
                c.distance_m,
            )
            for c in plan.calls
        ]  # fmt: skip
        found[trip_id] = (routes[feed.trips[trip_id].line_id], fingerprint(calls, plan.headsign), calls)
    return found
