"""A small office to test with: one bus operator, six places in a row, a coach of twelve seats, one departure tomorrow.

Everything is written through one transaction, so it works on `db_session` and on a `fresh_database` alike.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from uuid import UUID

from core.booking.parties import Holder
from core.booking.requests import HoldRequest, PassengerRequest
from core.kernel.activity import Actor
from core.kernel.clock import now
from core.kernel.db import db, transaction
from core.pricing.models import Tariff
from core.timetable.layouts import SeatPlan
from core.timetable.models import (
    Layout,
    Operator,
    Pattern,
    PatternStop,
    Place,
    Policy,
    Route,
    Schedule,
    Seat,
    Vehicle,
)
from core.timetable.rules import fold
from core.timetable.service.plans import store_plan
from core.trades.catalogue import trade_of
from tests.support.till import CLERK_ID, clerk_at_work

_numbers = count(1)

TOWNS = ("Lisboa", "Santarém", "Leiria", "Coimbra", "Aveiro", "Porto")
LEG_SECONDS = 3600
LEG_METRES = 60_000

ALICE = Holder("guest", "alice", "Alice")
BOB = Holder("guest", "bob", "Bob")
ACTOR = Actor("guest", "alice", "Alice", "192.0.2.1")
CLERK = Actor("user", str(CLERK_ID), "Station clerk", "192.0.2.2")


@dataclass(frozen=True)
class Office:
    """Ids of what was made; `seats` in reading order, `places` in the order of the stops."""

    operator_id: UUID
    policy_id: UUID
    route_id: UUID
    pattern_id: UUID
    layout_id: UUID
    vehicle_id: UUID
    schedule_id: UUID
    places: tuple[UUID, ...]
    seats: tuple[UUID, ...]
    departure_at: datetime

    def ask(
        self, *seats: int, first: int = 0, last: int = 5, channel: str = "api", **more: object
    ) -> HoldRequest:
        """A request for seats by their index, from stop `first` to stop `last`."""
        passengers = tuple(
            PassengerRequest(self.seats[index], full_name=f"Traveller {index}") for index in seats
        )
        return HoldRequest(self.schedule_id, first, last, passengers, channel, **more)


def make_office(
    *, rows: int = 3, departs_in: timedelta = timedelta(days=1), currency: str = "EUR", **policy: object
) -> Office:
    """An operator in Portugal (EUR), a clerk at an open drawer, Lisboa to Porto over four stops on the way, 2+2 seats a row.

    A fare is 10.00 EUR and 0.05 a kilometre (25.00 the whole way), 1.00 booking fee, 6 % VAT contained.
    ``policy`` changes fields of the bus policy.
    """
    number = next(_numbers)
    departure_at = now() + departs_in
    with transaction() as session:
        clerk_at_work()
        operator = Operator(
            code=f"op{number}",
            name=f"Rede {number}",
            trade="bus",
            currency=currency,
            timezone="Europe/Lisbon",
        )
        session.add(operator)
        session.flush()
        terms = {**trade_of("bus").policy.as_columns(), **policy}
        rules = Policy(operator_id=operator.id, **terms)
        session.add(rules)
        session.add(
            Tariff(
                operator_id=operator.id, base=1000, per_km=5, booking_fee=100, round_to=50, tax_per_mille=60
            )
        )
        places = _places(number)
        session.add_all(places)
        route = Route(operator_id=operator.id, code="1", name="Lisboa – Porto")
        session.add(route)
        session.flush()
        pattern = _pattern(route.id, places)
        layout, seats = make_layout(f"test-{number}", rows)
        vehicle = Vehicle(operator_id=operator.id, layout_id=layout.id, number=f"PT-{number}")
        session.add(vehicle)
        session.flush()
        schedule = new_schedule(operator.id, route.id, pattern.id, layout.id, vehicle.id, departure_at)
        schedule.currency = currency
        session.add(schedule)
        session.flush()
        return Office(
            operator.id, rules.id, route.id, pattern.id, layout.id, vehicle.id, schedule.id,
            tuple(place.id for place in places), tuple(seat.id for seat in seats), departure_at,
        )  # fmt: skip


def new_schedule(
    operator_id: UUID,
    route_id: UUID,
    pattern_id: UUID,
    layout_id: UUID,
    vehicle_id: UUID,
    departure_at: datetime,
) -> Schedule:
    """One more departure of the same pattern."""
    return Schedule(
        operator_id=operator_id,
        route_id=route_id,
        pattern_id=pattern_id,
        layout_id=layout_id,
        vehicle_id=vehicle_id,
        service_date=departure_at.date(),
        departure_at=departure_at,
        arrival_at=departure_at + timedelta(seconds=LEG_SECONDS * 5),
        platform="4",
        currency="EUR",
        status="scheduled",
    )


def another_departure(office: Office, hours: float = 48) -> UUID:
    """One more departure of the office's line, so many hours after (or before) its first."""
    with transaction() as session:
        made = new_schedule(
            office.operator_id, office.route_id, office.pattern_id, office.layout_id, office.vehicle_id,
            office.departure_at + timedelta(hours=hours),
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id


def departure_of(office: Office, drawn: SeatPlan, hours: float = 12) -> UUID:
    """A departure of the office's line with another seat plan, so many hours from now."""
    with transaction() as session:
        layout_id = store_plan(drawn)
        vehicle = Vehicle(operator_id=office.operator_id, layout_id=layout_id, number=f"PT-{drawn.code}")
        session.add(vehicle)
        session.flush()
        made = new_schedule(
            office.operator_id, office.route_id, office.pattern_id, layout_id, vehicle.id, now() + timedelta(hours=hours)
        )  # fmt: skip
        session.add(made)
        session.flush()
        return made.id


def a_fleet(office: Office) -> tuple[UUID, UUID, UUID]:
    """Three more vehicles: one like the office's own, one with a row more whose first seat is a premium one, and one that has
    only the three seats 1A, 1C and 9A.
    """
    rows = len(office.seats) // 4
    number = next(_numbers)
    with transaction():
        like, _ = make_layout(f"like-{number}", rows)
        large, seats = make_layout(f"large-{number}", rows + 1)
        seats[0].type = "premium"
        small, seats = make_layout(f"small-{number}", 1)
        seats[3].number = "9A"
        db.session.delete(seats[1])
        db.session.flush()
        return new_vehicle(office, like.id), new_vehicle(office, large.id), new_vehicle(office, small.id)


def new_vehicle(office: Office, layout_id: UUID) -> UUID:
    """One more vehicle of the office's operator, in the open transaction."""
    made = Vehicle(operator_id=office.operator_id, layout_id=layout_id, number=f"PT-{next(_numbers)}")
    db.session.add(made)
    db.session.flush()
    return made.id


def make_layout(code: str, rows: int) -> tuple[Layout, list[Seat]]:
    """A 2+2 coach with windows and an aisle, written in the open transaction."""
    layout = Layout(
        code=code,
        name="Coach",
        rows=rows,
        columns=5,
        fixtures=[{"kind": "driver", "deck": 0, "row": 0, "column": 0}],
    )
    db.session.add(layout)
    db.session.flush()
    seats = [
        Seat(
            layout_id=layout.id,
            number=f"{row + 1}{letter}",
            row=row,
            column=column,
            features=["window" if column in (0, 4) else "aisle"],
        )
        for row in range(rows)
        for letter, column in zip("ABCD", (0, 1, 3, 4), strict=True)
    ]
    db.session.add_all(seats)
    db.session.flush()
    return layout, seats


def _places(number: int) -> list[Place]:
    return [
        Place(code=f"{number}-{town}", name=town, search_name=fold(town), kind="station", country="PT",
              timezone="Europe/Lisbon")
        for town in TOWNS
    ]  # fmt: skip


def _pattern(route_id: UUID, places: list[Place]) -> Pattern:
    pattern = Pattern(route_id=route_id, fingerprint="lisboa-porto", headsign="Porto", legs=len(places) - 1)
    db.session.add(pattern)
    db.session.flush()
    last = len(places) - 1
    for position, place in enumerate(places):
        db.session.add(
            PatternStop(
                pattern_id=pattern.id,
                position=position,
                place_id=place.id,
                arrival_offset=position * LEG_SECONDS,
                departure_offset=position * LEG_SECONDS + (300 if 0 < position < last else 0),
                boarding=position < last,
                alighting=position > 0,
                distance_m=position * LEG_METRES,
            )
        )
    return pattern
