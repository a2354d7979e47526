"""Schedules: dated runs, connections between two places, and the seats of a run."""

from typing import Any
from uuid import UUID

from flask import Response, request
from sqlalchemy import select, tuple_

from core.accounts.callers import Caller
from core.accounts.throttle import GUEST_SEARCHES, throttle
from core.api.cursors import as_id, as_instant, read_cursor, write_cursor
from core.api.endpoints import ANYONE, NOBODY_ASKED, endpoint
from core.api.finding import find
from core.api.resources.places import place_id_of
from core.api.schemas.fields import instant, money
from core.api.schemas.timetable import (
    Availability,
    AvailabilityRequest,
    BestQuery,
    BestSeatsOut,
    ConnectionList,
    Connections,
    GeneratedSeats,
    ScheduleDetails,
    ScheduleFilter,
    ScheduleList,
    ScheduleOut,
    SeatMapOut,
    StretchQuery,
    schedule_json,
    stop_json,
)
from core.api.seat_maps import best_seats, prices_of_seats, seat_map_text
from core.booking.errors import UnknownSeat
from core.inventory.plans import plan
from core.inventory.queries import available_counts, seat_map
from core.inventory.states import AVAILABLE
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.pricing.queries import price_from
from core.timetable.models import Operator, Pattern, Route, Schedule
from core.timetable.queries import schedule_facts

_COLUMNS = (
    Schedule.id, Schedule.operator_id, Operator.name.label("operator_name"), Schedule.route_id,
    Route.name.label("route_name"), Schedule.number, Pattern.headsign, Schedule.service_date, Schedule.departure_at,
    Schedule.arrival_at, Schedule.estimated_departure_at, Schedule.platform, Schedule.status, Schedule.currency,
)  # fmt: skip
_IDS = ("id", "operator_id", "route_id")
_TIMES = ("departure_at", "arrival_at", "estimated_departure_at")


@endpoint("GET", "/schedules", access=NOBODY_ASKED, query=ScheduleFilter, answer=ScheduleList, errors=(400,))
def index(query: ScheduleFilter) -> Any:
    """Schedules by departure."""
    wanted = (
        select(*_COLUMNS)
        .join(Operator, Operator.id == Schedule.operator_id)
        .join(Route, Route.id == Schedule.route_id)
        .join(Pattern, Pattern.id == Schedule.pattern_id)
        .order_by(Schedule.departure_at, Schedule.id)
        .limit(query.limit + 1)
    )
    for column, value in ((Schedule.route_id, query.route_id), (Schedule.operator_id, query.operator_id),
                          (Schedule.service_date, query.date)):  # fmt: skip
        if value is not None:
            wanted = wanted.where(column == value)
    if query.cursor:
        at, schedule_id = read_cursor(query.cursor, str, str)
        wanted = wanted.where(
            tuple_(Schedule.departure_at, Schedule.id) > tuple_(as_instant(at), as_id(schedule_id))
        )
    found = db.session.execute(wanted).all()
    page = found[: query.limit]
    last = page[-1] if len(found) > query.limit else None
    more = write_cursor(last.departure_at.isoformat(), str(last.id)) if last else None
    return {"schedules": [_json(row) for row in page], "next_cursor": more}


@endpoint(
    "GET",
    "/schedules/search",
    access=ANYONE,
    query=Connections,
    answer=ConnectionList,
    errors=(400, 404, 429),
)
def search(caller: Caller, query: Connections) -> Any:
    """Runs from one place to another on a local day: the cheapest first, sold-out ones only when asked for."""
    if caller.is_guest:
        throttle("search", GUEST_SEARCHES, request.remote_addr)
    return find(query, place_id_of(query.origin), place_id_of(query.destination))


@endpoint("GET", "/schedules/<uuid:schedule_id>", access=NOBODY_ASKED, answer=ScheduleOut, errors=(404,))
def show(schedule_id: UUID) -> Any:
    """One run."""
    return schedule_json(schedule_facts(schedule_id))


