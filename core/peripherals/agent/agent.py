"""The agent itself: takes commands, lets the devices do them, reports what happened until the office has it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

from core.peripherals.agent.cash_desk import CashDesk
from core.peripherals.agent.charging import Charging
from core.peripherals.agent.drivers.base import CardTerminal, CashBox, DeviceError, Printer
from core.peripherals.agent.journal import Journal, Task
from core.peripherals.agent.office import Gap, Office, OfficeAway, Refused
from core.peripherals.agent.printing import Printing
from core.peripherals.agent.simulators.hand import Hand
from core.peripherals.words import CommandKind, Device, EventKind

VERSION = "1"
_TURN = 0.05
_LOOK_AT_DEVICES = 1.0
_TRY_AGAIN = 1.0
_REFUSED_PAUSE = 10.0


@dataclass(frozen=True, slots=True)
class Devices:
    """What hangs on this machine; None for what it does not have."""

    printer: Printer | None = None
    cash: CashBox | None = None
    terminal: CardTerminal | None = None
    scanner: str | None = None


class Agent:
    """Runs in three threads: one takes commands, one reports, one looks after the devices."""

    def __init__(
        self, office: Office, journal: Journal, devices: Devices, say: Callable[[str], None] = print
    ) -> None:
        self._office = office
        self._journal = journal
        self._devices = devices
        self._say = say
        self._stop = Event()
        self._online = False
        self._told: dict[str, dict[str, Any]] = {}
        self._cash = CashDesk(devices.cash, journal) if devices.cash else None
        self._charging = Charging(devices.terminal, journal) if devices.terminal else None
        self._printing = Printing(devices.printer, journal) if devices.printer else None
        self._hand = Hand(devices.printer, devices.cash, devices.terminal)

    def run(self) -> None:
        """Work until `stop` is called."""
        for work in (self._report, self._watch):
            Thread(target=work, daemon=True).start()
        while not self._stop.is_set():
            self._greet()
            self._take_commands()

    def stop(self) -> None:
        """End soon; what is open is taken up by the next start."""
        self._stop.set()
        if self._charging:
            self._charging.stop()

    # -- commands ------------------------------------------------------------------------------------

    def _greet(self) -> None:
        """Say what there is, agree on the numbers of events, and go on with what was begun before."""
        while not self._stop.is_set():
            try:
                self._told = self._conditions()
                self._journal.follow(self._office.hello(VERSION, self._names(), self._told))
                self._resume(self._office.commands([], wait=0))
            except (OfficeAway, Refused) as error:
                self._away(error)
                continue
            self._say("Connected to the office.")
            self._online = True
            return

    def _resume(self, open_ones: list[dict[str, Any]]) -> None:
        known = {command["id"] for command in open_ones}
        for command in open_ones:
            self._journal.take(command)
        for task in self._journal.tasks():
            if task.id in known:
                self._do(task)
            elif self._cash and (task.device, task.kind) == (Device.CASH, CommandKind.ACCEPT):
                self._cash.abandon(task)
            elif not task.begun:
                self._journal.drop(task.id)

    def _take_commands(self) -> None:
        """Until the office cannot be reached: then everything is agreed on anew."""
        while not self._stop.is_set():
            try:
                for command in self._office.commands(self._journal.known_commands()):
                    if self._journal.take(command):
                        self._do(_task(command))
            except (OfficeAway, Refused) as error:
                self._away(error)
                return

    def _away(self, error: Exception) -> None:
        if self._online:
            self._say(f"The office cannot be reached: {error}")
        self._online = False
        self._stop.wait(_REFUSED_PAUSE if isinstance(error, Refused) else _TRY_AGAIN)

    def _do(self, task: Task) -> None:
        workers = {Device.CASH: self._cash, Device.TERMINAL: self._charging, Device.PRINTER: self._printing}
        worker = workers.get(task.device)  # type: ignore[call-overload]  # a command may name any device
        if task.device == Device.SIMULATOR:
            self._move_hand(task)
        elif worker is None:
            self._journal.write(
                EventKind.FAILED, task.id, {"reason": "There is no such device here."}, ends=(task.id,)
            )
        else:
            worker.do(task)

    def _move_hand(self, task: Task) -> None:
        try:
            said = self._hand.move(task.id, task.data)
        except DeviceError as error:
            self._journal.write(EventKind.FAILED, task.id, {"reason": str(error)}, ends=(task.id,))
        else:
            self._journal.write(EventKind.DONE, task.id, {"said": said}, ends=(task.id,))

    # -- events --------------------------------------------------------------------------------------

    def _report(self) -> None:
        while not self._stop.is_set():
            events = self._journal.waiting()
            if not events or not self._online:
                with self._journal.written:
                    self._journal.written.wait(0.5)
                continue
            try:
                self._journal.known(self._office.report(events))
            except Gap as gap:
                self._journal.follow(gap.last_event)
            except (OfficeAway, Refused):
                self._stop.wait(_TRY_AGAIN)

    # -- devices -------------------------------------------------------------------------------------

    def _watch(self) -> None:
        looked = 0.0
        while not self._stop.is_set():
            if self._cash:
                self._cash.turn(online=self._online)
            if time.monotonic() - looked > _LOOK_AT_DEVICES:
                looked = time.monotonic()
                self._tell_changes()
            self._stop.wait(_TURN)

    def _tell_changes(self) -> None:
        if not self._online:
            return
        now = self._conditions()
        for device, said in now.items():
            if self._told.get(device) != said:
                self._journal.write(EventKind.STATUS, None, {"device": device, **said})
        self._told = now

    def _conditions(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        if self._devices.printer:
            found[Device.PRINTER] = {"condition": self._devices.printer.condition()}
        if self._devices.terminal:
            found[Device.TERMINAL] = {"condition": self._devices.terminal.condition()}
        if self._devices.cash and self._cash:
            box = self._devices.cash
            status = box.status()
            pieces = {str(value): count for value, count in sorted(status.pieces.items())}
            found[Device.CASH] = {"condition": status.condition, "currency": box.currency, "values": list(box.values),
                                  "float": pieces, "open": list(self._cash.enabled)}  # fmt: skip
        return found

    def _names(self) -> dict[str, Any]:
        """What there is, by driver."""
        held: dict[Device, Any] = {
            Device.PRINTER: self._devices.printer, Device.CASH: self._devices.cash, Device.TERMINAL: self._devices.terminal,
        }  # fmt: skip
        names = {device.value: {"driver": driver.driver} for device, driver in held.items() if driver}
        return names | (
            {Device.SCANNER.value: {"driver": self._devices.scanner}} if self._devices.scanner else {}
        )


def _task(command: dict[str, Any]) -> Task:
    return Task(
        command["id"], command["device"], command["kind"], command["data"], time.time() + command["seconds"], False
    )  # fmt: skip
