"""Vehicles are swapped under a crowd that holds, pays, cancels and boards; and what happens when the lock is taken away."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import count
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.booking import offer
from core.booking import swap as swapping
from core.booking.cancellation import cancel_booking
from core.booking.disruption_choice import Wish, choose
from core.booking.errors import SwapChanged
from core.booking.requests import HoldRequest
from core.booking.swap import preview_swap, swap
from core.booking.swap_facts import Facts
from core.kernel.db import db
from core.proof.invariants import broken
from core.tickets.scan import use
from tests.concurrency.race import Race, tidy
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, CLERK, a_fleet, make_office
from tests.support.sales import sell

#: Near enough for the gate.
_SOON = timedelta(hours=4)
_SEATS = "SELECT x.id FROM seats x JOIN schedules s ON s.layout_id = x.layout_id WHERE s.id = :id ORDER BY x.number"


@dataclass
class Crowd(Race):
    """Buyers who ask for seats of whatever vehicle runs, by the numbers they see."""

    fleet: tuple[UUID, ...] = ()
    swaps: int = 6
    turns: "count[int]" = field(default_factory=count)

    def _buyer(self, number: int) -> None:
        """Goes on until the vehicle was swapped often enough, however slow the machine is."""
        chance, ends = random.Random(number), time.monotonic() + 120
        while self.outcomes["swapped"] < self.swaps and time.monotonic() < ends:
            with self.app.app_context():
                self._note(partial(self._buy, chance), "done")

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
        return Crowd(fresh_database.app, office, threads=5, fleet=a_fleet(office))


def test_vehicles_are_swapped_under_a_crowd(crowd: Crowd) -> None:
    crowd.run(crowd.swap, crowd.cancel_one, crowd.board_one, crowd.choose_one, tidy)

    assert crowd.defects == []
    assert crowd.broken() == []
    assert crowd.deadlocks() == 0
    assert crowd.outcomes["swapped"] >= crowd.swaps, crowd.outcomes
    assert crowd.outcomes["pay"] + crowd.outcomes["booked"] > 5, crowd.outcomes


# -- without the lock


def cancelled_while_swapping(
    fresh: FreshDatabase, monkeypatch: pytest.MonkeyPatch, patience: float
) -> list[str]:
    """A booking is cancelled when the swap has read who sits where and not written yet; what is broken afterwards."""
    with fresh.app.app_context():
        office = make_office()
        booking = sell(0, office=office)
        vehicle = a_fleet(office)[0]
        shown = preview_swap(office.schedule_id, vehicle)
        db.session.remove()
    looked, cancelled, real = Event(), Event(), swapping.read_facts

    def read_and_wait(schedule_id: UUID) -> Facts:
        found = real(schedule_id)
        looked.set()
        cancelled.wait(patience)
        return found

    monkeypatch.setattr(swapping, "read_facts", read_and_wait)

    def cancel() -> None:
        assert looked.wait(20)
        with fresh.app.app_context():
            cancel_booking(booking, CLERK, waive=True)
            cancelled.set()

    with ThreadPoolExecutor(1) as pool, fresh.app.app_context():
        other = pool.submit(cancel)
        swap(office.schedule_id, vehicle, "race test", CLERK, agreed=shown.fingerprint)
        db.session.remove()
        other.result()
        with db.engine.connect() as connection:
            return [found.invariant.name for found in broken(connection)]


def test_a_cancellation_waits_for_the_swap(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cancelled_while_swapping(fresh_database, monkeypatch, patience=0.7) == []


def test_twin_without_the_lock_the_seat_of_who_cancelled_is_sold_again_to_nobody(
    fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swapping, "wait_for_holds", lambda _: None)
    monkeypatch.setattr(swapping, "lock_all", lambda _: None)
    assert "sold_is_ticket" in cancelled_while_swapping(fresh_database, monkeypatch, patience=20)
