"""A timetable to measure with: coaches of 52 seats from Lisboa to Porto over four stops, many of them tomorrow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert

from core.kernel.clock import now
from core.kernel.db import db, transaction
from core.kernel.ids import new_id
from core.pricing.models import Tariff
from core.timetable.models import Layout, Operator, Pattern, PatternStop, Place, Policy, Route, Schedule, Seat
from core.timetable.rules import fold
from core.trades.catalogue import trade_of

TOWNS = ("Lisboa", "Santarém", "Leiria", "Coimbra", "Aveiro", "Porto")
ROWS = 13
SCHEDULES = 4_000
AT_A_TIME = 100


@dataclass(frozen=True)
class Timetable:
    """Ids to hold seats with; every schedule has all of the seats."""

    schedules: tuple[UUID, ...]
    seats: tuple[UUID, ...]
    places: tuple[UUID, ...]


def make_timetable() -> Timetable:
    """Write it in one transaction."""
    with transaction():
        operator = Operator(code="bench", name="Rede", trade="bus", currency="EUR", timezone="Europe/Lisbon")
        db.session.add(operator)
        db.session.flush()
        db.session.add(Policy(operator_id=operator.id, **trade_of("bus").policy.as_columns()))
        db.session.add(
            Tariff(
                operator_id=operator.id, base=500, per_km=5, booking_fee=100, round_to=50, tax_per_mille=60
            )
        )
        places = _places()
        pattern = _pattern(operator.id, places)
        layout, seats = _layout()
        schedules = _schedules(operator.id, pattern, layout.id)
    return Timetable(schedules, tuple(seat.id for seat in seats), tuple(place.id for place in places))


def free_pairs(data: Timetable) -> Iterator[tuple[str, list[str]]]:
    """Two neighbouring seats of one schedule after the other, until all are full.

    A hundred schedules at a time, as when people buy for the next days.
    """
    seats = [str(seat) for seat in data.seats]
    for first in range(0, len(data.schedules), AT_A_TIME):
        for at in range(0, len(seats) - 1, 2):
            for schedule_id in data.schedules[first : first + AT_A_TIME]:
                yield str(schedule_id), seats[at : at + 2]


def _places() -> list[Place]:
    made = [
        Place(
            code=town,
            name=town,
            search_name=fold(town),
            kind="station",
            country="PT",
            timezone="Europe/Lisbon",
        )
        for town in TOWNS
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def _pattern(operator_id: UUID, places: list[Place]) -> Pattern:
    route = Route(operator_id=operator_id, code="1", name="Lisboa – Porto")
    db.session.add(route)
    db.session.flush()
    pattern = Pattern(route_id=route.id, fingerprint="lisboa-porto", legs=len(places) - 1)
    db.session.add(pattern)
    db.session.flush()
    stops = [
        {"pattern_id": pattern.id, "position": at, "place_id": place.id, "arrival_offset": at * 3600,
         "departure_offset": at * 3600, "boarding": at < len(places) - 1, "alighting": at > 0, "distance_m": at * 60_000}
        for at, place in enumerate(places)
    ]  # fmt: skip
    db.session.execute(insert(PatternStop), stops)
    return pattern


def _layout() -> tuple[Layout, list[Seat]]:
    layout = Layout(code="bench", name="Coach", rows=ROWS, columns=5, fixtures=[])
    db.session.add(layout)
    db.session.flush()
    seats = [
        Seat(layout_id=layout.id, number=f"{row + 1}{letter}", row=row, column=column, features=[])
        for row in range(ROWS)
        for letter, column in zip("ABCD", (0, 1, 3, 4), strict=True)
    ]
    db.session.add_all(seats)
    db.session.flush()
    return layout, seats


def _schedules(operator_id: UUID, pattern: Pattern, layout_id: UUID) -> tuple[UUID, ...]:
    first = now() + timedelta(days=1)
    ids = tuple(new_id() for _ in range(SCHEDULES))
    rows = []
    for number, schedule_id in enumerate(ids):
        departure = first + timedelta(seconds=30 * number)
        rows.append(
            {"id": schedule_id, "operator_id": operator_id, "route_id": pattern.route_id, "pattern_id": pattern.id,
             "layout_id": layout_id, "service_date": departure.date(), "departure_at": departure,
             "arrival_at": departure + timedelta(hours=5), "currency": "EUR"}
        )  # fmt: skip
    db.session.execute(insert(Schedule), rows)
    return ids
