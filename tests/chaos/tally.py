"""What buyers were told while the office was being shot at: counted, kept, and held against the office in the end."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

import httpx


@dataclass
class Tally:
    """`outcomes` counts answers, `deeds` what was carried out whole; `promised` are rows that the office said it had
    written, by table; `faults` are what an office may never do. Safe to be used by many threads.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    promised: dict[str, list[UUID]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._guard = threading.Lock()

    def note(self, word: str) -> None:
        """Count an outcome."""
        with self._guard:
            self.outcomes[word] += 1

    def done(self, deed: str) -> None:
        """Count a deed that was carried out."""
        with self._guard:
            self.deeds[deed] += 1

    def promise(self, table: str, row_id: str) -> None:
        """The office said that this row is there: from now on it has to be."""
        with self._guard:
            self.promised.setdefault(table, []).append(UUID(row_id))

    def went_well(self, answer: httpx.Response, word: str) -> bool:
        """An answer is good, a refusal with a code, or a fault: the office may be away, but it may not stumble."""
        refused = str(answer.status_code)
        if not answer.is_success and "code" in answer.text:
            refused = str(answer.json()["code"])
        self.note(word if answer.is_success else refused)
        if answer.status_code == 500 or (not answer.is_success and "code" not in answer.text):
            self.faults.append(f"{answer.request.url} {answer.status_code} {answer.text[:300]}")
        return answer.is_success

    def agree(self, holds: bool, answer: httpx.Response, what: str) -> None:
        """An answer that contradicts what the office was asked for, or said before, is a fault."""
        if not holds:
            self.faults.append(f"{answer.request.url} {what}: {answer.text[:600]}")
