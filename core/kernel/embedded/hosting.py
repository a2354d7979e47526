"""What every embedded server needs: a folder, a user to run as, a start, a wait, an end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from core.kernel.processes import end_with_parent, not_in_a_fork

START_SECONDS = 60.0
#: Bytes of a log after which the next start begins a new one.
LONG_LOG = 5_000_000
_SOCKET_PATH_LIMIT = 90  # a Unix socket's path holds 107 bytes, PostgreSQL's file name takes 14
_SYSTEM_USER = "bookinghall"
_PROGRAM_CACHE = Path("/var/cache/bookinghall")


class EmbeddedServerError(RuntimeError):
    """An embedded server cannot run; the message says why and what to do, in plain sentences."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The system user that a server runs as, when root may not run it."""

    uid: int
    gid: int


def make_data_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            _require_reachable(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise EmbeddedServerError(f"The data folder {folder} cannot be used: {reason}.") from None


def _require_reachable(folder: Path) -> None:
    """As root the servers run as a user of their own, who must be able to walk to the folder."""
    closed = [p for p in [folder, *folder.parents] if not p.stat().st_mode & 0o001]
    closed = [p for p in closed if p != folder]
    if closed:
        raise EmbeddedServerError(
            f"The data folder {folder} lies in {closed[0]}, which only root may enter, but PostgreSQL refuses to "
            f"run as root. Choose another data folder with BOOKINGHALL_DATA_DIR."
        )
    folder.chmod(folder.stat().st_mode | 0o011)


def system_owner() -> Owner | None:
    """None for an ordinary user; for root a system user that is made on first need."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        _make_system_user()
        entry = pwd.getpwnam(_SYSTEM_USER)
    return Owner(entry.pw_uid, entry.pw_gid)


def _make_system_user() -> None:
    command = [
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/var/lib/bookinghall",
    ]
    command += ["--shell", "/usr/sbin/nologin", _SYSTEM_USER]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        raise EmbeddedServerError(
            "PostgreSQL refuses to run as root and this machine has no useradd to make a user for it. "
            "Start Bookinghall as an ordinary user, or set DATABASE_URL."
        ) from None
    if done.returncode not in {0, 9}:  # 9: somebody was quicker
        raise EmbeddedServerError(
            f"The user {_SYSTEM_USER} for PostgreSQL cannot be made: {done.stderr.strip()}"
        )


def make_private(folder: Path, owner: Owner | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if owner is not None:
        os.chown(folder, owner.uid, owner.gid)


def socket_folder(stack: ExitStack, folder: Path, owner: Owner | None) -> Path:
    """`folder` itself, or a short temporary one where its path is too long for a Unix socket."""
    if len(os.fsencode(folder)) > _SOCKET_PATH_LIMIT:
        folder = Path(tempfile.mkdtemp(prefix="bookinghall-", dir="/tmp"))
        stack.callback(not_in_a_fork(shutil.rmtree), folder, ignore_errors=True)
    make_private(folder, owner)
    return folder


def package_folder(name: str) -> Path | None:
    """Where a Python package that brings programs is installed, without importing it."""
    spec = find_spec(name)
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else None


def reachable(program: Path, site: Path, parts: Sequence[str], cache: Path = _PROGRAM_CACHE) -> Path:
    """`program`, or for root its copy in `cache` when it lies where only root may go, as in root's home.

    Copies `parts` of `site` (the program and its libraries), rather than opening that home to everyone.
    """
    if os.geteuid() != 0 or all(p.stat().st_mode & 0o001 for p in (program, *program.parents)):
        return program
    copy = cache / f"{program.name}-{program.stat().st_mtime_ns}"
    if not copy.exists():
        cache.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="draft-", dir=cache))
        for part in parts:
            if (site / part).exists():
                shutil.copytree(site / part, draft / part, symlinks=True)
        for path in (cache, draft, *draft.rglob("*")):
            _let_all_read(path)
        try:
            draft.rename(copy)
        except OSError:  # somebody else was quicker
            shutil.rmtree(draft)
    return copy / program.relative_to(site)


def _let_all_read(path: Path) -> None:
    """Others get what the owner has, but for writing."""
    if not path.is_symlink():
        owners = path.stat().st_mode & 0o500
        path.chmod(path.stat().st_mode | owners >> 3 | owners >> 6)


def spawn(
    command: list[str], log: Path, owner: Owner | None, last_wish: signal.Signals, cwd: Path
) -> subprocess.Popen[bytes]:
    _begin_anew(log)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env=server_environment(),
            start_new_session=True,
            preexec_fn=end_with_parent(last_wish),  # noqa: PLW1509 - it makes one system call
            user=owner.uid if owner else None,
            group=owner.gid if owner else None,
            extra_groups=[] if owner else None,
        )


def _begin_anew(log: Path) -> None:
    """Put a long log aside, over the one before it: two of them are kept."""
    if log.exists() and log.stat().st_size > LONG_LOG:
        log.replace(log.with_name(log.name + ".1"))


def server_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def wait_until(ready: Callable[[], bool], server: subprocess.Popen[bytes], name: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if server.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace").splitlines()[-5:] if log.exists() else []
            raise EmbeddedServerError(f"{name} did not start. Its log {log} ends with:\n" + "\n".join(said))
        time.sleep(0.03)


def end_leftover(pid_file: Path, data: Path) -> None:
    """End a server of a killed run. Whoever calls this holds the lock, so nobody else may use it."""
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    deadline = time.monotonic() + 15
    while _serves(pid, data):
        os.kill(pid, signal.SIGINT if time.monotonic() < deadline - 5 else signal.SIGQUIT)
        if time.monotonic() > deadline:
            raise EmbeddedServerError(
                f"A server of an earlier run (process {pid}) does not end. Stop it, then start again."
            )
        time.sleep(0.2)
    pid_file.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is a server working in `data`: process numbers are used again."""
    try:
        place = Path(f"/proc/{pid}/cwd").resolve(strict=True)
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return False
    return place == data.resolve() and name.startswith(("postgres", "redis-server"))
