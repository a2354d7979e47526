"""Wakes an agent that waits for commands in this process. In the others it finds them at its next look, within a second."""

from threading import Condition
from uuid import UUID

_changed = Condition()
_counts: dict[UUID, int] = {}


def count(kiosk_id: UUID) -> int:
    """How often somebody has called for this kiosk here: to be handed to `wait`."""
    return _counts.get(kiosk_id, 0)


def call(kiosk_id: UUID) -> None:
    """There is something to do for this kiosk's agent."""
    with _changed:
        _counts[kiosk_id] = _counts.get(kiosk_id, 0) + 1
        _changed.notify_all()


def wait(kiosk_id: UUID, seen: int, seconds: float) -> None:
    """Return after so many seconds, or as soon as somebody calls for this kiosk after ``seen``."""
    with _changed:
        _changed.wait_for(lambda: count(kiosk_id) != seen, timeout=seconds)
