"""The relay picks up what a crash or an absence of Redis left in the outbox.

With Redis it wakes workers; without it, it delivers by itself. It remembers what it has passed on, so that a busy
worker is not handed the same row every second.
"""

import time
from collections.abc import Callable

import structlog

from core.jobs.deliver import deliver
from core.jobs.handlers import HANDLERS
from core.jobs.queues import nudge_outbox
from core.kernel import outbox
from core.kernel.db import db

log = structlog.get_logger(__name__)

_AGAIN_AFTER = 30.0
_ROUND_SECONDS = 5.0


class Relay:
    """One for each process; `stopping` says that the process is asked to end."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False) -> None:
        self._stopping = stopping
        self._seen: dict[int, float] = {}

    def round(self) -> int:
        """Pass on, or deliver, what is waiting; returns how many rows that were."""
        found = outbox.waiting(tuple(HANDLERS))
        db.session.rollback()
        self._seen = {event_id: self._seen[event_id] for event_id, _ in found if event_id in self._seen}
        begun, moved = time.monotonic(), 0
        for event_id, kind in found:
            if self._stopping() or time.monotonic() - begun > _ROUND_SECONDS:
                break
            moved += self._pass_on(event_id, kind)
        return moved

    def _pass_on(self, event_id: int, kind: str) -> bool:
        now = time.monotonic()
        if now - self._seen.get(event_id, -_AGAIN_AFTER) < _AGAIN_AFTER:
            return False
        if nudge_outbox(event_id, kind):
            self._seen[event_id] = now
            return True
        return deliver(event_id)
