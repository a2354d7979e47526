"""Takes cash up to an amount and gives back: the box's own memory is read into the journal, piece by piece, each once."""

from __future__ import annotations

from threading import RLock, Thread

from core.peripherals import rules
from core.peripherals.agent.drivers.base import CashBox, DeviceError
from core.peripherals.agent.journal import Journal, Task
from core.peripherals.words import CommandKind, Device, EventKind

_MARK = "cash_box"
_INSERTED = "cash_inserted"
TOO_LATE = "Nobody was there to take the money back."


class CashDesk:
    """One box. `turn` is called several times a second; commands come from the agent's journal."""

    def __init__(self, box: CashBox, journal: Journal) -> None:
        self._box = box
        self._journal = journal
        self._lock = RLock()
        self._accept = _open_accept(journal)
        self._last = self._accept.id if self._accept else None
        self._stops: dict[str, str] = {}
        self._enabled: tuple[int, ...] | None = None
        self._paying: set[str] = set()

    def do(self, task: Task) -> None:
        """Begin a command, or go on with one after a restart."""
        with self._lock:
            if task.kind == CommandKind.ACCEPT:
                self._begin_accept(task)
            elif task.kind == CommandKind.STOP:
                self._stops[str(task.data.get("accept"))] = task.id
            elif task.kind == CommandKind.PAY_OUT and task.id not in self._paying:
                self._paying.add(task.id)
                Thread(target=self._pay_out, args=(task,), daemon=True).start()

    def abandon(self, task: Task) -> None:
        """The office does not know of this command any more: take no money for it."""
        with self._lock:
            self._accept, self._last = task, task.id
            self._stops.setdefault(task.id, task.id)

    def turn(self, *, online: bool) -> None:
        """Read what happened, end what is whole or was stopped, and let in only what change can be given for."""
        with self._lock:
            self._read()
            self._end_stops_without_accept()
            accept = self._accept
            if accept is None:
                self._enable(())
                return
            wanted, inserted = int(accept.data["amount"]), self._journal.mark(_INSERTED)
            if inserted >= wanted or accept.id in self._stops:
                self._end(accept)
                return
            status = self._box.status()
            usable = online and status.condition == "ok"
            self._enable(
                rules.acceptable(wanted, inserted, self._box.values, status.pieces) if usable else ()
            )

    @property
    def enabled(self) -> tuple[int, ...]:
        """What the box lets in at present."""
        return self._enabled or ()

    # -- taking --------------------------------------------------------------------------------------

    def _begin_accept(self, task: Task) -> None:
        self._read()
        if task.too_late and not task.begun:
            self._stops.setdefault(task.id, task.id)
        if not task.begun:
            self._journal.begin(task.id, {_INSERTED: 0})
        self._accept = task
        self._last = task.id

    def _read(self) -> None:
        """Every piece that the journal has not seen, with the box's mark, in one transaction each."""
        for piece in self._box.happened_since(self._journal.mark(_MARK)):
            data = {"value": piece.value, "currency": self._box.currency}
            marks = {_MARK: piece.mark}
            if piece.kind == "paid_out":
                self._journal.write(EventKind.PAID_OUT, piece.key, data, marks=marks)
                continue
            marks[_INSERTED] = self._journal.mark(_INSERTED) + piece.value
            self._journal.write(EventKind.INSERTED, self._last, data, marks=marks)

    def _end(self, accept: Task) -> None:
        self._enable(())
        self._read()  # what was moving in
        stop = self._stops.pop(accept.id, accept.id)
        self._journal.write(EventKind.STOPPED, accept.id, ends=(accept.id, stop))
        if stop != accept.id:
            self._journal.write(EventKind.DONE, stop)
        self._accept = None

    def _end_stops_without_accept(self) -> None:
        """What was to be stopped is over already."""
        for accept_id, stop in list(self._stops.items()):
            if self._accept is None or self._accept.id != accept_id:
                del self._stops[accept_id]
                self._journal.write(EventKind.DONE, stop, ends=(stop,))

    def _enable(self, values: tuple[int, ...]) -> None:
        if values != self._enabled:
            self._box.enable(values)
            self._enabled = values

    # -- giving --------------------------------------------------------------------------------------

    def _pay_out(self, task: Task) -> None:
        amount = int(task.data["amount"])
        missing, why = amount, ""
        try:
            if task.too_late:
                missing, why = amount - self._box.paid(task.id), TOO_LATE
            else:
                self._journal.begin(task.id)
                missing = self._box.pay_out(task.id, amount)
                why = "jam" if missing else ""
        except DeviceError as error:
            missing, why = amount - self._box.paid(task.id), str(error)
        with self._lock:
            self._read()
            data = {"missing": missing, "reason": why}
            self._journal.write(EventKind.PAY_OUT_ENDED, task.id, data, ends=(task.id,))
            self._paying.discard(task.id)


def _open_accept(journal: Journal) -> Task | None:
    """What the agent was taking money for when it ended: pieces that it did not read then belong to it."""
    found = [
        t for t in journal.tasks() if t.device == Device.CASH and t.kind == CommandKind.ACCEPT and t.begun
    ]
    return found[-1] if found else None
