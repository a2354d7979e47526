"""What an import has to say about a feed: each fault with its file, line, field and a plain sentence."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.kernel.errors import DomainError

#: Of each kind of fault this many are kept in full; the others are only counted.
KEPT_OF_A_KIND = 20


class Level(StrEnum):
    """Fatal: the feed is refused. Skipped: this row is left out. Note: nothing is lost, but somebody may wonder."""

    FATAL = "fatal"
    SKIPPED = "skipped"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `line` counts from 1, the header being line 1; 0 means the file as a whole."""

    level: Level
    code: str
    message: str
    file: str = ""
    line: int = 0
    field: str = ""

    @property
    def where(self) -> str:
        """File, line and field in words, as far as they are known."""
        parts = [self.file, f"line {self.line}" if self.line else "", self.field]
        return ", ".join(part for part in parts if part)

    def as_json(self) -> dict[str, Any]:
        """As kept in the record of an import."""
        return {
            "level": self.level.value, "code": self.code, "message": self.message, "file": self.file,
            "line": self.line, "field": self.field,
        }  # fmt: skip


class BrokenFeed(DomainError):
    """The feed was refused; nothing of it was stored. `findings` says why."""

    code = "broken_feed"

    def __init__(self, findings: "Findings") -> None:
        self.findings = findings
        fatal = [f for f in findings.kept if f.level is Level.FATAL]
        first = fatal[0] if fatal else None
        where = f" ({first.where})" if first and first.where else ""
        message = f"{first.message}{where}" if first else "The feed cannot be used."
        super().__init__(message, findings=[f.as_json() for f in findings.kept])


class Findings:
    """Collects faults, keeping the first of each kind and the count of all."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[Level, str]] = Counter()
        self.kept: list[Finding] = []

    def add(
        self, level: Level, code: str, message: str, file: str = "", line: int = 0, field: str = ""
    ) -> None:
        """Note a fault."""
        self.counts[level, code] += 1
        if self.counts[level, code] <= KEPT_OF_A_KIND:
            self.kept.append(Finding(level, code, message[:400], file, line, field))

    def fatal(self, code: str, message: str, file: str = "", line: int = 0, field: str = "") -> None:
        """Note a fault for which the feed is refused; reading may go on to find others."""
        self.add(Level.FATAL, code, message, file, line, field)

    def skip(self, code: str, message: str, file: str = "", line: int = 0, field: str = "") -> None:
        """Note something that is left out."""
        self.add(Level.SKIPPED, code, message, file, line, field)

    def note(self, code: str, message: str, file: str = "", line: int = 0, field: str = "") -> None:
        """Note something odd that loses nothing."""
        self.add(Level.NOTE, code, message, file, line, field)

    def refuse(self, code: str, message: str, file: str = "", line: int = 0, field: str = "") -> BrokenFeed:
        """Note a fault after which nothing more can be read, and the error to raise for it."""
        self.fatal(code, message, file, line, field)
        return BrokenFeed(self)

    def stop_if_fatal(self) -> None:
        """Raise BrokenFeed when a fatal fault was noted."""
        if any(level is Level.FATAL for level, _ in self.counts):
            raise BrokenFeed(self)

    def count(self, level: Level) -> int:
        """How many faults of that level there are."""
        return sum(n for (found, _), n in self.counts.items() if found is level)

    def groups(self) -> Iterable[tuple[Level, str, int, list[Finding]]]:
        """Level, code, count and the first findings of each kind; fatal first, then the most frequent."""
        order = list(Level)
        ranked = sorted(self.counts.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1]))
        for (level, code), number in ranked:
            yield level, code, number, [f for f in self.kept if (f.level, f.code) == (level, code)]

    def as_json(self) -> list[dict[str, Any]]:
        """Grouped, as kept in the record of an import."""
        return [
            {"level": level.value, "code": code, "count": number, "first": [f.as_json() for f in first[:5]]}
            for level, code, number, first in self.groups()
        ]
