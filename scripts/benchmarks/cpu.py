"""Processor time of the office's processes, read from /proc: what a call costs, however busy the machine is."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def used(roots: Mapping[str, int]) -> dict[str, float]:
    """Seconds that each process (name -> id) and all that it started have used so far."""
    parents, spent = _processes()
    children: dict[int, list[int]] = {}
    for process, parent in parents.items():
        children.setdefault(parent, []).append(process)
    return {name: _tree(root, children, spent) for name, root in roots.items()}


def per_call(before: Mapping[str, float], after: Mapping[str, float], calls: int) -> str:
    """For the note of a row: ``CPU 1.2 ms web, 0.4 ms postgres``; what used next to nothing is left out."""
    each = {name: 1000 * (after[name] - before[name]) / max(1, calls) for name in after}
    parts = [f"{spent:.2f} ms {name}" for name, spent in each.items() if spent >= 0.005]
    return f"CPU {', '.join(parts)}"


class Others:
    """What other programs do on this machine from now on."""

    def __init__(self) -> None:
        self._begun = self._moment()

    def cores(self) -> float:
        """How many processors they have kept busy on average."""
        (at, busy, own), (at_first, busy_first, own_first) = self._moment(), self._begun
        return max(0.0, (busy - busy_first - own + own_first) / max(0.01, at - at_first))

    def _moment(self) -> tuple[float, float, float]:
        user, nice, system, _idle, _wait, irq, softirq = map(
            int, Path("/proc/stat").read_text().split(maxsplit=8)[1:8]
        )
        busy = (user + nice + system + irq + softirq) / _TICKS
        return time.monotonic(), busy, used({"own": os.getpid()})["own"]


def children_of(process: int) -> list[int]:
    """The processes that it started itself."""
    parents, _ = _processes()
    return [child for child, parent in parents.items() if parent == process]


def _tree(root: int, children: Mapping[int, list[int]], spent: Mapping[int, float]) -> float:
    return spent.get(root, 0.0) + sum(_tree(child, children, spent) for child in children.get(root, []))


def _processes() -> tuple[dict[int, int], dict[int, float]]:
    """Of every process its parent, and its seconds with those of its ended children."""
    parents, spent = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = int(fields[1])
                spent[int(folder.name)] = sum(map(int, fields[11:15])) / _TICKS
    return parents, spent
