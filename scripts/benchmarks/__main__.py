"""Run the parts that were asked for and print their table."""

from __future__ import annotations

import argparse
import os
from importlib import import_module

from rich.console import Console
from rich.table import Table

from scripts.benchmarks.bench import Row, started_office
from scripts.benchmarks.cpu import Others

PARTS = (
    "holds", "bookings", "seat_maps", "rush", "watchers", "kiosk", "delivery", "memory", "ticket_pdf", "search", "admin_list",
)  # fmt: skip


def main() -> None:
    options = _options()
    rows: list[tuple[Row, float]] = []
    try:
        with started_office(
            seconds=options.seconds, workers=options.workers, threads=options.threads
        ) as bench:
            for part in options.parts or PARTS:
                others = Others()
                found = import_module(f"scripts.benchmarks.{part}").run(bench)
                rows.extend((row, others.cores()) for row in found)
    finally:
        _print(rows)  # what was measured is told, also where a later part fails


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measure the office on this machine.")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all of them if none is named")
    parser.add_argument("--seconds", type=int, default=8, help="of each measurement")
    parser.add_argument("--workers", type=int, default=2, help="web processes")
    parser.add_argument("--threads", type=int, default=8, help="of each web process")
    return parser.parse_args()


def _print(rows: list[tuple[Row, float]]) -> None:
    """`others` is how many processors were busy with something else than this meanwhile: figures are good at 0.0."""
    table = Table(title=f"Bookinghall on this machine with {os.cpu_count()} processors")
    for head in ("what", "goal", "measured", "reached", "others", "note"):
        table.add_column(head, justify="left" if head in {"what", "note"} else "right")
    for row, others in rows:
        table.add_row(row.what, row.goal, row.measured, row.reached, f"{others:.1f}", row.note)
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
