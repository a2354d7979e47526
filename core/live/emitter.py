"""Tells watchers what changed: drains the outbox kind `seats.changed`, reads the seats again, sends deltas.

Any number of processes may start one; exactly one is at work, the holder of a PostgreSQL advisory lock. When it dies
another takes over under new epochs, and every watcher asks for the whole state. A delta that was lost between the
drain and the emit is made good by the watchers' own snapshot every 30 s.
"""

import json
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
from core.live.server import tell
from core.live.states import read_states

log = structlog.get_logger(__name__)

KIND = "seats.changed"
TICK = 0.1
#: How long a process waits before it asks for the lock again, or after the database was away.
RETRY = 1.0
_LOCK_KEY = 0x5EA7_0001
_KEY = "bookinghall_emitter"

_TRY_LOCK = text("SELECT pg_try_advisory_lock(:key)")
_DRAIN = text("""
DELETE FROM outbox WHERE id IN (
  SELECT id FROM outbox WHERE kind = :kind AND done_at IS NULL ORDER BY id LIMIT 2000 FOR UPDATE SKIP LOCKED)
RETURNING payload
""")

Tell = Callable[[UUID, dict[str, Any]], None]


class Emitter:
    """One background thread. `start` and `stop` may be called once each."""

    def __init__(self, engine: Engine, tell_watchers: Tell) -> None:
        self._engine = engine
        self._tell = tell_watchers
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

    def _tick(self, connection: Connection, deltas: Deltas) -> None:
        deltas.note(_schedules(connection))
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
    emitter = Emitter(engine, lambda schedule_id, message: tell(app, schedule_id, message))
    app.extensions[_KEY] = emitter
    emitter.start()
    return emitter


def _schedules(connection: Connection) -> list[UUID]:
    payloads = connection.execute(_DRAIN, {"kind": KIND}).scalars()
    return [UUID(_plain(payload)["schedule_id"]) for payload in payloads]


def _plain(payload: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(payload) if isinstance(payload, str) else payload
    return value
