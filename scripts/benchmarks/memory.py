"""What a web process takes after it has served the other parts, and the simulated gateway beside it."""

from __future__ import annotations

from pathlib import Path

from scripts.benchmarks.bench import Bench, Row
from scripts.benchmarks.cpu import children_of

GOAL_MB = 120


def run(bench: Bench) -> list[Row]:
    """One line: the largest of the web processes; the note has what all of its pages would be, shared or not."""
    workers = children_of(bench.processes["web"])
    private, resident = max(_memory(process) for process in workers)
    gateway = sum(
        _memory(process)[0]
        for process in (bench.processes["gateway"], *children_of(bench.processes["gateway"]))
    )
    note = f"{len(workers)} of them, shared pages split between them; {resident:.0f} MB resident; gateway {gateway:.0f} MB"
    return [Row("memory of a web process", f"{GOAL_MB} MB", f"{private:.0f} MB", GOAL_MB / private, note)]


def _memory(process: int) -> tuple[float, float]:
    """Proportional and resident megabytes."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name.rstrip(":"): int(size) / 1024 for name, size, *_ in map(str.split, lines)}
    return sizes["Pss"], sizes["Rss"]
