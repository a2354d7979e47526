"""The timetable of the proof: a coach of twelve seats over five legs, departing often enough for any crowd."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert

from core.booking.requests import HoldRequest, PassengerRequest
from core.kernel.clock import now
from core.kernel.db import db, transaction
from core.kernel.ids import new_id
from core.pricing.models import Tariff
from core.timetable.models import Layout, Operator, Pattern, PatternStop, Place, Policy, Route, Schedule, Seat
from core.trades.catalogue import trade_of

LEGS = 5
SEATS = 12
_HOUR = 3600
#: Far enough away that sales never close, however fast the clock runs.
_DEPARTS_IN = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Departures:
    """Ids to buy with; every schedule has all of the seats."""

    schedules: tuple[UUID, ...]
    seats: tuple[UUID, ...]

    def ask(self, schedule: int, seats: list[int], first: int, last: int, email: str | None) -> HoldRequest:
        """A request for these seats of this schedule, from stop `first` to stop `last`."""
        passengers = tuple(
            PassengerRequest(self.seats[seat], full_name=f"Proof traveller {seat}") for seat in seats
        )
        return HoldRequest(
            self.schedules[schedule % len(self.schedules)],
            first,
            last,
            passengers,
            "api",
            contact_email=email,
        )


def make_departures(number: int, **policy: object) -> Departures:
    """Write so many departures in one transaction. ``policy`` changes fields of the bus policy."""
    with transaction() as session:
        operator = Operator(code="proof", name="Proof", trade="bus", currency="EUR", timezone="UTC")
        session.add(operator)
        session.flush()
        session.add(Policy(operator_id=operator.id, **{**trade_of("bus").policy.as_columns(), **policy}))
        session.add(Tariff(operator_id=operator.id, base=500, per_km=5, booking_fee=100, tax_per_mille=60))
        pattern = _pattern(operator.id)
        layout, seats = _layout()
        return Departures(_schedules(operator.id, pattern, layout.id, number), seats)


def _pattern(operator_id: UUID) -> Pattern:
    places = [
        Place(code=f"proof-{at}", name=f"Proof {at}", search_name=f"proof {at}", kind="station", country="PT",
              timezone="UTC")
        for at in range(LEGS + 1)
    ]  # fmt: skip
    route = Route(operator_id=operator_id, code="proof", name="Proof")
    db.session.add_all([*places, route])
    db.session.flush()
    pattern = Pattern(route_id=route.id, fingerprint="proof", legs=LEGS)
    db.session.add(pattern)
    db.session.flush()
    stops = [
        {"pattern_id": pattern.id, "position": at, "place_id": place.id, "arrival_offset": at * _HOUR,
         "departure_offset": at * _HOUR, "boarding": at < LEGS, "alighting": at > 0, "distance_m": at * 60_000}
        for at, place in enumerate(places)
    ]  # fmt: skip
    db.session.execute(insert(PatternStop), stops)
    return pattern


def _layout() -> tuple[Layout, tuple[UUID, ...]]:
    layout = Layout(code="proof", name="Proof", rows=SEATS // 4, columns=4, fixtures=[])
    db.session.add(layout)
    db.session.flush()
    ids = tuple(new_id() for _ in range(SEATS))
    rows = [
        {"id": seat_id, "layout_id": layout.id, "number": f"{at // 4 + 1}{'ABCD'[at % 4]}", "row": at // 4,
         "column": at % 4, "features": []}
        for at, seat_id in enumerate(ids)
    ]  # fmt: skip
    db.session.execute(insert(Seat), rows)
    return layout, ids


def _schedules(operator_id: UUID, pattern: Pattern, layout_id: UUID, number: int) -> tuple[UUID, ...]:
    first = now() + _DEPARTS_IN
    ids = tuple(new_id() for _ in range(number))
    rows = []
    for at, schedule_id in enumerate(ids):
        departure = first + timedelta(minutes=at)
        rows.append(
            {"id": schedule_id, "operator_id": operator_id, "route_id": pattern.route_id, "pattern_id": pattern.id,
             "layout_id": layout_id, "service_date": departure.date(), "departure_at": departure,
             "arrival_at": departure + timedelta(hours=LEGS), "currency": "EUR"}
        )  # fmt: skip
    db.session.execute(insert(Schedule), rows)
    return ids
