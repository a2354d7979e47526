"""Every invariant of a sale, and asking a database whether they hold.

The sentences stand beside their queries in `seats`, `journeys`, `money`, `invoices` and `words`. They can be asked of any database of this
office at any time, also while it sells: each is one statement and reads only.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from core.proof.invariant import Invariant
from core.proof.invoices import INVOICES
from core.proof.journeys import JOURNEYS
from core.proof.money import MONEY
from core.proof.seats import SEATS
from core.proof.words import WORDS

INVARIANTS: tuple[Invariant, ...] = (*SEATS, *JOURNEYS, *MONEY, *INVOICES, *WORDS)

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one invariant: `broken` has up to 20 (subject, detail), `count` says how many there are."""

    invariant: Invariant
    count: int
    broken: tuple[tuple[str, str], ...]
    seconds: float

    @property
    def holds(self) -> bool:
        return self.count == 0

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        broken = [{"subject": subject, "detail": detail} for subject, detail in self.broken]
        return {
            "name": self.invariant.name,
            "sentence": self.invariant.sentence,
            "holds": self.holds,
            "count": self.count,
            "broken": broken,
            "seconds": round(self.seconds, 3),
        }

    def __str__(self) -> str:
        shown = "; ".join(f"{subject}: {detail}" for subject, detail in self.broken)
        return f"{self.invariant.name} ({self.count}): {shown}"


def check(connection: Connection, schedules: Collection[UUID] | None = None) -> Iterator[Finding]:
    """Ask every invariant, one after the other: of the sales of these schedules, or of all there are.

    Works on any connection, inside a transaction or in autocommit, and writes nothing.
    """
    only = None if schedules is None else list(schedules)
    for invariant in INVARIANTS:
        begun = time.monotonic()
        rows = connection.execute(text(invariant.statement), {"schedules": only}).all()
        shown = tuple((str(row.subject), str(row.detail)) for row in rows[:_SHOWN])
        yield Finding(invariant, len(rows), shown, time.monotonic() - begun)


def broken(connection: Connection, schedules: Collection[UUID] | None = None) -> list[Finding]:
    """The invariants that do not hold: none, in an office that is well."""
    return [finding for finding in check(connection, schedules) if not finding.holds]
