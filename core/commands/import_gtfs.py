"""`bookinghall import-gtfs`: a timetable from a GTFS feed with its fares, and, if wanted, first prices beside them.

The command lives here and not beside the import, because prices are above the timetable.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
from babel.numbers import list_currencies
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from core.kernel.activity import SYSTEM
from core.kernel.money import from_major
from core.kernel.office import Office
from core.pricing.gtfs.companion import FeedFares
from core.pricing.service import TariffTerms, set_tariff
from core.timetable.gtfs.business import slug
from core.timetable.gtfs.findings import BrokenFeed, Findings, Level
from core.timetable.gtfs.report import Report
from core.timetable.gtfs.service import import_feed
from core.timetable.gtfs.window import DEFAULT_DAYS, Options

_LEVELS = {Level.FATAL: "[red]refused[/]", Level.SKIPPED: "[yellow]skipped[/]", Level.NOTE: "[dim]note[/]"}


def _currency(_context: Any, _parameter: Any, value: str | None) -> str | None:
    if value is not None and value.upper() not in list_currencies():
        raise click.BadParameter(f"{value!r} is not an ISO 4217 currency such as EUR.")
    return value.upper() if value else None


def _amount(_context: Any, _parameter: Any, value: str | None) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or not 0 <= amount < 10**6:
        raise click.BadParameter(f"{value!r} is not an amount such as 12.50.")
    return amount


def _code(_context: Any, _parameter: Any, value: str | None) -> str | None:
    if value is not None and slug(value, 30) != value:
        raise click.BadParameter("Use at most 30 small letters, digits and single hyphens.")
    return value


@click.command("import-gtfs")
@click.argument("feed", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--from", "first", type=click.DateTime(["%Y-%m-%d", "%Y%m%d"]), help="First day.  [default: today]"
)
@click.option(
    "--days",
    type=click.IntRange(1, 3660),
    default=DEFAULT_DAYS,
    show_default=True,
    help="How many days from then on.",
)
@click.option(
    "--shift-to-today", is_flag=True, help="Move an old feed by whole weeks, so that it runs today."
)
@click.option(
    "--code", callback=_code, help="Name of the feed; the same name updates it.  [default: the file's]"
)
@click.option(
    "--currency", callback=_currency, help="Of new operators.  [default: that of their time zone's country]"
)
@click.option(
    "--base", callback=_amount, help="First price of new operators: what a journey costs whatever its length."
)
@click.option("--per-km", callback=_amount, help="What each kilometre adds to it, for example 0.25.")
@click.pass_obj
def import_gtfs(  # noqa: PLR0913, PLR0917 - one parameter for each option
    office: Office, feed: Path, first: datetime | None, days: int, shift_to_today: bool, code: str | None,
    currency: str | None, base: Decimal | None, per_km: Decimal | None,
) -> None:  # fmt: skip
    """Import the timetable and the fares of FEED, a GTFS zip or folder.

    Importing again updates what was imported; departures that have sold are never touched.
    """
    if base is not None or per_km is not None:
        base, per_km = base or Decimal(0), per_km or Decimal(0)
    options = Options(
        feed_code=code or slug(feed.resolve().stem, 30),
        first=_within(first),
        days=days,
        shift_to_today=shift_to_today,
        currency=currency,
    )
    console = Console()
    with office.open():
        try:
            fares = FeedFares()
            report = _with_bar(feed, options, fares, console)
        except BrokenFeed as error:
            _show_refusal(console, feed, error.findings)
            sys.exit(1)
        _show(console, report)
        _price(console, report, fares, base, per_km)


def _within(first: datetime | None) -> date | None:
    if first is not None and not 1970 <= first.year <= 2190:
        raise click.UsageError("--from is a day between 1970 and 2190.")
    return first.date() if first else None


def _with_bar(feed: Path, options: Options, fares: FeedFares, console: Console) -> Report:
    columns = (TextColumn("{task.description:<26}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Opening", total=1.0)
        return import_feed(
            feed,
            options,
            progress=lambda share, what: bar.update(task, completed=share, description=what),
            companion=fares,
        )


def _show(console: Console, report: Report) -> None:
    table = Table(title=f"{report.feed}: {_days(report)}", title_justify="left", title_style="bold")
    table.add_column("")
    for column in ("new", "changed", "unchanged", "removed", "kept, sold"):
        table.add_column(column, justify="right")
    for kind, tally in report.tallies.items():
        numbers = (tally.new, tally.changed, tally.unchanged, tally.removed, tally.kept)
        table.add_row(kind, *(f"{number:,}" if number else "·" for number in numbers))
    console.print(table)
    console.print(f"{report.trips_used:,} of {report.trips:,} trips, in {report.seconds:.1f} s.")
    _show_findings(console, report.findings)


def _days(report: Report) -> str:
    if report.first is None or report.last is None:
        return "no day came in"
    moved = f", the feed moved by {report.weeks:+d} weeks" if report.weeks else ""
    return f"{report.first} to {report.last} ({(report.last - report.first).days + 1} days){moved}"


def _show_refusal(console: Console, feed: Path, findings: Findings) -> None:
    console.print(f"[red]{feed.name} was refused; nothing of it was stored.[/]", highlight=False)
    _show_findings(console, findings)


def _show_findings(console: Console, findings: Findings) -> None:
    groups = list(findings.groups())
    if not groups:
        console.print("Nothing was skipped.")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    table.add_column("times", justify="right")
    table.add_column("what")
    table.add_column("where first")
    for level, _code, number, first in groups:
        sentence, where = first[0].message, first[0].where
        table.add_row(_LEVELS[level], f"{number:,}", _plain(sentence), _plain(where))
        for finding in first[1:3]:
            table.add_row("", "", _plain(finding.message), _plain(finding.where))
    console.print(table)


def _plain(text: str) -> str:
    """A feed's words are shown, never obeyed as markup."""
    return text.replace("[", r"\[")


def _price(
    console: Console, report: Report, fares: FeedFares, base: Decimal | None, per_km: Decimal | None
) -> None:
    if base is None or per_km is None:
        bare = [operator for operator in report.new_operators if operator.id not in fares.priced]
        if bare:
            names = _plain(", ".join(operator.name for operator in bare))
            console.print(
                f"Without prices yet, so that nothing of theirs can be sold: {names}. Set their tariffs in the admin, or "
                "import into an empty office with --base and --per-km."
            )
        return
    for operator in report.new_operators:
        currency = operator.currency
        try:
            terms = TariffTerms(from_major(base, currency).amount, from_major(per_km, currency).amount)
        except ValueError as error:
            raise click.ClickException(f"No price was set for {operator.name}: {error}.") from None
        set_tariff(operator.id, terms, SYSTEM)
        console.print(_plain(f"{operator.name}: {base} {currency} and {per_km} {currency} a kilometre."))
