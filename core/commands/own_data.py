"""Asking every invariant of the office's own database as it is: nothing is made, nothing is written, selling goes on.

Each invariant is one statement in a transaction of its own that may only read. One transaction for all would keep the moment
at which it began, and call what has run out since then a contradiction.
"""

from __future__ import annotations

from collections.abc import Callable

import click
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from core.kernel.db import db
from core.kernel.office import Office
from core.kernel.settings import PROJECT_ROOT, Settings
from core.proof.invariants import INVARIANTS, Finding, check

Step = Callable[[str, float], None]

#: Reading only, and for as long as a large office takes.
_JUST_LOOKING = ("SET default_transaction_read_only = on", "SET statement_timeout = '30min'")
_REVISION = text("SELECT version_num FROM alembic_version")


def require_some_database(settings: Settings) -> None:
    """Raises ClickException where the office has no database yet: looking at one must not make one."""
    if not settings.database_url and not (settings.data_dir / "postgres").exists():
        raise click.ClickException(
            f"There is no database: DATABASE_URL names none, and {settings.data_dir} has none of its own yet."
        )


def check_own_data(office: Office, settings: Settings, step: Step) -> list[Finding]:
    """What came of each invariant, in their order; `step` is told how far it has come.

    Raises ClickException when the database is of another version than this program, OperationalError when it is away.
    """
    found = []
    with office.inside(settings), db.engine.connect() as connection:
        try:
            for statement in _JUST_LOOKING:
                connection.execute(text(statement))
            _require_own_version(connection)
            for number, finding in enumerate(check(connection)):
                step("Looking at the office's own data", (number + 1) / len(INVARIANTS))
                found.append(finding)
        finally:
            connection.invalidate()  # its settings are not for others
    return found


def _require_own_version(connection: Connection) -> None:
    """The invariants are those of one schema; of another they would say what is not so."""
    scripts = ScriptDirectory.from_config(Config(PROJECT_ROOT / "alembic.ini"))
    newest = scripts.get_current_head()
    there = _revision(connection)
    if there == newest:
        return
    if there is None:
        raise click.ClickException(
            "This database has no tables of an office. Run bookinghall migrate, then prove again."
        )
    if there in {script.revision for script in scripts.walk_revisions()}:
        raise click.ClickException(
            f"The office's database is not at the newest schema: it is at {there}, this program at {newest}."
            " Run bookinghall migrate, then prove again."
        )
    raise click.ClickException(
        f"The office's database is at schema {there}, which this program (at {newest}) does not know:"
        " another version has migrated it. Prove it with that one."
    )


def _revision(connection: Connection) -> str | None:
    """None where there is no table that says so. Other refusals are raised as they are."""
    try:
        return connection.execute(_REVISION).scalar_one_or_none()
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) == "42P01":
            return None
        raise
