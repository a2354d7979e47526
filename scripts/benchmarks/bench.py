"""An office of its own on scratch data, as in production: commits reach the disk, two web processes, a real gateway."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import aiohttp  # noqa: F401 - for the watchers' sockets: the office, loaded after it, would leave it out
from flask import Flask

from core.app import create_app
from core.commands.migrate import migrate_database
from core.kernel.embedded import embedded_postgres, embedded_redis
from core.kernel.processes import end_process
from core.kernel.settings import PROJECT_ROOT, Settings
from scripts.benchmarks.cpu import per_call, used
from scripts.benchmarks.data import Timetable, free_pairs, make_timetable

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Row:
    """A line of the table. `ratio` is measured / goal, or None where there is none."""

    what: str
    goal: str
    measured: str
    ratio: float | None = None
    note: str = ""

    @property
    def reached(self) -> str:
        return "" if self.ratio is None else f"{self.ratio:.2f} x"


@dataclass(frozen=True)
class Load:
    """What wrk saw. Latencies in milliseconds; `failed` counts answers of 400 and above and broken connections."""

    requests: int
    seconds: float
    failed: int
    p50: float
    p95: float
    p99: float
    cpu: str = ""

    @property
    def rate(self) -> float:
        return (self.requests - self.failed) / self.seconds


@dataclass(frozen=True)
class Call:
    """One HTTP request that is sent once (holds) or over and over (reads)."""

    path: str
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "POST"


@dataclass
class Bench:
    """The running office and how long to measure."""

    settings: Settings
    app: Flask
    url: str
    seconds: int
    workers: int
    threads: int
    data: Timetable
    folder: Path
    free_pairs: Iterator[tuple[str, list[str]]]
    processes: dict[str, int]
    """The servers by name, with their process ids."""
    bare: float = 0.0
    """Requests a second of the bare view, once it was measured."""

    def of_bare(self, rate: float) -> str:
        """For the note of a row: how that compares with the bare view of the same run."""
        return f"{rate / self.bare:.2f} of bare; " if self.bare else ""

    def load(
        self, calls: Iterable[Call], *, url: str = "", connections: int = 16, seconds: int = 0,
        processes: dict[str, int] | None = None,
    ) -> Load:  # fmt: skip
        """Send the calls, one after the other over all connections, as fast as they are answered.

        What they cost is read from the bench's own processes, or from these.
        """
        script = self.folder / "calls.tsv"
        with script.open("w", encoding="utf-8") as file:
            for call in calls:
                headers = "\x1f".join(f"{name}: {value}" for name, value in call.headers)
                file.write(f"{call.method}\t{call.path}\t{headers}\t{call.body}\n")
        lasting = str(seconds or self.seconds)
        command = ["wrk", "-t1", f"-c{connections}", f"-d{lasting}s", "--timeout", "10s", "-s", str(_HERE / "calls.lua"),
                   url or self.url, "--", str(script)]  # fmt: skip
        watched = processes or self.processes
        before = used(watched)
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return _load(done.stdout, before, used(watched))


@contextmanager
def started_office(*, seconds: int, workers: int, threads: int) -> Iterator[Bench]:
    """Servers, web processes and the simulated gateway on free ports; everything is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="bookinghall-bench-"))
        folder.chmod(0o711)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        database = stack.enter_context(embedded_postgres(folder / "postgres"))
        redis = stack.enter_context(embedded_redis(folder / "redis"))
        settings = Settings.load(
            {}, data_dir=folder / "data", port=free_port(),
            simulated_gateway_url=f"http://127.0.0.1:{free_port()}",
        ).with_servers(database, redis)  # fmt: skip
        migrate_database(database)
        app = create_app(settings)
        with app.app_context():
            data = make_timetable()
        run = [sys.executable, "-m", "core.cli"]
        environment = settings.environment()
        web = [*run, "web", "--workers", str(workers), "--threads", str(threads)]
        gateway = [*run, "simulated-gateway", "--behaviour", "instant"]
        processes = {
            "web": start(stack, web, environment, f"{settings.public_url}/health"),
            "postgres": _process_of(folder / "postgres"),
            "gateway": start(stack, gateway, environment, settings.simulated_gateway_url),
        }
        url = settings.public_url
        yield Bench(settings, app, url, seconds, workers, threads, data, folder, free_pairs(data), processes)


def _process_of(postgres: Path) -> int:
    (file,) = postgres.glob("*/postmaster.pid")
    return int(file.read_text().split()[0])


def start(stack: ExitStack, command: Sequence[str], environment: dict[str, str], address: str) -> int:
    """Start a server and wait until it answers anything at its address; returns its process id."""
    process = subprocess.Popen(command, cwd=PROJECT_ROOT, env={**os.environ, **environment})
    stack.callback(end_process, process, signal.SIGTERM, 5.0)
    deadline = time.monotonic() + 90
    while not _answers(address):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{' '.join(command)} does not answer at {address}")
        time.sleep(0.1)
    return process.pid


def free_port() -> int:
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2):  # noqa: S310 - an address of our own
            return True
    except OSError as error:
        return hasattr(error, "code")  # an HTTP answer, if not a good one


def _load(output: str, before: dict[str, float], after: dict[str, float]) -> Load:
    found = json.loads(output.rpartition("RESULT ")[2])
    return Load(**found, cpu=per_call(before, after, found["requests"]))
