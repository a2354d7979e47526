"""Baskets that cross: there and back, and back and there, at the same moment. Nobody waits for ever, nothing is half held."""

import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.booking import basket
from core.booking.basket import cancel_basket, extend_basket, reserve_basket
from core.booking.basket_pay import take_cash_for_basket
from core.booking.parties import Holder
from core.booking.requests import HoldRequest
from core.kernel.activity import Actor
from core.kernel.db import db, run
from core.kernel.errors import DomainError
from tests.concurrency.race import Race, tidy
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, another_departure, make_office


@dataclass
class Crossing(Race):
    """Buyers who want seats on two or three of the departures, in any order."""

    departures: list[UUID] = field(default_factory=list)

    def _buy(self, chance: random.Random) -> str:
        holder = Holder("guest", str(uuid4()), "racer")
        actor = Actor("guest", holder.id, holder.label)
        chosen = chance.sample(self.departures, chance.choice((2, 3)))
        seats = [chance.sample(range(len(self.office.seats)), chance.choice((1, 2))) for _ in chosen]
        pairs = zip(chosen, seats, strict=True)
        held = reserve_basket([self._ask(schedule, *some) for schedule, some in pairs], holder, actor)
        what = chance.choice(("pay", "extend", "give_up", "give_up", "give_up"))
        if what == "pay":
            take_cash_for_basket(held.id, holder, CLERK)
        elif what == "extend":
            extend_basket(held.id, holder, actor)
        if what != "pay":
            cancel_basket(held.id, holder, actor)
        return what

    def _ask(self, schedule_id: UUID, *seats: int) -> HoldRequest:
        return replace(self.office.ask(*seats), schedule_id=schedule_id)


@pytest.fixture
def office(fresh_database: FreshDatabase) -> Office:
    with fresh_database.app.app_context():
        return make_office(rows=3)


@pytest.fixture
def back(fresh_database: FreshDatabase, office: Office) -> UUID:
    with fresh_database.app.app_context():
        return another_departure(office)


@pytest.mark.usefixtures("patient")
def test_16_buyers_of_crossing_baskets(fresh_database: FreshDatabase, office: Office, back: UUID) -> None:
    with fresh_database.app.app_context():
        third = another_departure(office, 72)
    race = Crossing(
        fresh_database.app, office, threads=16, attempts=12, departures=[office.schedule_id, back, third]
    ).run(tidy)

    assert race.defects == []
    assert race.broken() == []
    assert race.deadlocks() == 0
    assert race.outcomes["busy"] == 0, race.outcomes
    assert race.outcomes["seat_taken"] > 20, race.outcomes
    assert race.outcomes["pay"] + race.outcomes["give_up"] > 10, race.outcomes


def test_one_holder_with_two_crossing_baskets_gets_one(
    fresh_database: FreshDatabase, office: Office, back: UUID
) -> None:
    came = _two_baskets(fresh_database, office, back, (ALICE, ALICE), seats=(0, 5))
    assert sorted(came) == ["active_reservation_exists", "held"]


def test_two_holders_whose_baskets_cross_on_the_same_seats_wait_and_one_wins(
    fresh_database: FreshDatabase, office: Office, back: UUID
) -> None:
    assert sorted(_two_baskets(fresh_database, office, back, (ALICE, BOB))) == ["held", "seat_taken"]


def test_twin_without_the_order_of_schedules_they_end_in_a_deadlock(
    fresh_database: FreshDatabase, office: Office, back: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = Barrier(2)

    def in_the_order_asked(requests: Any, holder: Holder, actor: Actor) -> list[tuple[HoldRequest, Any]]:
        held = []
        for request in requests:
            held.append((request, _hold(request, holder, actor)))
            if len(held) == 1:
                met.wait(5)
        return held

    monkeypatch.setattr(basket, "_hold_all", in_the_order_asked)
    assert "busy" in _two_baskets(fresh_database, office, back, (ALICE, BOB))


def _hold(request: HoldRequest, holder: Holder, actor: Actor) -> Any:
    return basket.take(request, holder, actor, basket.read_offer(request.stretch), _execute)


def _execute(statement: str, values: Mapping[str, Any]) -> list[Any]:
    return run(statement, values).fetchall()


def _two_baskets(
    fresh: FreshDatabase,
    office: Office,
    back: UUID,
    holders: tuple[Holder, Holder],
    seats: tuple[int, int] = (0, 0),
) -> list[str]:
    """One there and back, the other back and there, in the same moment; what came of each."""
    start = Barrier(2)

    def hold(holder: Holder, schedules: list[UUID], seat: int) -> str:
        with fresh.app.app_context():
            db.session.remove()
            requests = [replace(office.ask(seat), schedule_id=each) for each in schedules]
            start.wait(5)
            try:
                reserve_basket(requests, holder, ACTOR)
            except DomainError as error:
                return error.code
            return "held"

    ways: list[list[UUID]] = [[office.schedule_id, back], [back, office.schedule_id]]
    with ThreadPoolExecutor(2) as pool:
        done = [
            pool.submit(hold, who, way, seat) for who, way, seat in zip(holders, ways, seats, strict=True)
        ]
        return [each.result() for each in done]
