"""Reads of a seat map of 52 seats, with states and prices."""

from __future__ import annotations

from scripts.benchmarks.bench import Bench, Call, Row
from scripts.benchmarks.calls import FIRST, LAST

GOAL = 3_000


def run(bench: Bench) -> list[Row]:
    """One line."""
    calls = [
        Call(f"/api/v1/schedules/{schedule_id}/seats?from={FIRST}&to={LAST}", method="GET")
        for schedule_id in bench.data.schedules[:500]
    ]
    bench.load(calls, seconds=1)
    read = bench.load(calls)
    note = f"{bench.of_bare(read.rate)}p50 {read.p50:.1f} ms, p95 {read.p95:.1f} ms (goal 10), {read.failed} failed; {read.cpu}"
    return [Row("seat map read", f"{GOAL:,}/s", f"{read.rate:,.0f}/s", read.rate / GOAL, note)]
