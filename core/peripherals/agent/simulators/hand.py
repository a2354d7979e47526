"""The hand that moves the simulators: what somebody clicks in the office's admin."""

from typing import Any

from core.peripherals.agent.drivers.base import DeviceError
from core.peripherals.agent.simulators.cash import SimulatedCashBox
from core.peripherals.agent.simulators.printer import SimulatedPrinter
from core.peripherals.agent.simulators.terminal import SimulatedTerminal


class Hand:
    """Moves those of the devices that are simulated."""

    def __init__(self, printer: object, cash: object, terminal: object) -> None:
        self._printer = printer
        self._cash = cash
        self._terminal = terminal

    def move(self, command_id: str, data: dict[str, Any]) -> str:
        """Do it, once for each command; says what came of it. Raises DeviceError."""
        device, act = data.get("device"), str(data.get("act"))
        if device == "cash" and isinstance(self._cash, SimulatedCashBox):
            return _cash(self._cash, act, data, command_id)
        if device == "terminal" and isinstance(self._terminal, SimulatedTerminal):
            return _terminal(self._terminal, act)
        if device == "printer" and isinstance(self._printer, SimulatedPrinter):
            return _printer(self._printer, act)
        raise DeviceError("There is no such simulator here.")


def _cash(box: SimulatedCashBox, act: str, data: dict[str, Any], command_id: str) -> str:
    if act == "insert":
        return box.insert(int(data.get("value", 0)), command_id)
    if act in ("jam", "free"):
        return box.jam(act == "jam")
    if act in ("fill", "empty"):
        return box.fill(act == "fill")
    raise DeviceError("The box cannot do this.")


def _terminal(terminal: SimulatedTerminal, act: str) -> str:
    acts = {"approve": terminal.approve, "decline": terminal.decline, "lose": terminal.approve_and_lose}
    if act in acts:
        return acts[act]()
    if act in ("cut", "mend"):
        return terminal.cut(act == "cut")
    raise DeviceError("The terminal cannot do this.")


def _printer(printer: SimulatedPrinter, act: str) -> str:
    if act in ("ok", "low", "out"):
        return printer.paper(act)
    if act in ("open", "close"):
        return printer.cover(act == "open")
    if act in ("jam", "free"):
        return printer.jam(act == "jam")
    raise DeviceError("The printer cannot do this.")
