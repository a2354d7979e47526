"""Prints documents, one after the other. One that a crash interrupted is said not to have come out: it can be asked
for once more.
"""

from __future__ import annotations

from queue import SimpleQueue
from threading import Thread

from core.peripherals.agent.drivers.base import DeviceError, Printer
from core.peripherals.agent.journal import Journal, Task
from core.peripherals.words import EventKind


class Printing:
    """One printer."""

    def __init__(self, printer: Printer, journal: Journal) -> None:
        self._printer = printer
        self._journal = journal
        self._queue: SimpleQueue[Task] = SimpleQueue()
        self._queued: set[str] = set()
        Thread(target=self._work, daemon=True).start()

    def do(self, task: Task) -> None:
        """Print it after those that came before."""
        if task.id not in self._queued:
            self._queued.add(task.id)
            self._queue.put(task)

    def _work(self) -> None:
        while True:
            self._print(self._queue.get())

    def _print(self, task: Task) -> None:
        why = "interrupted" if task.begun else "too late" if task.too_late else ""
        if not why:
            self._journal.begin(task.id)
            try:
                self._printer.print(task.data.get("elements", []))
            except DeviceError as error:
                why = str(error)
        kind = EventKind.NOT_PRINTED if why else EventKind.PRINTED
        self._journal.write(kind, task.id, {"reason": why} if why else {}, ends=(task.id,))
        self._queued.discard(task.id)
