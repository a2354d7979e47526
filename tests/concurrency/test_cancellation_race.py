"""A booking is cancelled once, whoever asks at the same moment; and what happens when the lock is taken away."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Barrier, BrokenBarrierError
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.booking import cancellation, move
from core.booking.cancellation import cancel_booking
from core.booking.move import Destination, move_booking
from core.booking.queries import booking_view
from core.kernel.db import db
from core.kernel.errors import DomainError
from core.proof.invariants import broken
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, another_departure, make_office
from tests.support.sales import sell


@pytest.fixture
def booking_id(fresh_database: FreshDatabase) -> UUID:
    """Six passengers tomorrow: half of 156.00 comes back."""
    with fresh_database.app.app_context():
        return sell(0, 1, 2, 3, 4, 5, office=make_office())


def at_once(fresh: FreshDatabase, *asks: Callable[[], Any]) -> list[str]:
    """Each in a thread and on a connection of its own; what came of it."""

    def ask(work: Callable[[], Any]) -> str:
        with fresh.app.app_context():
            try:
                return str(work())
            except DomainError as error:
                return error.code

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(ask, asks))


def ask_for(fresh: FreshDatabase, statement: str) -> Any:
    with fresh.app.app_context():
        return db.session.execute(text(statement)).scalar()


def found_broken(fresh: FreshDatabase) -> list[str]:
    with fresh.app.app_context(), db.engine.connect() as connection:
        return [finding.invariant.name for finding in broken(connection)]


def both_look_before_one_writes(
    monkeypatch: pytest.MonkeyPatch,
    use_case: ModuleType = cancellation,
    parties: int = 2,
    patience: float = 0.5,
) -> None:
    """Nobody goes on until the others have read, or half a second has gone by."""
    meet = Barrier(parties)
    real = use_case.read_bought

    def read_and_wait(booking_id: UUID) -> Any:
        found = real(booking_id)
        with suppress(BrokenBarrierError):
            meet.wait(patience)
        return found

    monkeypatch.setattr(use_case, "read_bought", read_and_wait)


def test_cancelled_twice_at_once_is_one_cancellation(
    fresh_database: FreshDatabase, booking_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_look_before_one_writes(monkeypatch)
    answers = at_once(fresh_database, *[lambda: cancel_booking(booking_id, ACTOR)] * 2)
    assert len(set(answers)) == 1
    assert "amount=7800" in answers[0]
    assert ask_for(fresh_database, "SELECT count(*) FROM cancellations") == 1
    assert ask_for(fresh_database, "SELECT sum(amount)::int FROM refunds") == 7800


def test_twin_without_the_lock_half_the_money_goes_back_twice(
    fresh_database: FreshDatabase, booking_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_look_before_one_writes(monkeypatch, patience=20)
    monkeypatch.setattr(cancellation, "lock_booking", lambda _: None)
    at_once(fresh_database, *[lambda: cancel_booking(booking_id, ACTOR)] * 2)
    assert ask_for(fresh_database, "SELECT count(*) FROM cancellations") == 2
    assert ask_for(fresh_database, "SELECT sum(amount)::int FROM refunds") == 15600


def each_and_all(fresh: FreshDatabase, booking_id: UUID) -> list[Callable[[], Any]]:
    """The whole booking is cancelled, each of its six passengers alone, and the whole once more."""
    with fresh.app.app_context():
        view = booking_view(booking_id)
        assert view is not None
        people = [passenger.id for passenger in view.reservation.passengers]
        db.session.remove()
    singles = [partial(cancel_booking, booking_id, ACTOR, passenger_ids=frozenset({who})) for who in people]
    whole = partial(cancel_booking, booking_id, ACTOR)
    return [whole, *singles, whole]


def test_each_passenger_and_everybody_at_once(fresh_database: FreshDatabase, booking_id: UUID) -> None:
    answers = at_once(fresh_database, *each_and_all(fresh_database, booking_id))

    assert "busy" not in answers
    with fresh_database.app.app_context(), db.engine.connect() as connection:
        assert [str(found) for found in broken(connection)] == []
    assert ask_for(fresh_database, "SELECT status FROM bookings") == "cancelled"
    assert ask_for(fresh_database, "SELECT count(*) FROM seat_locks") == 0
    assert ask_for(fresh_database, "SELECT sum(refund)::int FROM cancellations") == 7800
    assert ask_for(fresh_database, "SELECT sum(amount)::int FROM refunds") == 7800
    assert (
        ask_for(fresh_database, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        == 0
    )


def test_twin_without_the_lock_everybody_and_each_passenger_get_their_money(
    fresh_database: FreshDatabase, booking_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = each_and_all(fresh_database, booking_id)
    both_look_before_one_writes(monkeypatch, parties=len(asks), patience=20)
    monkeypatch.setattr(cancellation, "lock_booking", lambda _: None)
    at_once(fresh_database, *asks)
    assert ask_for(fresh_database, "SELECT sum(refund)::int FROM cancellations") > 7800
    assert ask_for(fresh_database, "SELECT sum(amount)::int FROM refunds") > 7800


@dataclass(frozen=True)
class Moving:
    """A booking of two, and two other departures that it is moved to."""

    booking_id: UUID
    asks: tuple[Callable[[], Any], ...]


@pytest.fixture
def moving(fresh_database: FreshDatabase) -> Moving:
    with fresh_database.app.app_context():
        office = make_office()
        booking_id = sell(0, 1, office=office)
        elsewhere = another_departure(office, 24), another_departure(office, -12)
        view = booking_view(booking_id)
        assert view is not None
        people = [passenger.id for passenger in view.reservation.passengers]
        db.session.remove()

    def ask(schedule_id: UUID) -> Any:
        seats = dict(zip(people, office.seats[4:6], strict=True))
        return move_booking(booking_id, Destination(schedule_id, 0, 5, seats), ACTOR)

    return Moving(booking_id, tuple(partial(ask, each) for each in elsewhere))


def test_moved_twice_and_cancelled_at_once(fresh_database: FreshDatabase, moving: Moving) -> None:
    """Whoever is first, the booking ends whole: on one departure, or cancelled from it."""
    answers = at_once(fresh_database, *moving.asks, lambda: cancel_booking(moving.booking_id, ACTOR))

    assert "busy" not in answers
    assert found_broken(fresh_database) == []
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert ask_for(fresh_database, deadlocks) == 0


def test_moved_to_two_departures_at_once_is_one_move_after_the_other(
    fresh_database: FreshDatabase, moving: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_look_before_one_writes(monkeypatch, move)
    at_once(fresh_database, *moving.asks)
    assert found_broken(fresh_database) == []
    assert ask_for(fresh_database, "SELECT count(*) FROM seat_locks") == 2 * 5


def test_twin_without_the_lock_seats_of_both_departures_stay_sold(
    fresh_database: FreshDatabase, moving: Moving, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_look_before_one_writes(monkeypatch, move, patience=20)
    monkeypatch.setattr(move, "lock_move", lambda *_: None)
    at_once(fresh_database, *moving.asks)
    assert "sold_is_ticket" in found_broken(fresh_database)
    assert ask_for(fresh_database, "SELECT count(*) FROM seat_locks") == 2 * 2 * 5
