"""A card terminal without cards: a hand approves, declines, or lets its answer get lost."""

import time
from pathlib import Path
from typing import Any

from core.peripherals.agent.drivers.base import DeviceError, NoAnswer, Outcome
from core.peripherals.agent.simulators.memory import Memory

#: So long it waits for a card.
TIME_OUT = 90.0
_KEPT = 200


class SimulatedTerminal:
    """Every charge is kept by its key; a key that is known is never charged again."""

    driver = "simulator"

    def __init__(self, folder: Path, time_out: float = TIME_OUT) -> None:
        self._time_out = time_out
        self._memory = Memory(folder / "terminal.json", {"charges": {}, "dead": False, "count": 0})

    def condition(self) -> str:
        """`ok`, or `away` while its line is cut."""
        with self._memory.read() as memory:
            return "away" if memory["dead"] else "ok"

    def begin(self, key: str, amount: int, currency: str) -> None:
        """Ask for a card."""
        with self._memory.change() as memory:
            _answering(memory)
            if key not in memory["charges"]:
                charge = {"status": "waiting", "amount": amount, "currency": currency,
                          "until": time.time() + self._time_out, "reference": "", "reason": ""}  # fmt: skip
                memory["charges"] = dict([*memory["charges"].items(), (key, charge)][-_KEPT:])

    def look_up(self, key: str) -> Outcome | None:
        """How it stands."""
        with self._memory.change() as memory:
            _answering(memory)
            charge = memory["charges"].get(key)
            if charge is None:
                return None
            if charge["status"] == "waiting" and time.time() > charge["until"]:
                charge.update(status="declined", reason="No card was held to the reader.")
            return Outcome(charge["status"], charge["reference"], charge["reason"])

    def cancel(self, key: str) -> None:
        """Ask for no card any more."""
        with self._memory.change() as memory:
            _answering(memory)
            charge = memory["charges"].get(key)
            if charge and charge["status"] == "waiting":
                charge.update(status="declined", reason="cancelled")

    def refund(self, key: str, charge: str, amount: int, currency: str) -> Outcome:
        """Give back, once a key, never more than was charged."""
        with self._memory.change() as memory:
            _answering(memory)
            found = memory["charges"].get(charge)
            if found is None or found["status"] != "approved" or found["currency"] != currency:
                return Outcome("declined", reason="This payment is not known here.")
            refunds = found.setdefault("refunds", {})
            if key not in refunds and sum(refunds.values()) + amount > found["amount"]:
                return Outcome("declined", reason="This is more than was charged.")
            refunds[key] = amount
            return Outcome("approved", f"R-{key[:8]}")

    # -- the hand ------------------------------------------------------------------------------------

    def approve(self) -> str:
        """Hold a good card to the reader."""
        with self._memory.change() as memory:
            _approve(memory)
        return "approved"

    def decline(self) -> str:
        """Hold a card to the reader that is refused."""
        with self._memory.change() as memory:
            _waiting(memory).update(status="declined", reason="The card was refused.")
        return "declined"

    def approve_and_lose(self) -> str:
        """A good card, but the line breaks before the answer."""
        with self._memory.change() as memory:
            _approve(memory)
            memory["dead"] = True
        return "approved, and the line is cut"

    def cut(self, on: bool) -> str:
        """Cut the line to the terminal, or mend it."""
        with self._memory.change() as memory:
            memory["dead"] = on
        return "cut" if on else "mended"

    @property
    def charged(self) -> int:
        """How many charges were approved since it is there."""
        with self._memory.read() as memory:
            return int(memory["count"])


def _answering(memory: dict[str, Any]) -> None:
    if memory["dead"]:
        raise NoAnswer("away")


def _waiting(memory: dict[str, Any]) -> dict[str, Any]:
    found: list[dict[str, Any]] = [c for c in memory["charges"].values() if c["status"] == "waiting"]
    if not found:
        raise DeviceError("The reader does not ask for a card.")
    return found[-1]


def _approve(memory: dict[str, Any]) -> None:
    memory["count"] += 1
    _waiting(memory).update(status="approved", reference=f"T-{memory['count']:06}")
