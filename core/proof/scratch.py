"""A scratch database beside the configured one: same server, same rules, gone afterwards.

The ledger and the activity log refuse to be deleted from, and should. So the crowd does not buy in the office's own
database: it gets one of its own from the product's migrations, which is dropped as a whole. In it, and only in it, the
clock runs fast, so that holds of minutes run out in seconds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg
from psycopg import sql
from sqlalchemy import make_url

from core.kernel.errors import Forbidden

#: How many seconds pass in the scratch database while one passes outside.
SPEED = 120

_ONE_AT_A_TIME = 0x_B00C_9400F
_MARK = "_proof_"
_LONGEST_NAME = 63

_FAST_CLOCK = """
DO $do$ BEGIN EXECUTE format($f$
  CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT timestamptz %L + (now() - timestamptz %L) * {speed}
      + coalesce(nullif(current_setting('bookinghall.clock_shift', true), ''), '0')::interval
  $$ $f$, now(), now()); END $do$
"""


class MayNotCreate(Forbidden):
    """The role of the database address has no right to create databases."""

    code = "may_not_create_database"
    message = (
        "The role of DATABASE_URL may not create databases, so there is no place beside the office's own data to race in. "
        "Allow it (ALTER ROLE ... CREATEDB), or check the data alone with --check-only."
    )


class AlreadyProving(Forbidden):
    """Another proof runs on this database's server."""

    code = "already_proving"
    message = "Another proof is running beside this database. Wait until it has ended."


@contextmanager
def scratch_database(database_url: str, migrate: Callable[[str], None]) -> Iterator[str]:
    """Make a migrated, empty database with a fast clock; yields its SQLAlchemy address; drops it whatever happens.

    What an earlier proof left behind because it was killed is dropped first. Raises MayNotCreate, AlreadyProving.
    """
    configured = make_url(database_url)
    prefix = f"{configured.database or ''}"[: _LONGEST_NAME - 20] + _MARK
    name = f"{prefix}{os.getpid()}"
    with psycopg.connect(_plain(database_url), autocommit=True) as server:
        _begin_alone(server)
        _drop_leftovers(server, prefix)
        try:
            _create(server, name)
            url = configured.set(database=name).render_as_string(hide_password=False)
            migrate(url)
            _run_fast(url)
            yield url
        finally:
            with psycopg.connect(
                _plain(database_url), autocommit=True
            ) as unhurt:  # the first may be in mid-sentence
                _drop(unhurt, name)


def _plain(url: str) -> str:
    """The address as the driver itself takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _begin_alone(server: psycopg.Connection) -> None:
    taken = server.execute("SELECT pg_try_advisory_lock(%s)", [_ONE_AT_A_TIME]).fetchone()
    if taken is None or not taken[0]:
        raise AlreadyProving


def _drop_leftovers(server: psycopg.Connection, prefix: str) -> None:
    """Only under the lock that every proof of this database holds, so nobody uses them."""
    found = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
    for (name,) in found.fetchall():
        if name.removeprefix(prefix).isdigit():
            _drop(server, name)


def _create(server: psycopg.Connection, name: str) -> None:
    try:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    except pg.InsufficientPrivilege:
        raise MayNotCreate from None


def _run_fast(url: str) -> None:
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute(_FAST_CLOCK.format(speed=SPEED).encode())


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
