"""What every printer, cash box and card terminal can do, whoever makes it: the rest of the agent knows only this.

A device outlives the agent: cash boxes and terminals keep a memory of their own, which is asked after a crash, so that
nothing is lost and nothing counts twice.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Element = Mapping[str, Any]


class DeviceError(Exception):
    """The device said no, or did not do it; the text is a short reason such as `jam`, `out`, `open`."""


class NoAnswer(DeviceError):
    """The device does not answer: what was asked for may have happened all the same."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A coin or note that went in or came out. `mark` is the number that the box's own memory gave it, counting up;
    `key` is that of the pay-out it belongs to.
    """

    mark: int
    kind: Literal["inserted", "paid_out"]
    value: int
    key: str | None = None


@dataclass(frozen=True, slots=True)
class BoxStatus:
    """`condition`: ok or jam. `pieces`: how many of each denomination it can give out."""

    condition: str
    pieces: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a charge or refund stands at the terminal. `reference` is the terminal's own, `reason` of a refusal."""

    status: Literal["waiting", "approved", "declined"]
    reference: str = ""
    reason: str = ""


class Printer(Protocol):
    """A ticket printer with 80 mm paper."""

    driver: str

    def condition(self) -> str:
        """`ok`, `low` (paper soon out), `out`, `open` (cover), `jam`, `away`, or `unknown` where it cannot say."""
        ...

    def print(self, elements: Sequence[Element]) -> None:
        """Print a document (`core.peripherals.documents`). Raises DeviceError when it did not come out whole."""
        ...


class CashBox(Protocol):
    """Takes notes and coins and gives change."""

    driver: str
    currency: str
    values: tuple[int, ...]

    def status(self) -> BoxStatus:
        """How it is now."""
        ...

    def enable(self, values: Collection[int]) -> None:
        """Let these denominations in, and no others; none closes it. What is moving in already still counts."""
        ...

    def happened_since(self, mark: int) -> list[Piece]:
        """The pieces after this mark, in order, out of the box's own memory."""
        ...

    def pay_out(self, key: str, amount: int) -> int:
        """Give so much, and return what could not be given. Asked again with a key it goes on and gives nothing twice."""
        ...

    def paid(self, key: str) -> int:
        """How much came out for this key so far."""
        ...


class CardTerminal(Protocol):
    """Charges cards. A key is asked for once; asking again is asking how it stands."""

    driver: str

    def condition(self) -> str:
        """`ok` or `away`."""
        ...

    def begin(self, key: str, amount: int, currency: str) -> None:
        """Ask for a card. Raises NoAnswer; a key that is known already is not begun again."""
        ...

    def look_up(self, key: str) -> Outcome | None:
        """How it stands, None when the terminal never heard of it (so nothing was charged). Raises NoAnswer."""
        ...

    def cancel(self, key: str) -> None:
        """Ask for no card any more; one that was accepted stays accepted."""
        ...

    def refund(self, key: str, charge: str, amount: int, currency: str) -> Outcome:
        """Give back (a part of) a charge, once a key. Raises NoAnswer."""
        ...