@endpoint(
    "GET", "/schedules/<uuid:schedule_id>/details", access=NOBODY_ASKED, answer=ScheduleDetails, errors=(404,)
)
def details(schedule_id: UUID) -> Any:
    """One run with its stops, the seats left and the lowest price for its whole length."""
    facts = schedule_facts(schedule_id)
    whole = (schedule_id, 0, len(facts.stops) - 1)
    cheapest = price_from([whole]).get(whole)
    return {
        **schedule_json(facts),
        "trade": facts.trade,
        "vehicle_number": facts.vehicle_number,
        "layout_id": str(facts.layout_id),
        "stops": [stop_json(stop) for stop in facts.stops],
        "seats_left": available_counts([whole]).get(whole, 0),
        "price_from": cheapest.as_json() if cheapest else None,
    }


@endpoint("GET", "/schedules/<uuid:schedule_id>/seats", access=NOBODY_ASKED, query=StretchQuery, answer=SeatMapOut, errors=(404,))  # fmt: skip
def seats(schedule_id: UUID, query: StretchQuery) -> Any:
    """Every seat with its state, type and price on a stretch, and the version of the whole."""
    return Response(seat_map_text(schedule_id, *_positions(schedule_id, query)), mimetype="application/json")


@endpoint("GET", "/schedules/<uuid:schedule_id>/best", access=NOBODY_ASKED, query=BestQuery, answer=BestSeatsOut, errors=(404,))  # fmt: skip
def best(schedule_id: UUID, query: BestQuery) -> Any:
    """The best seats for a party on a stretch, wheelchair places among them if asked for. Nothing is held."""
    first, last = _positions(schedule_id, query)
    found = best_seats((schedule_id, first, last), query.count, query.wheelchairs)
    return {"schedule_id": str(schedule_id), "from_position": first, "to_position": last, "seats": found}


@endpoint("POST", "/schedules/<uuid:schedule_id>/check-availability", access=NOBODY_ASKED, body=AvailabilityRequest, answer=Availability, errors=(404,))  # fmt: skip
def check_availability(schedule_id: UUID, body: AvailabilityRequest) -> Any:
    """Whether these seats can be had now, and what they cost an adult each together. Nothing is held."""
    found = {seat.id: seat for seat in seat_map(schedule_id, body.from_position, body.to_position).seats}
    chosen = [found.get(seat_id) for seat_id in dict.fromkeys(body.seat_ids)]
    if None in chosen:
        raise UnknownSeat
    prices = prices_of_seats(schedule_id, body.from_position, body.to_position)
    known = [seat for seat in chosen if seat is not None]
    each = [prices.get(seat.id) for seat in known]
    total = money(sum(p["amount"] for p in each if p), each[0]["currency"]) if each[0] else None
    return {
        "available": all(seat.state == AVAILABLE for seat in known),
        "seats": [{"id": str(seat.id), "number": seat.number, "state": seat.state} for seat in known],
        "price": total,
    }


@endpoint("POST", "/schedules/<uuid:schedule_id>/generate-seats", access="timetable.edit", answer=GeneratedSeats, errors=(404,))  # fmt: skip
def generate_seats(caller: Caller, schedule_id: UUID) -> Any:  # noqa: ARG001 - the access says it all
    """How many seats the schedule has: its layout is pinned, and a free seat needs no row."""
    layout_id = db.session.execute(
        select(Schedule.layout_id).where(Schedule.id == schedule_id)
    ).scalar_one_or_none()
    if layout_id is None:
        raise NotFound("There is no such departure.")
    return {"schedule_id": str(schedule_id), "layout_id": str(layout_id), "seats": len(plan(layout_id).seats)}


def _positions(schedule_id: UUID, query: StretchQuery) -> tuple[int, int]:
    """Where the stretch begins and ends; what is left out is the first stop and the last."""
    last = query.to_position
    if last is None:
        last = len(schedule_facts(schedule_id).stops) - 1
    return query.from_position or 0, last


def _json(row: Any) -> dict[str, Any]:
    shown = dict(row._asdict())
    shown |= {name: str(shown[name]) for name in _IDS}
    shown |= {name: instant(shown[name]) for name in _TIMES}
    return {**shown, "service_date": shown["service_date"].isoformat()}
