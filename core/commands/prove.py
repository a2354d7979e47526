"""`bookinghall prove`: let a crowd try to buy the same seats, and see whether every promise holds.

What it does, what it asks, and what it cannot show is told in core/proof/README.md.
"""

from __future__ import annotations

import json
import logging
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import structlog
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from core.commands.migrate import migrate_database
from core.commands.own_data import Step, check_own_data, require_some_database
from core.kernel.db import db
from core.kernel.office import Office
from core.kernel.settings import Settings
from core.proof.crowd import Crowd
from core.proof.invariants import check
from core.proof.report import Proof, Race
from core.proof.scratch import scratch_database
from core.proof.show import show

_INTERRUPTED = 130


@click.command()
@click.option(
    "--seconds",
    type=click.FloatRange(1, 3600),
    default=20,
    show_default=True,
    help="How long the crowd buys.",
)
@click.option(
    "--buyers", type=click.IntRange(2, 64), default=16, show_default=True, help="How many buy at once."
)
@click.option("--seed", type=int, help="Let the same buyers make the same choices.  [default: by chance]")
@click.option(
    "--check-only",
    is_flag=True,
    help="No race, no scratch database: only ask the invariants of the office's own data.",
)
@click.option("--json", "as_json", is_flag=True, help="The outcome as JSON on the standard output.")
@click.pass_obj
def prove(
    office: Office, seconds: float, buyers: int, seed: int | None, check_only: bool, as_json: bool
) -> None:
    """Prove that no seat is sold twice and no cent is lost.

    A crowd races for seats in a scratch database beside the configured one, made for it and dropped afterwards. Then
    the invariants are asked of the race, and of the office's own data, which are only read. Exit status 0: all hold.
    """
    _quiet_logs()
    if check_only:
        require_some_database(Settings.load())
    console = Console(stderr=True)
    with _ending_in_order(console) as stop, office.servers() as settings, _bar(console, stop) as bar:
        chosen = random.randrange(2**32) if seed is None else seed  # noqa: S311 - to repeat a race, not to hide one
        stop.gently = True
        race = None if check_only else _race(office, settings, (seconds, buyers, chosen), bar)
        stop.gently = False
        own_data = check_own_data(office, settings, bar)
    proof = Proof(race, own_data)
    if as_json:
        click.echo(json.dumps(proof.as_json(), indent=2))
    else:
        show(Console(), proof)
    sys.exit(0 if proof.holds else 1)


def _race(office: Office, settings: Settings, wanted: tuple[float, int, int], bar: Step) -> Race:
    seconds, buyers, seed = wanted
    bar("Making a scratch database", 0)
    with scratch_database(settings.database_url, migrate_database) as url:
        # Nothing of a scratch sale may leave this process: no mail, no queue of the real office.
        apart = settings.with_servers(url, None).model_copy(update={"smtp_host": None})
        app = office.make_app(apart)
        try:
            crowd = Crowd(app, buyers, seconds, seed)
            crowd.run(lambda gone: bar("Buying", gone / seconds))
            left = crowd.settle_all(lambda: bar("Letting holds run out", 1))
            with app.app_context(), db.engine.connect() as connection:
                found = list(check(connection))
            return Race.of(crowd, left, found)
        finally:
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


class _Stop:
    """Ctrl-C and SIGTERM. While the crowd is at work they are heeded at the next step only: an exception that comes out of
    nowhere may be lost in a callback or leave a lock behind.
    """

    def __init__(self) -> None:
        self.asked = False
        self.gently = False

    def __call__(self, *_: object) -> None:
        first, self.asked = not self.asked, True
        if first and not self.gently:
            raise KeyboardInterrupt

    def heed(self) -> None:
        """Raise KeyboardInterrupt when it was asked to stop."""
        if self.asked:
            raise KeyboardInterrupt


@contextmanager
def _bar(console: Console, stop: _Stop) -> Iterator[Step]:
    columns = (TextColumn("{task.description:<34}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=1.0)

        def step(what: str, share: float) -> None:
            stop.heed()
            progress.update(task, description=what, completed=share)

        yield step


@contextmanager
def _ending_in_order(console: Console) -> Iterator[_Stop]:
    stop = _Stop()
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    except KeyboardInterrupt:
        console.print("Stopped. Nothing was left behind.")
        sys.exit(_INTERRUPTED)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _quiet_logs() -> None:
    """What is counted need not be logged, and the standard output is for the outcome."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
