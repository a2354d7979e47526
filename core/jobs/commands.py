"""`bookinghall worker` and `bookinghall cron`."""

import signal
import threading

import click

from core.kernel.office import Office

_PATIENCE = 1.5


class _Overdue(BaseException):
    """What was running did not end in time after the office was asked to stop; its claim runs out by itself."""


@click.command()
@click.pass_obj
def worker(office: Office) -> None:
    """Deliver mail and tickets."""
    from core.jobs.worker import run_worker

    with office.open() as settings:
        if not settings.redis_url:
            raise click.ClickException("A worker needs Redis. Without it, cron delivers by itself.")
        run_worker(settings.redis_url)


@click.command()
@click.pass_obj
def cron(office: Office) -> None:
    """Run what is due: expiry of holds, the relay, cleaning up."""
    from core.jobs.cron import Cron

    stop = threading.Event()
    with office.open():
        _stop_on_signals(stop)
        try:
            Cron(stop).run()
        except _Overdue:
            click.echo("Stopped in the middle of a delivery; it will be tried again.", err=True)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _stop_on_signals(stop: threading.Event) -> None:
    def overdue(*_: object) -> None:
        raise _Overdue

    def ask(*_: object) -> None:
        stop.set()
        signal.signal(signal.SIGALRM, overdue)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
