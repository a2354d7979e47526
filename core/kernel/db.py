"""The database: one engine, typed models, and `transaction()`, the only way to write.

A use case opens one transaction; screens, the API and jobs call use cases and never commit. Locks are taken
inside a transaction, in the order schedules, own reservation, seat locks (see the architecture in README).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

import psycopg
import structlog
from flask_sqlalchemy import SQLAlchemy
from psycopg import errors as pg
from psycopg.rows import namedtuple_row
from sqlalchemy import CheckConstraint, Engine, MetaData, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session

from core.kernel.errors import Busy, Conflict, DomainError, Unavailable, error_for_constraint

log = structlog.get_logger(__name__)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

#: Set on every connection: waiting for a lock ends after 3 s and becomes `Busy`. Plans are made once for a prepared
#: statement: planning a hold for each buyer anew took longer than holding.
CONNECT_OPTIONS = "-c plan_cache_mode=force_generic_plan -c lock_timeout=3s -c statement_timeout=60s -c timezone=UTC -c idle_in_transaction_session_timeout=60s"


class Base(DeclarativeBase):
    """Parent of every table. Times are `timestamptz`, ids UUID, open data JSONB."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: TIMESTAMP(timezone=True),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[dict[str, Any]]: JSONB(),
        list[str]: JSONB(),
    }


#: Engine and sessions bound to the application; the models above have a base of their own.
db = SQLAlchemy(session_options={"expire_on_commit": False})


def engine_options(pool_size: int = 10) -> dict[str, Any]:
    """What Flask-SQLAlchemy hands to `create_engine`: time-outs, UTC, a bounded pool, and reads without transactions.

    A screen's reads are single statements in autocommit: one round trip instead of three, and no rollback at the end,
    which would make the driver forget every prepared statement. Writing happens in `transaction()` only.
    """
    return {
        "connect_args": {
            "options": CONNECT_OPTIONS,
            "application_name": "bookinghall",
            "connect_timeout": 5,
            "prepare_threshold": 2,
        },
        "isolation_level": "AUTOCOMMIT",
        "pool_size": pool_size,
        "max_overflow": pool_size,
        "pool_timeout": 5,
        "pool_pre_ping": False,
        "pool_recycle": 1800,
    }


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A check that a text column holds one of the words of an enum."""
    words = ", ".join(f"'{word.value}'" for word in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_word")


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one transaction of a use case: commits at the end, rolls back on any exception.

    A read-only transaction that a screen left open is ended first, so that the use case sees the present and
    `app_now()` is its own. Raises the `DomainError` that a violated constraint or a lock time-out means.
    """
    session = db.session()
    if in_transaction():
        raise RuntimeError("transaction() is already open: one per use case")
    session.rollback()
    _begin(session)
    session.info["after_commit"] = []
    session.info["in_use_case"] = True
    try:
        yield session
        session.commit()
        callbacks = session.info["after_commit"]
    except (DBAPIError, psycopg.Error) as error:
        session.rollback()
        raise translate(error) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["in_use_case"] = False
        session.info.pop("driver", None)
    _run(callbacks)


def _begin(session: Session) -> None:
    """A real transaction; the tests' one connection has one already."""
    if isinstance(session.get_bind(), Engine):
        session.connection(execution_options={"isolation_level": "READ COMMITTED"})


def in_transaction() -> bool:
    """Whether the caller is inside `transaction()`."""
    return db.session.registry.has() and bool(db.session().info.get("in_use_case"))


def require_transaction() -> Session:
    """The session of the open use case; RuntimeError outside one. Every lock helper starts with this."""
    if not in_transaction():
        raise RuntimeError("locks are taken inside transaction() only")
    return db.session()


def driver() -> psycopg.Connection[Any]:
    """The driver's own connection of the open use case, for the few statements of the hottest path.

    Statements have ``%(name)s`` parameters and are prepared by the driver. They take part in the same transaction, and
    their errors become the same domain errors; what is saved is the work around each statement, a third of a hold.
    """
    session = require_transaction()
    known: psycopg.Connection[Any] | None = session.info.get("driver")
    if known is None:
        known = session.info["driver"] = session.connection().connection.driver_connection
    return known  # type: ignore[return-value]  # SQLAlchemy does not say which driver it has


def run(statement: str, values: Mapping[str, Any] | None = None) -> psycopg.Cursor[Any]:
    """Execute a constant statement of a busy path through `driver()`; rows come as named tuples."""
    return driver().cursor(row_factory=namedtuple_row).execute(statement, values)


def run_alone(statement: str, values: Mapping[str, Any] | None = None) -> list[Any]:
    """Execute a constant statement that is a whole use case by itself and return its rows as named tuples.

    The statement is its own transaction: one round trip instead of the three of begin, statement and commit, which is
    most of what a hold used to cost. It has to do all or nothing. Errors are the same as those of `transaction()`.
    """
    if in_transaction():
        raise RuntimeError("transaction() is open: use run()")
    if db.session.registry.has():
        db.session.rollback()  # gives back the connection of a screen's reads, so that nobody holds two
    bound: object = db.engine
    if not isinstance(bound, Engine):  # the tests' one connection
        with transaction():
            return run(statement, values).fetchall()
    try:
        return _on_a_connection(statement, values)
    except psycopg.Error as error:
        raise translate(error) from error


def fetch(statement: str, values: Mapping[str, Any] | None = None) -> list[Any]:
    """The rows of a constant statement that only reads: in the open transaction if there is one, else by itself."""
    return run(statement, values).fetchall() if in_transaction() else run_alone(statement, values)


def _on_a_connection(statement: str, values: Mapping[str, Any] | None) -> list[Any]:
    lent = db.engine.raw_connection()
    connection: psycopg.Connection[Any] = lent.driver_connection  # type: ignore[assignment]  # SQLAlchemy does not say which driver it has
    try:
        return connection.cursor(row_factory=namedtuple_row).execute(statement, values).fetchall()
    finally:
        if connection.broken:  # so are the others, most likely: the server was restarted
            lent.invalidate()
            db.engine.dispose(close=False)
        else:
            lent.close()


def after_commit(callback: Callable[[], None]) -> None:
    """Call this once the transaction has been committed: for nudges only, nothing may depend on it."""
    require_transaction().info["after_commit"].append(callback)


def _run(callbacks: list[Callable[[], None]]) -> None:
    for callback in callbacks:
        try:
            callback()
        except Exception as error:  # noqa: BLE001 - a lost nudge is made good by the relay
            log.warning("nudge_failed", error=repr(error))


def translate(error: DBAPIError | psycopg.Error) -> Exception:
    """The domain error that a driver's error stands for, or the error itself when it is a defect of ours."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, pg.LockNotAvailable | pg.DeadlockDetected | pg.SerializationFailure):
        return Busy()
    if isinstance(cause, psycopg.errors.IntegrityError):
        return _named(cause) or error
    if isinstance(cause, pg.QueryCanceled | psycopg.OperationalError):
        return Unavailable()
    return error


def _named(cause: psycopg.errors.IntegrityError) -> DomainError | None:
    name = cause.diag.constraint_name
    found = error_for_constraint(name)
    if found is None and isinstance(cause, pg.UniqueViolation):
        return Conflict("There is one like this already.", code="duplicate", constraint=name)
    if found is None and isinstance(cause, pg.ForeignKeyViolation):
        return Conflict(
            "Something else refers to this, or it refers to something that is not there.", code="in_use"
        )
    return found
