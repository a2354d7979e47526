"""Charges cards: a key is begun once, and an answer that was lost is looked up until there is one."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Event, Thread

from core.peripherals.agent.drivers.base import CardTerminal, DeviceError, NoAnswer, Outcome
from core.peripherals.agent.journal import Journal, Task
from core.peripherals.words import CommandKind, EventKind

_LOOK_EVERY = 0.2
_ASK_AGAIN = (0.5, 1.0, 2.0, 5.0)
NOT_BEGUN = "The card reader was not asked in time."
NEVER_HEARD = "The card reader did not take the payment."


class Charging:
    """One terminal; each charge has a thread of its own."""

    def __init__(self, terminal: CardTerminal, journal: Journal) -> None:
        self._terminal = terminal
        self._journal = journal
        self._busy: set[str] = set()
        self._stop = Event()

    def do(self, task: Task) -> None:
        """Begin a command, or go on with one after a restart."""
        if task.kind == CommandKind.CANCEL:
            self._cancel(task)
        elif task.id not in self._busy:
            self._busy.add(task.id)
            work = self._charge if task.kind == CommandKind.CHARGE else self._refund
            Thread(target=work, args=(task,), daemon=True).start()

    def stop(self) -> None:
        """The agent ends: what is open is taken up by the next one."""
        self._stop.set()

    def _cancel(self, task: Task) -> None:
        try:
            self._terminal.cancel(str(task.data.get("charge")))
        except DeviceError as error:
            self._journal.write(EventKind.FAILED, task.id, {"reason": str(error)}, ends=(task.id,))
            return
        self._journal.write(EventKind.DONE, task.id, ends=(task.id,))

    def _charge(self, task: Task) -> None:
        if not task.begun and task.too_late:
            self._end(task, Outcome("declined", reason=NOT_BEGUN))
            return
        if not task.begun:
            self._journal.begin(task.id)
            self._begin(task)
        outcome = self._wait(task)
        if outcome is not None:
            self._end(task, outcome)

    def _begin(self, task: Task) -> None:
        with suppress(NoAnswer):  # it may have heard: it is looked up
            self._terminal.begin(task.id, int(task.data["amount"]), str(task.data["currency"]))

    def _wait(self, task: Task) -> Outcome | None:
        """The terminal's last word, however long it takes; None when the agent ends before."""
        unsure = 0
        while not self._stop.is_set():
            try:
                found = self._terminal.look_up(task.id)
            except NoAnswer:
                if not unsure:
                    self._journal.write(EventKind.UNSURE, task.id)
                self._stop.wait(_ASK_AGAIN[min(unsure, len(_ASK_AGAIN) - 1)])
                unsure += 1
                continue
            if found is None:
                return Outcome("declined", reason=NEVER_HEARD)
            if found.status != "waiting":
                return found
            time.sleep(_LOOK_EVERY)
        return None

    def _refund(self, task: Task) -> None:
        while not self._stop.is_set():
            try:
                outcome = self._terminal.refund(
                    task.id, str(task.data["charge"]), int(task.data["amount"]), str(task.data["currency"])
                )
            except NoAnswer:
                self._stop.wait(_ASK_AGAIN[-1])
                continue
            self._end(task, outcome)
            return

    def _end(self, task: Task, outcome: Outcome) -> None:
        good = EventKind.REFUNDED if task.kind == CommandKind.REFUND else EventKind.APPROVED
        kind = good if outcome.status == "approved" else EventKind.DECLINED
        data = {"reference": outcome.reference, "reason": outcome.reason}
        self._journal.write(kind, task.id, data, ends=(task.id,))
        self._busy.discard(task.id)
