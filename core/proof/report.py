"""What a proof came to, for people and for machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.proof.crowd import Crowd
from core.proof.invariants import Finding


@dataclass(frozen=True, slots=True)
class Race:
    """The crowd's race: how often what happened, how long it took, what is left over and what went wrong."""

    seconds: float
    buyers: int
    seed: int
    counts: dict[str, int]
    latencies: dict[str, dict[str, float]]
    results: dict[str, int]
    left: int
    checks: int
    defects: list[str]
    found: list[Finding]

    @classmethod
    def of(cls, crowd: Crowd, left: int, found: list[Finding]) -> Race:
        """The race of a crowd that has settled; `found` are the invariants asked at the end."""
        tally = crowd.tally
        broken = [*crowd.found, *(finding for finding in found if not finding.holds)]
        return cls(
            crowd.seconds, crowd.buyers, crowd.seed, dict(sorted(tally.counts.items())), tally.latencies(),
            crowd.results(), left, crowd.checks, list(tally.defects), broken,
        )  # fmt: skip

    @property
    def attempts(self) -> int:
        return self.counts.get("attempts", 0)

    @property
    def winners(self) -> int:
        """Attempts that got their seats."""
        return self.counts.get("held", 0)

    @property
    def conflicts(self) -> int:
        """Attempts that were told that somebody else was faster."""
        return self.counts.get("refused seat_taken", 0)

    @property
    def faults(self) -> list[str]:
        """Why the race proves nothing, or the contrary; none when all is well."""
        faults = [f"defect: {defect}" for defect in self.defects]
        faults += [str(finding) for finding in self.found]
        if self.left:
            faults.append(f"{self.left} things were left undone")
        if self.results["deadlocks"]:
            faults.append(f"{self.results['deadlocks']} deadlocks")
        if self.results["at_the_gateway"] != self.results["in_the_books"]:
            faults.append("the books and the payment service disagree on the money that is there")
        if not (self.winners and self.conflicts and self.results["bookings"]):
            faults.append("too little happened to prove anything: give it more seconds or buyers")
        return faults

    def as_json(self) -> dict[str, Any]:
        return {
            "seconds": self.seconds, "buyers": self.buyers, "seed": self.seed, "attempts": self.attempts,
            "winners": self.winners, "conflicts": self.conflicts, "counts": self.counts,
            "latency_ms": self.latencies, "results": self.results, "left_undone": self.left,
            "checks_during_the_race": self.checks, "faults": self.faults,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proof:
    """The race in the scratch database, if it was run, and the invariants of the office's own data, if asked."""

    race: Race | None = None
    own_data: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing contradicts the promise."""
        return not (self.race and self.race.faults) and all(finding.holds for finding in self.own_data)

    def as_json(self) -> dict[str, Any]:
        return {
            "holds": self.holds,
            "race": self.race.as_json() if self.race else None,
            "own_data": [finding.as_json() for finding in self.own_data],
        }
