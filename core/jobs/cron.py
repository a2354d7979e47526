"""The one loop that runs what is due: hold expiry, the relay, and putting away what is no longer needed.

Exactly one is at work, under an advisory lock of the database that ends with its connection; another one waits and
takes over. A task that fails is said so and tried again at its next time; the others go on.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core.accounts import tokens
from core.booking import disruption_choice, expire, follow, parts, reconcile, remind, waiting_serve
from core.jobs.housekeeping import drop_outbox
from core.jobs.relay import Relay
from core.kernel import idempotency
from core.kernel.db import db
from core.payments import refunds
from core.peripherals import sweep

log = structlog.get_logger(__name__)

#: Any number that no other program uses for an advisory lock in this database.
LOCK = 0x_B00C_1A11
_TICK = 1.0


@dataclass(slots=True)
class Task:
    """Something to do every so many seconds."""

    name: str
    seconds: float
    work: Callable[[], object]
    due: float = 0.0


class Cron:
    """Runs its tasks until `stop` is set. Needs an application context."""

    def __init__(self, stop: threading.Event, tasks: list[Task] | None = None) -> None:
        self._stop = stop
        self._tasks = tasks if tasks is not None else standard_tasks(stop)

    def run(self) -> None:
        """Take the lock, work, and begin again when the database went away. Returns soon after `stop` is set."""
        while not self._stop.is_set():
            try:
                with _lock_connection() as connection:
                    self._wait_for(connection)
                    self._work(connection)
            except DBAPIError as error:
                log.warning("cron_without_database", error=str(error.orig).strip())
                self._stop.wait(_TICK)

    def _wait_for(self, connection: Connection) -> None:
        told = False
        while not self._stop.is_set() and not _locked(connection):
            if not told:
                log.info("cron_waits", reason="another one is at work")
                told = True
            self._stop.wait(_TICK)

    def _work(self, connection: Connection) -> None:
        if not self._stop.is_set():
            log.info("cron_works")
        while not self._stop.is_set():
            connection.execute(text("SELECT 1"))  # without its connection it has no lock, and must not go on
            for task in self._tasks:
                self._run(task)
            self._stop.wait(_TICK)

    def _run(self, task: Task) -> None:
        now = time.monotonic()
        if now < task.due or self._stop.is_set():
            return
        task.due = now + task.seconds
        try:
            task.work()
        except Exception as error:  # noqa: BLE001 - one task's fault must not stop the others
            log.warning("cron_task_failed", task=task.name, error=repr(error))
        finally:
            db.session.remove()


def standard_tasks(stop: threading.Event) -> list[Task]:
    """What an office does by itself."""
    return [
        Task("relay", 1, Relay(stop.is_set).round),
        Task("expire", 30, expire.sweep),
        Task("reconcile", 30, reconcile.reconcile),
        Task("reminders", 30, remind.remind),
        Task("follow", 30, follow.follow),
        Task("waiting", 5, waiting_serve.serve),
        Task("disruptions", 30, disruption_choice.settle_overdue),
        Task("refunds", 10, refunds.chase),
        Task("parts", 30, parts.give_up_abandoned),
        Task("kiosk-devices", 2, sweep.sweep),
        Task("idempotency", 3600, idempotency.drop_old),
        Task("refresh-tokens", 3600, tokens.drop_old),
        Task("outbox", 3600, drop_outbox),
    ]


@contextmanager
def _lock_connection() -> Iterator[Connection]:
    """A connection of its own, outside of any transaction; the lock goes with it."""
    connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        yield connection
    finally:
        connection.invalidate()
        connection.close()


def _locked(connection: Connection) -> bool:
    taken = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK})
    return bool(taken.scalar_one())
