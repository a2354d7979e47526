"""Tells watchers what changed: drains the outbox kind `seats.changed`, reads the seats again, sends deltas. Changes of
schedules that nobody watches are dropped.

Any number of processes may start one; exactly one is at work, the holder of a PostgreSQL advisory lock. When it dies
another takes over under new epochs, and every watcher asks for the whole state. A delta that was lost between the
drain and the emit is made good by the watchers' own snapshot every 30 s.
"""

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from flask import Flask
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from core.kernel.db import db
from core.live.deltas import Deltas
from core.live.server import tell, watched
from core.live.states import read_states
from core.live.watched import Watched

log = structlog.get_logger(__name__)

KIND = "seats.changed"
TICK = 0.05
#: How long a process waits before it asks for the lock again, or after the database was away.
RETRY = 1.0
#: How often each process says again what is watched there, in seconds.
MARK_EVERY = 5.0
_LOCK_KEY = 0x5EA7_0001
_KEY = "bookinghall_emitter"

_TRY_LOCK = text("SELECT pg_try_advisory_lock(:key)")
_DRAIN = text("""
DELETE FROM outbox WHERE id IN (
  SELECT id FROM outbox WHERE kind = :kind AND done_at IS NULL ORDER BY id LIMIT 2000 FOR UPDATE SKIP LOCKED)
RETURNING payload->>'schedule_id'
""")

Tell = Callable[[UUID, dict[str, Any]], None]


class Emitter:
    """One background thread. `start` and `stop` may be called once each."""

    def __init__(self, engine: Engine, tell_watchers: Tell, watched: Watched) -> None:
        self._engine = engine
        self._tell = tell_watchers
        self._watched = watched
        self._marked = -MARK_EVERY
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="live-emitter", daemon=True)

    def start(self) -> None:
        """Begin to work, or to wait for the lock."""
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """End the work and give the lock back."""
        self._ended.set()
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                with self._engine.connect() as connection:
                    self._with_lock(connection.execution_options(isolation_level="AUTOCOMMIT"))
            except DBAPIError as error:
                log.warning("live_emitter_waits", error=type(error.orig).__name__)
            except Exception:
                log.exception("live_emitter_failed")
            self._mark()
            self._ended.wait(RETRY)

    def _with_lock(self, connection: Connection) -> None:
        if not connection.execute(_TRY_LOCK, {"key": _LOCK_KEY}).scalar_one():
            return
        try:
            deltas = Deltas()
            while not self._ended.wait(TICK):
                self._tick(connection, deltas)
        finally:
            connection.invalidate()  # ends the session, and with it the lock, whatever state it is in

    def _mark(self) -> None:
        """Remind the process whose emitter is at work of what is watched in this one."""
        if time.monotonic() - self._marked >= MARK_EVERY:
            self._marked = time.monotonic()
            self._watched.mark_all()

    def _tick(self, connection: Connection, deltas: Deltas) -> None:
        changed = _schedules(connection)
        if changed:
            deltas.note(self._watched.among(changed))
        due = deltas.due(time.monotonic())
        if not due:
            return
        for schedule_id, state in read_states(connection, due).items():
            message = deltas.message(schedule_id, state, time.monotonic())
            if message is not None:
                self._tell(schedule_id, message)


def start(app: Flask) -> Emitter:
    """Start the application's emitter, for a process that serves. Never at import."""
    with app.app_context():
        engine = db.engine
    emitter = Emitter(engine, lambda schedule_id, message: tell(app, schedule_id, message), watched(app))
    app.extensions[_KEY] = emitter
    emitter.start()
    return emitter


def _schedules(connection: Connection) -> list[UUID]:
    """The schedules that have changed, each once."""
    found = set(connection.execute(_DRAIN, {"kind": KIND}).scalars())
    return [UUID(schedule_id) for schedule_id in found]
