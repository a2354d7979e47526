"""A printer without paper: the bytes go into a file, as they would go to a real one."""

from collections.abc import Sequence
from pathlib import Path

from escpos.printer import Dummy

from core.peripherals.agent.drivers.base import DeviceError, Element
from core.peripherals.agent.drivers.paper import PROFILE, put
from core.peripherals.agent.simulators.memory import Memory


class SimulatedPrinter:
    """`printed.bin` is what it printed last; a hand takes its paper away, opens the cover or jams it."""

    driver = "simulator"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "printed.bin"
        self._memory = Memory(
            folder / "printer.json", {"paper": "ok", "open": False, "jam": False, "printed": 0}
        )

    def condition(self) -> str:
        """How it is."""
        with self._memory.read() as memory:
            return "open" if memory["open"] else "jam" if memory["jam"] else str(memory["paper"])

    def print(self, elements: Sequence[Element]) -> None:
        """Print; out of paper, open or jammed nothing comes out."""
        condition = self.condition()
        if condition not in ("ok", "low"):
            raise DeviceError(condition)
        paper = Dummy(profile=PROFILE)
        put(paper, elements)
        self._file.write_bytes(paper.output)
        with self._memory.change() as memory:
            memory["printed"] += 1

    # -- the hand ------------------------------------------------------------------------------------

    def paper(self, state: str) -> str:
        """`ok`, `low` or `out`."""
        if state not in ("ok", "low", "out"):
            raise DeviceError("The paper is ok, low or out.")
        with self._memory.change() as memory:
            memory["paper"] = state
        return state

    def cover(self, is_open: bool) -> str:
        """Open the cover, or close it."""
        with self._memory.change() as memory:
            memory["open"] = is_open
        return "open" if is_open else "closed"

    def jam(self, on: bool) -> str:
        """Let the paper get stuck, or free it."""
        with self._memory.change() as memory:
            memory["jam"] = on
        return "stuck" if on else "free"
