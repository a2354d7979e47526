"""A cash box without money: a hand puts coins and notes in, and sees what comes out."""

import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from core.peripherals import rules
from core.peripherals.agent.drivers.base import BoxStatus, DeviceError, Piece
from core.peripherals.agent.simulators.memory import Memory
from core.peripherals.denominations import denominations, is_coin

_PER_PIECE = 0.15
_LOG = 500
_COINS, _NOTES = 30, 6


class SimulatedCashBox:
    """Coins and the two smallest notes are kept for change; larger notes go into a stacker, which gives none back."""

    driver = "simulator"

    def __init__(self, folder: Path, currency: str, per_piece: float = _PER_PIECE) -> None:
        self.currency = currency
        self.values = denominations(currency)
        self._per_piece = per_piece
        notes = [value for value in self.values if not is_coin(value, currency)]
        self._kept = {*(v for v in self.values if is_coin(v, currency)), *notes[:2]}
        first = {"pieces": self._full(), "stacked": 0, "log": [], "mark": 0, "enabled": [], "jobs": {}, "jam": False, "hands": []}  # fmt: skip
        self._memory = Memory(folder / "cash.json", first)

    def _full(self) -> dict[str, int]:
        return {str(v): _COINS if is_coin(v, self.currency) else _NOTES for v in sorted(self._kept)}

    def status(self) -> BoxStatus:
        """How it is now."""
        with self._memory.read() as memory:
            pieces = {int(value): count for value, count in memory["pieces"].items()}
            return BoxStatus("jam" if memory["jam"] else "ok", pieces)

    def enable(self, values: Collection[int]) -> None:
        """Let these denominations in."""
        with self._memory.change() as memory:
            memory["enabled"] = sorted(values)

    def happened_since(self, mark: int) -> list[Piece]:
        """The pieces after this mark."""
        with self._memory.read() as memory:
            return [Piece(*each) for each in memory["log"] if each[0] > mark]

    def paid(self, key: str) -> int:
        """How much came out for this key so far."""
        with self._memory.read() as memory:
            return int(memory["jobs"].get(key, {}).get("paid", 0))

    def pay_out(self, key: str, amount: int) -> int:
        """Give so much, piece by piece; what cannot be given is returned."""
        while True:
            with self._memory.change() as memory:
                job = memory["jobs"].setdefault(key, {"paid": 0})
                left = amount - int(job["paid"])
                value = None if memory["jam"] else self._next(memory, left)
                if value is None:
                    return left
                memory["pieces"][str(value)] -= 1
                job["paid"] += value
                self._note(memory, "paid_out", value, key)
            time.sleep(self._per_piece)

    def _next(self, memory: dict[str, Any], left: int) -> int | None:
        """The largest piece with which the rest can still be made, or as much of it as there is."""
        pieces = {int(value): count for value, count in memory["pieces"].items()}
        most = rules.as_much_as_possible(left, pieces)
        found = rules.make_change(most, pieces)
        return max(found) if found else None

    # -- the hand ------------------------------------------------------------------------------------

    def insert(self, value: int, hand: str) -> str:
        """Put a coin or note in. Raises DeviceError when the box does not let it in. Once for each `hand`."""
        with self._memory.change() as memory:
            if hand in memory["hands"]:
                return "in the box"
            if memory["jam"] or value not in memory["enabled"]:
                raise DeviceError("The box does not take this now: it came back out.")
            memory["hands"] = [*memory["hands"], hand][-_LOG:]
            if value in self._kept:
                memory["pieces"][str(value)] = memory["pieces"].get(str(value), 0) + 1
            else:
                memory["stacked"] += value
            self._note(memory, "inserted", value, None)
        return "in the box"

    def jam(self, on: bool) -> str:
        """Let the works get stuck, or free them."""
        with self._memory.change() as memory:
            memory["jam"] = on
        return "stuck" if on else "free"

    def fill(self, full: bool) -> str:
        """Fill up the change, or take all of it out."""
        with self._memory.change() as memory:
            memory["pieces"] = self._full() if full else dict.fromkeys(self._full(), 0)
        return "filled" if full else "emptied"

    def _note(self, memory: dict[str, Any], kind: str, value: int, key: str | None) -> None:
        memory["mark"] += 1
        memory["log"] = [*memory["log"], [memory["mark"], kind, value, key]][-_LOG:]
