"""The crowd: buyers on threads of their own, and beside them what cron and workers do."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import text

from core.booking.expire import sweep
from core.booking.reconcile import reconcile
from core.jobs.handlers import HANDLERS
from core.jobs.relay import Relay
from core.kernel import outbox
from core.kernel.db import db
from core.kernel.errors import DomainError
from core.payments.gateways.catalogue import stand_in
from core.proof.buyer import POLICY, SURELY_OVER, Buyer
from core.proof.clerk import STAFF, change_shift, start_work
from core.proof.departures import Departures, make_departures
from core.proof.gateway import ProofGateway
from core.proof.invariants import Finding, broken
from core.proof.tally import Tally
from core.till.hand_out import hand_out

#: Departures for each second of the race: enough for the fastest machine to find seats until the end.
_A_SECOND = 12
#: So many attempts go to a departure and its two neighbours before the crowd moves on.
_ATTEMPTS_EACH = 40
#: Holds that are about to run out are left alone by checks in the middle of the race: the clock is fast.
_MARGIN = "SET bookinghall.clock_shift = '40 seconds'"

#: What somebody still has to do. A payment that nobody paid is nobody's, one that the gateway has is ours.
_OPEN = text("""
SELECT (SELECT count(*) FROM reservations WHERE status = 'active')
  + (SELECT count(*) FROM refunds WHERE status = 'pending')
  + (SELECT count(*) FROM payments WHERE id = ANY (:taken) AND status IN ('pending', 'failed'))
  + (SELECT count(*) FROM outbox WHERE done_at IS NULL AND kind <> 'seats.changed')
""")
_CASH_DUE = text(
    "SELECT f.id FROM refunds f JOIN payments p ON p.id = f.payment_id WHERE f.status = 'pending' AND p.gateway = 'cash'"
)
_RESULTS = text("""
SELECT (SELECT count(*) FROM bookings) AS bookings, (SELECT count(*) FROM tickets) AS tickets,
  (SELECT count(*) FROM refunds) AS refunds, (SELECT count(*) FROM messages) AS messages,
  (SELECT coalesce(sum(amount), 0) FROM ledger_entries WHERE account = 'gateway_receivable') AS in_the_books,
  (SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()) AS deadlocks
""")


@dataclass
class Crowd:
    """Buys on an application whose database is a scratch one. `run` first, then `settle_all`."""

    app: Flask
    buyers: int
    seconds: float
    seed: int
    tally: Tally = field(default_factory=Tally)
    found: list[Finding] = field(default_factory=list)
    checks: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._gateway = ProofGateway()
        self._turn = itertools.count()
        stand_in(self.app, self._gateway)

    def run(self, tick: Callable[[float], object]) -> None:
        """Race for `seconds`; `tick` is told the seconds gone, several times a second. Set `stopped` to end it early."""
        with self.app.app_context():
            departures = make_departures(int(self.seconds * _A_SECOND) + 3, **POLICY)
            start_work()
        done = threading.Event()
        with ThreadPoolExecutor(self.buyers + len(self._besides())) as pool:
            besides = [pool.submit(self._beside, work, pause, done) for work, pause in self._besides()]
            end = time.monotonic() + self.seconds
            buying = {pool.submit(self._buy, departures, number, end) for number in range(self.buyers)}
            try:
                self._watch(buying, tick, end)
            finally:
                self.stopped.set()
                wait(buying)
                done.set()
                wait(besides)

    def _watch(self, buying: set[Future[None]], tick: Callable[[float], object], end: float) -> None:
        pending = set(buying)
        while pending:
            pending = wait(pending, timeout=0.2).not_done
            tick(min(self.seconds, self.seconds - (end - time.monotonic())))

    def settle_all(self, tick: Callable[[], object]) -> int:
        """Let every hold run out and every fact be told; returns how many things are still open then (none should be)."""
        time.sleep(SURELY_OVER)
        left = 0
        for _ in range(20):
            tick()
            with self.app.app_context():
                for work in (sweep, reconcile, _tell_all, _hand_out_cash):
                    self._note(work)
                left = int(db.session.execute(_OPEN, {"taken": self._gateway.taken()}).scalar_one())
            if not left:
                break
            time.sleep(0.2)
        return left

    def results(self) -> dict[str, int]:
        """What the database has in the end, and minor units at the gateway beside those that the books say are there."""
        with self.app.app_context():
            row = db.session.execute(_RESULTS).one()
        return {name: int(value) for name, value in row._mapping.items()} | {
            "at_the_gateway": self._gateway.keeps()
        }

    # -- buyers ------------------------------------------------------------------------------------

    def _buy(self, departures: Departures, number: int, end: float) -> None:
        buyer = Buyer(departures, self._gateway, self.tally, random.Random(f"{self.seed}-{number}"))  # noqa: S311 - to repeat a race, not to hide one
        while time.monotonic() < end and not self.stopped.is_set():
            with self.app.app_context():
                self.tally.count("attempts")
                self._note(
                    lambda: buyer.attempt(next(self._turn) // _ATTEMPTS_EACH + buyer.chance.randrange(3))
                )
                self._note(buyer.do_what_is_due)
        if not self.stopped.is_set():
            with self.app.app_context():
                self._note(lambda: buyer.do_what_is_due(wait=True))

    def _note(self, work: Callable[[], object]) -> None:
        try:
            work()
        except DomainError as error:
            self.tally.count(f"refused {error.code}")
        except Exception as error:  # noqa: BLE001 - every defect is gathered and shown
            self.tally.defect(error)

    # -- beside them -------------------------------------------------------------------------------

    def _besides(self) -> list[tuple[Callable[[], object], float]]:
        relay = Relay(self.stopped.is_set)
        return [(sweep, 0.1), (reconcile, 0.5), (relay.round, 0.2), (self._check, 1.0), (change_shift, 0.7)]

    def _beside(self, work: Callable[[], object], pause: float, done: threading.Event) -> None:
        while not done.wait(pause):
            with self.app.app_context():
                self._note(work)

    def _check(self) -> None:
        """The invariants in the middle of it all."""
        with db.engine.connect() as connection:
            connection.execute(text(_MARGIN))
            try:
                self.found.extend(broken(connection))
            finally:
                connection.execute(text("RESET bookinghall.clock_shift"))
        self.checks += 1


def _tell_all() -> None:
    """Deliver what is due, until nothing is."""
    relay = Relay()
    while outbox.waiting(tuple(HANDLERS), limit=1):
        if not relay.round():
            return


def _hand_out_cash() -> None:
    """What a clerk does for those who come back for their money."""
    for refund_id in db.session.execute(_CASH_DUE).scalars().all():
        hand_out(refund_id, STAFF)
