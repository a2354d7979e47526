"""A whole office of killable processes: PostgreSQL, Redis, gateway, web, worker and cron, each started as in production."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from core.commands.migrate import migrate_database
from core.kernel.embedded import EmbeddedServerError, embedded_postgres, embedded_redis
from core.kernel.settings import Settings
from core.proof.invariants import Finding, broken
from tests.support.gateway import GatewayProcess
from tests.support.mail import MailServer, free_port
from tests.support.processes import Running, eventually

#: A killed process loses nothing that it handed to the system, so only the disk need not be waited for.
_POSTGRES = {"fsync": "off", "shared_buffers": "64MB"}
_PROGRAMS = ("web", "worker", "cron")
_SERVERS = ("postgres", "redis")
VICTIMS = (*_PROGRAMS, *_SERVERS)


class House:
    """Everything of one office in a folder of its own. Call it from one thread: servers end with the thread that
    started them."""

    def __init__(self, folder: Path, mail: MailServer) -> None:
        self.mail = mail
        self._folder = folder
        self._lives: dict[str, ExitStack] = {}
        self._running: dict[str, Running] = {}
        self._count = 0
        urls = {name: self._start_server(name) for name in _SERVERS}
        self.settings = Settings.load(
            {}, data_dir=folder / "data", port=free_port(),
            simulated_gateway_url=f"http://127.0.0.1:{free_port()}", log_level="WARNING",
            smtp_host=mail.host, smtp_port=mail.port, trusted_proxies=1,
        ).with_servers(urls["postgres"], urls["redis"])  # fmt: skip
        migrate_database(self.settings.database_url)
        self.engine = create_engine(
            self.settings.database_url, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        self.gateway = GatewayProcess(self.settings)

    @property
    def url(self) -> str:
        return self.settings.public_url

    def open(self) -> None:
        """Start the gateway and the office's programs, and wait until the web answers."""
        self.gateway.start()
        for name in _PROGRAMS:
            self.start(name)
        eventually(self._answers, 60, lambda: self._running["web"].output)

    def start(self, name: str) -> None:
        """Start a program, or a server and wait for it."""
        if name in _SERVERS:
            self._start_server(name)
        else:
            self._count += 1
            self._running[name] = Running(name, self.settings, self._folder / f"{name}-{self._count}.log")

    def kill(self, name: str) -> None:
        """SIGKILL, without a word, with all that belongs to it."""
        if name in _SERVERS:
            os.kill(self._pid(name), signal.SIGKILL)
            self._lives.pop(name).close()
        else:
            with suppress(ProcessLookupError):
                os.killpg(self._running[name].process.pid, signal.SIGKILL)
            self._running[name].process.wait()

    def broken(self) -> list[Finding]:
        """The invariants that do not hold at this moment."""
        with self.engine.connect() as connection:
            return broken(connection)

    def count(self, statement: str) -> int:
        """A number of the database."""
        with self.engine.connect() as connection:
            return int(connection.execute(text(statement)).scalar_one())

    def do(self, *statements: str) -> None:
        """Run statements on the office's database."""
        with self.engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def close(self) -> None:
        """End everything."""
        for running in self._running.values():
            with suppress(ProcessLookupError):
                os.killpg(running.process.pid, signal.SIGKILL)
            running.process.wait()
        self.gateway.stop()
        for life in self._lives.values():
            life.close()

    def output(self) -> str:
        """What the programs that run now have said."""
        return "\n".join(f"--- {name}\n{running.output[-3000:]}" for name, running in self._running.items())

    def _start_server(self, name: str) -> str:
        """What a killed PostgreSQL left behind needs a moment to notice; until then a new one refuses to start."""
        run = embedded_postgres if name == "postgres" else embedded_redis
        deadline = time.monotonic() + 30
        while True:
            life = ExitStack()
            try:
                more = (_POSTGRES,) if name == "postgres" else ()
                url: str = life.enter_context(run(self._folder / name, *more))  # type: ignore[operator]  # two functions of different arguments under one name
            except EmbeddedServerError:
                life.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
                continue
            self._lives[name] = life
            return url

    def _pid(self, name: str) -> int:
        file = "postgres/18/postmaster.pid" if name == "postgres" else "redis/redis.pid"
        return int((self._folder / file).read_text().split()[0])

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def open_house(parent: Path, mail: MailServer) -> Iterator[House]:
    """A house that is open, in a new folder, and closed whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-", dir=parent))
    folder.chmod(0o711)
    house = House(folder, mail)
    try:
        house.open()
        yield house
    finally:
        house.close()
