"""An office of its own for the pictures: demo data in a folder that goes away, on free ports, ended in the end.

Its database's clock stands on half past two in the afternoon of this day when it opens and goes on from there, so that
a picture taken at night shows the same busy station. The demo was loaded some days before, so its sales are history;
what was sold since is sold by `scripts.screens_parts.day`.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text

from core.app import create_app
from core.commands.migrate import migrate_database
from core.demo import load_demo
from core.kernel.embedded import embedded_servers
from core.kernel.office import Office
from core.kernel.settings import PROJECT_ROOT, Settings

_PATIENCE = 300.0
_DEMO_SINCE = timedelta(days=8)
_OPENS_AT = time(14, 32, tzinfo=ZoneInfo("Europe/Bucharest"))
_PAIRING = re.compile(r"(http\S+/kiosk/pair/\S+)")
_SIGN_IN = re.compile(r"(\S+@\S+)\s+password (\S+)")


@dataclass(frozen=True)
class OpenOffice:
    """Where it is, the one-time link that makes a browser the kiosk, how an admin signs in, and for services its
    settings and by how much its clock differs from the real one.
    """

    url: str
    pairing_link: str
    admin_email: str
    admin_password: str
    settings: Settings
    shift: timedelta


@contextmanager
def open_office() -> Iterator[OpenOffice]:
    """Run `bookinghall run` until the block ends. RuntimeError with its output when it does not open."""
    folder = Path(tempfile.mkdtemp(prefix="bookinghall-screens-"))
    folder.chmod(0o711)
    environment = _environment(folder / "data")
    settings = Settings.load(environment)
    try:
        with embedded_servers(settings) as (database_url, redis_url):
            known = settings.with_servers(database_url, redis_url)
            shift = _prepare(known)
            servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url or ""}
            with _running({**environment, **servers}) as said:
                pairing, sign_in = _PAIRING.search(said), _SIGN_IN.search(said)
                if not (pairing and sign_in):
                    raise RuntimeError("the office did not say how to get in:\n" + said)
                yield OpenOffice(settings.public_url, pairing[1], sign_in[1], sign_in[2], known, shift)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(settings: Settings) -> timedelta:
    """Load the demo some days ago, then set the clock to the opening time; returns how far that is from the real one."""
    present = datetime.now(UTC)
    today = present.astimezone(_OPENS_AT.tzinfo).date()
    shift = datetime.combine(today, _OPENS_AT) - present
    migrate_database(settings.database_url)
    _set_clock(settings.database_url, shift - _DEMO_SINCE)
    with Office(create_app).inside(settings):
        load_demo(settings, say=lambda _: None)
    _set_clock(settings.database_url, shift)
    return shift


def _set_clock(database_url: str, shift: timedelta) -> None:
    """For every connection that is made from now on."""
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        setting = f"SET bookinghall.clock_shift = '{shift.total_seconds():.0f} seconds'"
        connection.execute(text(f"ALTER DATABASE {engine.url.database} {setting}"))
    engine.dispose()


def free_port() -> int:
    """A TCP port of this machine that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment(data: Path) -> dict[str, str]:
    """What of this process's environment the office may know, and where it is."""
    foreign = ("BOOKINGHALL_", "DATABASE_URL", "REDIS_URL", "SMTP_")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
        "BOOKINGHALL_DATA_DIR": str(data),
        "BOOKINGHALL_PORT": str(free_port()),
        "BOOKINGHALL_SIMULATED_GATEWAY_URL": f"http://127.0.0.1:{free_port()}",
        "PYTHONUNBUFFERED": "1",
    }


@contextmanager
def _running(environment: dict[str, str]) -> Iterator[str]:
    """The office's processes until the block ends; gives what it said when it opened."""
    process = subprocess.Popen(
        [sys.executable, "-m", "core.cli", "run"],
        cwd=PROJECT_ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield _listen(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def _listen(process: subprocess.Popen[str]) -> str:
    """Everything that it says until it is open; then goes on reading, so that it never waits for a reader."""
    output = process.stdout
    assert output is not None
    said: list[str] = []
    opened = threading.Event()

    def read() -> None:
        for line in output:
            if not opened.is_set():
                said.append(line)
            if "Ctrl-C closes it" in line:
                opened.set()

    threading.Thread(target=read, daemon=True).start()
    if not opened.wait(_PATIENCE):
        raise RuntimeError("the office did not open:\n" + "".join(said))
    return "".join(said)
