"""The closing table of an import: what came in, what was there already, what was skipped and why."""

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from core.timetable.gtfs.findings import Findings


@dataclass(slots=True)
class Tally:
    """Numbers of one kind of thing. `kept`: would have changed or gone, but has sold or has left, and stays."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class NewOperator:
    """An operator that this import created; it sells once it has prices."""

    id: UUID
    name: str
    currency: str


@dataclass(slots=True)
class Report:
    """What an import did."""

    feed: str
    feed_hash: str
    findings: Findings
    first: date | None = None
    last: date | None = None
    weeks: int = 0
    trips: int = 0
    trips_used: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)
    new_operators: list[NewOperator] = field(default_factory=list)
    seconds: float = 0.0

    def tally(self, kind: str) -> Tally:
        """The numbers of a kind, made on first asking."""
        return self.tallies.setdefault(kind, Tally())

    def as_json(self) -> dict[str, Any]:
        """As kept in `timetable_imports.report`."""
        return {
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "weeks": self.weeks,
            "trips": self.trips,
            "trips_used": self.trips_used,
            "tallies": {kind: asdict(tally) for kind, tally in self.tallies.items()},
            "findings": self.findings.as_json(),
            "seconds": round(self.seconds, 2),
        }
