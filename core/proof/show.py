"""A proof on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.proof.invariants import INVARIANTS, Finding
from core.proof.report import Proof, Race

_GOOD, _BAD = "[green]holds[/]", "[red]broken[/]"


def show(console: Console, proof: Proof) -> None:
    """Print tables and, in the end, the one sentence that counts."""
    if proof.race:
        _show_race(console, proof.race)
    _show_invariants(console, proof)
    if proof.holds:
        console.print(
            "[bold green]Proved:[/] no seat has two owners, and every payment is a booking or goes back."
        )
    else:
        console.print("[bold red]Not proved.[/] What is broken is named above.")


def _show_race(console: Console, race: Race) -> None:
    console.print(
        f"[bold]{race.buyers} buyers for {race.seconds:g} s[/] (--seed {race.seed})", highlight=False
    )
    counts = Table(box=None, show_header=False)
    rows = {
        "attempts": race.attempts, "winners (seats held)": race.winners, "conflicts (seat taken)": race.conflicts,
        "bookings": race.results["bookings"], "tickets": race.results["tickets"],
        "refunds": race.results["refunds"], "messages": race.results["messages"],
        "deadlocks": race.results["deadlocks"], "left undone": race.left,
        "checks during the race": race.checks,
    }  # fmt: skip
    for name, value in rows.items():
        counts.add_row(name, f"{value:,}")
    console.print(counts)
    console.print(_ways(race))
    console.print(_latencies(race))
    for fault in race.faults:
        console.print(f"[red]{escape(fault)}[/]", highlight=False)


def _ways(race: Race) -> str:
    known = {"attempts", "held", "refused seat_taken"}
    return "  ".join(
        f"{name.replace('_', ' ')} {value:,}" for name, value in race.counts.items() if name not in known
    )


def _latencies(race: Race) -> Table:
    table = Table(box=None)
    table.add_column("milliseconds")
    names = ("count", "p50", "p95", "p99", "max")
    for name in names:
        table.add_column(name, justify="right")
    for step, found in race.latencies.items():
        table.add_row(
            step, *(f"{found[name]:,.0f}" if name == "count" else f"{found[name]:,.1f}" for name in names)
        )
    return table


def _show_invariants(console: Console, proof: Proof) -> None:
    raced = {finding.invariant.name for finding in proof.race.found} if proof.race else set()
    own = {finding.invariant.name: finding for finding in proof.own_data}
    table = Table(box=None)
    for column in ("invariant", "in the race", "in your data"):
        table.add_column(column)
    for invariant in INVARIANTS:
        in_race = "" if proof.race is None else _BAD if invariant.name in raced else _GOOD
        table.add_row(invariant.sentence, in_race, _word(own[invariant.name]) if own else "")
    console.print(table)
    for finding in proof.own_data:
        if not finding.holds:
            console.print(f"[red]{escape(str(finding))}[/]", highlight=False)


def _word(finding: Finding) -> str:
    return _GOOD if finding.holds else f"{_BAD} ({finding.count:,})"
