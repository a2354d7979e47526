"""Many buyers at once on real connections: what they do, and how it is checked afterwards."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import text

from core.booking.begin import begin
from core.booking.cancel import cancel, release
from core.booking.expire import sweep
from core.booking.extend import extend
from core.booking.parties import Holder
from core.booking.pay import take_cash
from core.booking.requests import HoldRequest
from core.booking.reserve import reserve
from core.booking.settle import DUPLICATE, settle
from core.kernel.activity import SYSTEM, Actor
from core.kernel.db import db
from core.kernel.errors import DomainError
from core.payments.gateways.base import GatewayEvent
from core.proof.invariants import Finding, broken
from core.timetable.service.schedules import cancel_schedule
from tests.support.factories import CLERK, Office


@dataclass
class Race:
    """24 buyers on one departure; `outcomes` counts what came of their attempts by code."""

    app: Flask
    office: Office
    threads: int = 24
    attempts: int = 30
    outcomes: Counter[str] = field(default_factory=Counter)
    defects: list[BaseException] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def run(self, *others: Callable[[], None]) -> "Race":
        """Let all buyers run at once, and `others` (sweeps, cancels) beside them until they are done."""
        done = threading.Event()
        with ThreadPoolExecutor(self.threads + len(others)) as pool:
            besides = [pool.submit(self._beside, work, done) for work in others]
            buyers = [pool.submit(self._buyer, number) for number in range(self.threads)]
            for buyer in buyers:
                buyer.result()
            done.set()
            for other in besides:
                other.result()
        return self

    def broken(self) -> list[Finding]:
        """The invariants that do not hold, asked on a connection of its own."""
        with self.app.app_context(), db.engine.connect() as connection:
            return broken(connection)

    def deadlocks(self) -> int:
        """How many the database has counted."""
        with self.app.app_context():
            counted = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            return int(db.session.execute(text(counted)).scalar_one())

    def _beside(self, work: Callable[[], None], done: threading.Event) -> None:
        with self.app.app_context():
            while not done.wait(0.02):
                self._note(work, "beside")
                db.session.remove()

    def _buyer(self, number: int) -> None:
        chance = random.Random(number)
        for _ in range(self.attempts):
            with self.app.app_context():
                self._note(lambda: self._buy(chance), "done")

    def _note(self, work: Callable[[], object], word: str) -> None:
        try:
            result = str(work() or word)
        except DomainError as error:
            result = error.code
        except BaseException as error:  # noqa: BLE001 - every defect is gathered and shown
            result = type(error).__name__
            self.defects.append(error)
        with self._guard:
            self.outcomes[result] += 1

    def ask(self, seats: list[int], first: int, last: int) -> HoldRequest:
        """What a buyer asks for: seats by their index."""
        return self.office.ask(*seats, first=first, last=last)

    def _buy(self, chance: random.Random) -> str:
        """Hold one to three random seats on a random stretch, then pay, extend, give up, be released, or walk away."""
        holder = Holder("guest", str(uuid4()), "racer")
        actor = Actor("guest", holder.id, holder.label)
        first = chance.randrange(5)
        last = chance.randint(first + 1, 5)
        seats = chance.sample(range(len(self.office.seats)), chance.choice((1, 1, 2, 3)))
        was_closed = self.closed.is_set()
        held = reserve(self.ask(seats, first, last), holder, actor)
        assert not was_closed, "a hold was made after the departure had been cancelled"
        what = chance.choice(("pay", "pay", "extend", "give_up", "release", "walk_away"))
        if what == "extend":
            extend(held.reservation_id, holder, actor)
            what = chance.choice(("pay", "walk_away"))
        way = chance.random()
        if what == "pay" and way < 0.25:
            take_cash(held.reservation_id, holder, CLERK)
        elif what == "pay" and way < 0.6:
            return pay_by_card(held.reservation_id, holder, actor)
        elif what == "give_up":
            cancel(held.reservation_id, holder, actor)
        elif what == "release":
            release(held.reservation_id, CLERK, "race test")
        return what


def pay_by_card(reservation_id: UUID, holder: Holder, actor: Actor) -> str:
    """Begin to pay; the gateway's message comes at once, and then again. What came of it."""
    begun = begin(reservation_id, holder, actor, "simulated", "card")
    assert begun.payment_id is not None
    number = str(begun.payment_id)
    event = GatewayEvent(f"race-{number}", "payment.completed", begun.payment_id, number, begun.amount)
    effect = settle("simulated", event)
    assert settle("simulated", event) == DUPLICATE
    return effect


def tidy() -> None:
    """What cron does meanwhile."""
    sweep(limit=20)


def cancel_departure(schedule_id: UUID) -> None:
    """Cancel as staff do."""
    cancel_schedule(schedule_id, SYSTEM, "race test")


def wait_until_it_sleeps() -> None:
    """Until a statement of another connection sleeps in the database."""
    asleep = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    )
    deadline = time.monotonic() + 5
    while not db.session.execute(asleep).scalar():
        db.session.rollback()
        assert time.monotonic() < deadline
    db.session.rollback()
