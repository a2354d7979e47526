"""Vehicles are swapped under a crowd that holds, pays, cancels and boards; and what happens when the lock is taken away."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.booking import offer
from core.booking.cancellation import cancel_booking
from core.booking.disruption_choice import Wish, choose
from core.booking.errors import SwapChanged
from core.booking.requests import HoldRequest
from core.booking.swap import preview_swap, swap
from core.kernel.db import db
from core.tickets.scan import use
from tests.concurrency.race import Race, tidy
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, CLERK, a_fleet, make_office

#: Near enough for the gate.
_SOON = timedelta(hours=4)
_SEATS = "SELECT x.id FROM seats x JOIN schedules s ON s.layout_id = x.layout_id WHERE s.id = :id ORDER BY x.number"


@dataclass
class Crowd(Race):
    """Buyers who ask for seats of whatever vehicle runs, by the numbers they see."""

    fleet: tuple[UUID, ...] = ()
    turns: "count[int]" = field(default_factory=count)

    def ask(self, seats: list[int], first: int, last: int) -> HoldRequest:
        there = tuple(self._all(_SEATS, id=self.office.schedule_id))
        wanted = sorted({seat % len(there) for seat in seats})
        return replace(self.office, seats=there).ask(*wanted, first=first, last=last)

    def swap(self) -> str:
        """The next vehicle of the fleet; whoever sells or cancels after it was looked at has it looked at again."""
        vehicle = self.fleet[next(self.turns) % len(self.fleet)]
        while True:
            with suppress(SwapChanged):
                return self._agree(vehicle)

    def _agree(self, vehicle: UUID) -> str:
        shown = preview_swap(self.office.schedule_id, vehicle, allow_worse=True)
        swap(self.office.schedule_id, vehicle, "race test", CLERK, agreed=shown.fingerprint, leave_unseated=True,
             allow_worse=True)  # fmt: skip
        return "swapped"

    def cancel_one(self) -> None:
        found = self._one("SELECT id FROM bookings WHERE status = 'confirmed' ORDER BY random() LIMIT 1")
        if found:
            cancel_booking(found, CLERK, "race test", waive=True)

    def board_one(self) -> str:
        found = self._one("SELECT number FROM tickets WHERE status = 'valid' ORDER BY random() LIMIT 1")
        return f"gate says {use(found, 'Bay 4', CLERK).verdict}" if found else "nobody to board"

    def choose_one(self) -> str:
        found = self._one("SELECT id FROM disruption_cases WHERE state = 'waiting' ORDER BY random() LIMIT 1")
        if found:
            choose(found, Wish("refund"), ACTOR)
        return "chosen" if found else "nobody is asked"

    def _all(self, statement: str, **values: object) -> list[Any]:
        found = list(db.session.execute(text(statement), values).scalars())
        db.session.rollback()
        return found

    def _one(self, statement: str) -> Any:
        return next(iter(self._all(statement)), None)


@pytest.fixture(autouse=True)
def short_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Holds of a fifth of a second, so that many run out while they are being paid."""
    real = offer._offer
    monkeypatch.setattr(offer, "_offer", lambda row: replace(real(row), hold=timedelta(milliseconds=200)))


@pytest.fixture
def crowd(fresh_database: FreshDatabase) -> Crowd:
    """Twelve seats, and three more vehicles: as large, larger, and one of three seats."""
    with fresh_database.app.app_context():
        office = make_office(rows=3, departs_in=_SOON)
        return Crowd(fresh_database.app, office, threads=4, attempts=80, fleet=a_fleet(office))


def test_vehicles_are_swapped_under_a_crowd(crowd: Crowd) -> None:
    crowd.run(crowd.swap, crowd.cancel_one, crowd.board_one, crowd.choose_one, tidy)

    assert crowd.defects == []
    assert crowd.broken() == []
    assert crowd.deadlocks() == 0
    assert crowd.outcomes["swapped"] > 3, crowd.outcomes
    assert crowd.outcomes["pay"] + crowd.outcomes["booked"] > 5, crowd.outcomes
    print(crowd.outcomes)
