"""Both servers together, owned by one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from core.kernel.embedded.hosting import START_SECONDS, EmbeddedServerError, make_data_folder
from core.kernel.embedded.postgres import embedded_postgres
from core.kernel.embedded.redis import optional_redis
from core.kernel.processes import not_in_a_fork
from core.kernel.settings import Settings

_ENDING_SECONDS = 0.5


@contextmanager
def embedded_servers(settings: Settings, *, share: bool = False) -> Iterator[tuple[str, str | None]]:
    """Yield (database_url, redis_url), starting whichever of the two servers the settings do not name.

    `share`: when another process already runs them for this data folder, use those; without it
    that is an `EmbeddedServerError`. A Redis that cannot be had gives None: the office sells without.
    """
    if settings.database_url and settings.redis_url:
        yield settings.database_url, settings.redis_url
        return
    folder = settings.data_dir
    make_data_folder(folder)
    with ExitStack() as stack:
        if not _try_lock(stack, folder / "run.lock"):
            if not share:
                raise EmbeddedServerError(_already_running(folder))
            yield _shared_addresses(settings, folder)
            return
        database_url = settings.database_url or stack.enter_context(embedded_postgres(folder / "postgres"))
        redis_url = settings.redis_url or stack.enter_context(optional_redis(folder / "redis"))
        _publish(stack, folder / "run.json", database_url, redis_url)
        yield database_url, redis_url


def _try_lock(stack: ExitStack, path: Path) -> bool:
    """Take the lock; waits a moment, for an owner that is just ending."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    stack.callback(os.close, descriptor)
    deadline = time.monotonic() + _ENDING_SECONDS
    while not _locked(descriptor):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return True


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _already_running(folder: Path) -> str:
    try:
        who = f" (process {int((folder / 'run.lock').read_text())})"
    except (OSError, ValueError):
        who = ""
    return (
        f"Bookinghall is already running{who} on the data folder {folder}. "
        "Stop it first, or give this one a folder of its own with BOOKINGHALL_DATA_DIR."
    )


def _publish(stack: ExitStack, path: Path, database_url: str, redis_url: str | None) -> None:
    """Tell other commands of this data folder where the servers are."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"database_url": database_url, "redis_url": redis_url}, file)
    stack.callback(not_in_a_fork(path.unlink), missing_ok=True)


def _shared_addresses(settings: Settings, folder: Path) -> tuple[str, str | None]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            running = json.loads((folder / "run.json").read_text())
        except (OSError, ValueError):
            time.sleep(0.1)  # the other one is still starting
            continue
        return settings.database_url or running["database_url"], settings.redis_url or running["redis_url"]
    raise EmbeddedServerError(_already_running(folder) + " It does not say where its servers are.")
