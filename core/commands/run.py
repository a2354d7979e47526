"""`bookinghall run`: the whole office on one machine, with one command."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from urllib.parse import urlsplit

import click
import httpx

from core.commands.migrate import migrate_database
from core.jobs.supervisor import Child, Supervisor
from core.kernel.assets import missing_packages
from core.kernel.bundle import missing_bundle
from core.kernel.embedded import embedded_servers
from core.kernel.office import Office
from core.kernel.settings import PROJECT_ROOT, Settings

_HEALTH = "/health"


@click.command()
@click.option(
    "--demo/--no-demo", default=True, help="Fill an empty office with a real timetable.  [default: demo]"
)
@click.pass_obj
def run(office: Office, demo: bool) -> None:
    """Run the whole office: database, queue, web, worker, cron. Ctrl-C stops it."""
    begun = time.monotonic()
    settings = Settings.load()
    _require_free_ports(settings)
    with _ending_quietly(), embedded_servers(settings) as (database_url, redis_url):
        settings = settings.with_servers(database_url, redis_url)
        lines = _prepare(office, settings, demo=demo)
        supervisor = Supervisor(_children(settings), _environment(settings), PROJECT_ROOT)
        supervisor.run(lambda: _answers(settings), lambda: _announce(lines, begun))
    click.echo("Bookinghall has stopped. Your data is kept in " + str(settings.data_dir))


def _prepare(office: Office, settings: Settings, *, demo: bool) -> dict[str, str]:
    """Make everything ready; returns what to tell about the open office, by name."""
    click.echo("Preparing the database …")
    migrate_database(settings.database_url)
    for sentence in (missing_packages(), missing_bundle(), None if settings.redis_url else _NO_REDIS):
        if sentence:
            click.secho(sentence, fg="yellow")
    return _addresses(settings) | (_demo(office, settings) if demo else {})


def _demo(office: Office, settings: Settings) -> dict[str, str]:
    module = import_module("core.demo")  # late: it reaches into every part of the office
    with office.inside(settings):
        module.load_demo(settings)
        return dict(module.welcome(settings))


def _addresses(settings: Settings) -> dict[str, str]:
    base = settings.public_url
    lines = {"Kiosk": f"{base}/kiosk/", "Admin": f"{base}/admin/", "API": f"{base}/api/v1/docs"}
    if not settings.smtp_host:
        lines["Mail"] = f"{base}/admin/mailbox/ (nothing leaves this machine until SMTP_HOST is set)"
    return lines


_NO_REDIS = (
    "There is no redis-server on this machine: the office sells, but mail waits for the relay and live seats "
    "are asked for every five seconds. Install the package redis-server."
)


def _children(settings: Settings) -> list[Child]:
    names = ["web", "worker", "cron"]
    if not settings.redis_url:
        names.remove("worker")
    if _runs_gateway(settings):
        names.insert(0, "simulated-gateway")
    children = [Child(name, [sys.executable, "-m", "core.cli", name]) for name in names]
    return children + _demo_devices(settings)


def _demo_devices(settings: Settings) -> list[Child]:
    """The agent of the demo's kiosk, with simulators; none where there is no demo."""
    token = settings.data_dir / "demo-kiosk-agent-token"
    if not token.exists():
        return []
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host  # noqa: S104 - compared
    office = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    options = [
        "--office", office, "--token-file", str(token), "--data", str(settings.data_dir / "demo-kiosk"),
        "--printer", "simulated", "--cash", "RON", "--terminal", "simulated", "--scanner", "simulated",
    ]  # fmt: skip
    return [Child("kiosk-agent", [sys.executable, "-m", "core.cli", "kiosk-agent", *options])]


def _environment(settings: Settings) -> dict[str, str]:
    return {**os.environ, **settings.environment(), "PYTHONUNBUFFERED": "1"}


# -- before -------------------------------------------------------------------------------------------


def _require_free_ports(settings: Settings) -> None:
    wanted = [(settings.host, settings.port, "BOOKINGHALL_PORT")]
    gateway = urlsplit(settings.simulated_gateway_url)
    if _runs_gateway(settings):
        wanted.append((gateway.hostname or "", gateway.port or 80, "BOOKINGHALL_SIMULATED_GATEWAY_URL"))
    for host, port, name in wanted:
        if not _is_free(host, port):
            raise click.ClickException(
                f"Port {port} on {host} is taken by another program. Stop that one, or choose another port with {name}."
            )


def _runs_gateway(settings: Settings) -> bool:
    return settings.card_gateway == "simulated" and _is_here(settings.simulated_gateway_url)


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


@contextmanager
def _ending_quietly() -> Iterator[None]:
    """A signal during start or stop ends the command in order, without a stack trace."""

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Stopped.")
        sys.exit(130)
    finally:
        signal.signal(signal.SIGTERM, before)


# -- after --------------------------------------------------------------------------------------------


def _answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host  # noqa: S104 - compared
    try:
        return httpx.get(f"http://{host}:{settings.port}{_HEALTH}", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def _announce(lines: dict[str, str], begun: float) -> None:
    click.echo()
    click.secho(f"Bookinghall is open (after {time.monotonic() - begun:.1f} s).", bold=True)
    for name, value in lines.items():
        click.echo(f"  {name:<8} {value}")
    click.echo("Ctrl-C closes it; the data stays.")
    click.echo()
