"""What to send and when: at most four deltas a second a schedule, only what changed, numbered. No I/O.

Memory is bounded: schedules that were quiet for longest are forgotten, and their next delta carries the whole state
under a new epoch.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from core.live.states import Scheduled, Seats, changed, taken_changes

#: At least so many seconds between two deltas of one schedule.
BETWEEN = 0.25
#: How many schedules are remembered, and how many are read at once.
REMEMBERED = 2_000
AT_ONCE = 100


@dataclass(slots=True)
class _Sent:
    epoch: str
    n: int
    at: float
    seats: Seats


class Deltas:
    """The emitter's memory: which schedules have changed, and what their watchers were told last."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._waiting: OrderedDict[UUID, None] = OrderedDict()
        self._sent: OrderedDict[UUID, _Sent] = OrderedDict()
        self._remembered = remembered

    def note(self, schedule_ids: Iterable[UUID]) -> None:
        """These schedules have changed."""
        self._waiting.update(dict.fromkeys(schedule_ids))

    def due(self, now: float) -> list[UUID]:
        """Schedules whose change may be told now (`now` in seconds of a steady clock); they count as taken."""
        ready = [each for each in self._waiting if self._may_tell(each, now)][:AT_ONCE]
        for schedule_id in ready:
            del self._waiting[schedule_id]
        return ready

    def message(self, schedule_id: UUID, state: Scheduled, now: float) -> dict[str, Any] | None:
        """The delta from what was told last to `state`, or None when nothing differs."""
        before = self._sent.get(schedule_id)
        changes = changed(before.seats, state) if before else taken_changes(state.seats)
        if before and not changes:
            return None
        epoch = before.epoch if before else uuid4().hex[:12]
        number = before.n + 1 if before else 1
        self._keep(schedule_id, _Sent(epoch, number, now, state.seats))
        message: dict[str, Any] = {"schedule_id": str(schedule_id), "epoch": epoch, "n": number}
        return {**message, "whole": before is None, "changes": changes}

    def _may_tell(self, schedule_id: UUID, now: float) -> bool:
        before = self._sent.get(schedule_id)
        return before is None or now - before.at >= BETWEEN

    def _keep(self, schedule_id: UUID, sent: _Sent) -> None:
        self._sent[schedule_id] = sent
        self._sent.move_to_end(schedule_id)
        while len(self._sent) > self._remembered:
            self._sent.popitem(last=False)
