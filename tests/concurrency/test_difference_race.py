"""The difference of a change is paid while its booking is cancelled; and what happens when the lock is taken away."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from core.booking import cancellation, difference_paid
from core.booking import settle as settling
from core.booking.cancellation import cancel_booking
from core.booking.difference import Buyer, hold_move
from core.booking.move import Destination
from core.booking.queries import booking_view
from core.booking.settle import settle
from core.kernel.db import db, transaction
from core.kernel.errors import DomainError
from core.payments import records
from core.payments.gateways.base import GatewayEvent
from core.proof.invariants import broken
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, another_departure, make_office
from tests.support.sales import sell


@dataclass(frozen=True)
class Waiting:
    """A booking whose change waits for its money."""

    booking_id: UUID
    payment_id: UUID


@pytest.fixture(params=[48, -24])
def waiting(fresh_database: FreshDatabase, request: pytest.FixtureRequest) -> Waiting:
    """26.00 were paid, and 15.00 more are due for another departure: a later one, or an earlier one."""
    with fresh_database.app.app_context():
        office = make_office(departs_in=timedelta(days=3))
        to = another_departure(office, request.param)
        booking_id = sell(0, office=office)
        with transaction() as session:
            session.execute(text("UPDATE tariffs SET base = 4000, per_km = 0"))
        view = booking_view(booking_id)
        assert view is not None
        seats = {view.reservation.passengers[0].id: office.seats[4]}
        held = hold_move(booking_id, Destination(to, 0, 5, seats), Buyer(ALICE, ACTOR, "web"))
        with transaction():
            payment_id = records.create_payment(
                held.reservation_id, office.operator_id, "simulated", "card", held.due
            )
        db.session.remove()
        return Waiting(booking_id, payment_id)


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


def both_look_before_one_writes(monkeypatch: pytest.MonkeyPatch, patience: float) -> None:
    """Nobody goes on until the other has read, or so many seconds have gone by (with the lock, only one can read)."""
    meet = Barrier(2)
    real = cancellation.read_bought

    def read_and_wait(booking_id: UUID) -> Any:
        found = real(booking_id)
        with suppress(BrokenBarrierError):
            meet.wait(patience)
        return found

    monkeypatch.setattr(cancellation, "read_bought", read_and_wait)
    monkeypatch.setattr(difference_paid, "read_bought", read_and_wait)


def pay_and_cancel(fresh: FreshDatabase, waiting: Waiting) -> list[str]:
    event = GatewayEvent("evt", "payment.completed", waiting.payment_id, "ref", None)
    return at_once(
        fresh, lambda: settle("simulated", event), lambda: cancel_booking(waiting.booking_id, ACTOR).refund
    )


#: What came of the money and what went back: the change first and then all of it, or the booking first and then the money.
FAIR = {("booked", "Money(amount=4100"), ("refund_due", "Money(amount=2600")}


def outcome(answers: list[str]) -> tuple[str, str]:
    effect, refund = answers
    return effect, refund.split(",")[0]


def faults(fresh: FreshDatabase) -> list[str]:
    with fresh.app.app_context(), db.engine.connect() as connection:
        return [str(found) for found in broken(connection)]


def test_whoever_is_first_all_money_goes_back_and_no_seat_is_left(
    fresh_database: FreshDatabase, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_look_before_one_writes(monkeypatch, patience=0.5)
    assert outcome(pay_and_cancel(fresh_database, waiting)) in FAIR
    assert faults(fresh_database) == []
    with fresh_database.app.app_context():
        sums = "SELECT (SELECT sum(amount)::int FROM refunds), (SELECT count(*) FROM seat_locks WHERE kind = 'sold')"
        assert tuple(db.session.execute(text(sums)).one()) == (4100, 0)
        deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert db.session.execute(text(deadlocks)).scalar_one() == 0


def test_twin_without_the_lock_they_stop_each_other_or_change_what_is_cancelled(
    fresh_database: FreshDatabase, waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_look_before_one_writes(monkeypatch, patience=20)
    monkeypatch.setattr(settling, "lock_both", lambda *_: None)
    assert outcome(pay_and_cancel(fresh_database, waiting)) not in FAIR
