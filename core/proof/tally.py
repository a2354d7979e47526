"""Counting what the crowd did and how long it took; many threads count at once."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

_PERCENTILES = (50, 95, 99)


class Tally:
    """Numbers by word, milliseconds by step, and the defects: errors that nobody foresaw."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.defects: list[str] = []
        self._times: defaultdict[str, list[float]] = defaultdict(list)
        self._guard = threading.Lock()

    def count(self, word: str) -> None:
        """One more of these."""
        with self._guard:
            self.counts[word] += 1

    def defect(self, error: BaseException) -> None:
        """Something that must not happen."""
        with self._guard:
            self.defects.append(f"{type(error).__name__}: {error}"[:500])

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Measure a step, whether it succeeds or is refused."""
        begun = time.monotonic()
        try:
            yield
        finally:
            took = (time.monotonic() - begun) * 1000
            with self._guard:
                self._times[step].append(took)

    def latencies(self) -> dict[str, dict[str, float]]:
        """For each step how often it was done and the percentiles in milliseconds, `p50`, `p95`, `p99`, and `max`."""
        with self._guard:
            return {step: _summary(sorted(times)) for step, times in self._times.items()}


def _summary(times: list[float]) -> dict[str, float]:
    found = {f"p{percent}": round(percentile(times, percent), 1) for percent in _PERCENTILES}
    return {"count": len(times), **found, "max": round(times[-1], 1)}


def percentile(ordered: list[float], percent: int) -> float:
    """The smallest of the ordered values that so many per cent are not above (nearest rank)."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
