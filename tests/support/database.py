"""Databases for tests, all copies of one migrated template.

`db_session` is fast: services really commit, but into a savepoint of a transaction that is undone.
`fresh_database` is a database of its own, for tests with several connections or processes.
"""

import contextvars
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any

import pytest
from flask import Flask, current_app, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.pool import NullPool
from werkzeug.test import TestResponse

from core.app import create_app
from core.commands.migrate import migrate_database
from core.kernel.db import db
from core.kernel.settings import Settings
from tests.support import walked
from tests.support.lending import Lender, Make
from tests.support.logged import Logged

Sessions = scoped_session[Any]
_numbers = count(1)
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _Client(FlaskClient):
    """Every request gets an application context of its own, as in production, although the test has one open.

    Whatever a test does over HTTP: what was changed by it is in the activity log (see `tests.support.logged`).
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        logged = None
        if kwargs.get("method") in _WRITING and _shared():
            logged = Logged(db.session.connection(), one_transaction=True)
        answer = contextvars.Context().run(super().open, *args, **kwargs)
        if logged:
            complaints = logged.complaints()
            assert not complaints, f"{kwargs['method']} {args}: {complaints}"
            walked.note(self.application, kwargs["method"], answer, told=logged.told)
        return answer


def _shared() -> bool:
    """Whether the test looks at the very connection that the office works on."""
    return has_app_context() and isinstance(db.engines[None], Connection)


def _new_app(settings: Settings) -> Flask:
    app = create_app(settings)
    app.test_client_class = _Client
    return app


@pytest.fixture(scope="session")
def server(postgres_url: str) -> Iterator[Engine]:
    """A connection to the server itself, to make and drop databases."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def template_database(server: Engine) -> Iterator[str]:
    """Name of a migrated, empty database that others are copied from."""
    with _database(server) as (name, url):
        migrate_database(url)
        yield name


@pytest.fixture(scope="session")
def settings(server: Engine, template_database: str, base_settings: Settings) -> Iterator[Settings]:
    """Settings of the database that `app` and `db_session` work on."""
    with _database(server, template_database) as (_, url):
        yield base_settings.with_servers(url, base_settings.redis_url)


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The core application, made once; what tests write to its database is undone by `db_session`."""
    made = _new_app(settings)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask, db_session: Sessions) -> FlaskClient:
    """A browser or API client that sees what `db_session` holds."""
    return app.test_client()


@pytest.fixture
def db_connection(app: Flask) -> Iterator[Connection]:
    """The one connection of a `db_session`; its transaction is undone at the end."""
    with app.app_context():
        engine = db.engine
        with engine.connect() as plain:
            connection = plain.execution_options(isolation_level="READ COMMITTED")
            outer = connection.begin()
            yield connection
            outer.rollback()


@pytest.fixture
def db_session(app: Flask, db_connection: Connection) -> Iterator[Sessions]:
    """`db.session` inside an application context; commits are real for the test and undone after it."""
    with app.app_context(), _joined(app, db_connection):
        yield db.session


@pytest.fixture
def database(db_session: Sessions) -> Sessions:
    """Another name for `db_session`, for tests that only need it to be there."""
    return db_session


@dataclass
class FreshDatabase:
    """A database of one test; `app` is an application on it."""

    name: str
    settings: Settings
    lender: Lender
    _opened: list[Flask] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.settings.database_url

    @cached_property
    def app(self) -> Flask:
        return self.borrow(_new_app)

    def borrow(self, make: Make, settings: Settings | None = None) -> Flask:
        """An application on this database for as long as the test lasts; `settings` are this database's unless given."""
        return self.use(self.lender.borrow(make, settings or self.settings))

    def use(self, app: Flask) -> Flask:
        """Note an application on this database, so that its connections are closed in the end."""
        self._opened.append(app)
        return app

    def dispose(self) -> None:
        """Close the connections of the application, so that new ones see changed database settings."""
        for made in self._opened:
            with made.app_context():
                db.session.remove()
                db.engine.dispose()

    def close(self) -> None:
        """The test is over."""
        self.dispose()
        for made in self._opened:
            self.lender.give_back(made)


@pytest.fixture(scope="session")
def lender() -> Lender:
    """Applications that were made before."""
    return Lender()


@pytest.fixture
def fresh_database(
    server: Engine, template_database: str, base_settings: Settings, lender: Lender
) -> Iterator[FreshDatabase]:
    """A database of this test alone, where every connection sees what the others commit."""
    with _database(server, template_database) as (name, url):
        fresh = FreshDatabase(name, base_settings.with_servers(url, base_settings.redis_url), lender)
        yield fresh
        fresh.close()


class _database:  # noqa: N801 - used like a function
    """Make a database, optionally as a copy, and drop it at the end."""

    def __init__(self, server: Engine, template: str | None = None) -> None:
        self._server = server
        self._template = template
        self._name = f"t{os.getpid()}_{next(_numbers)}"

    def __enter__(self) -> tuple[str, str]:
        copied = f" TEMPLATE {self._template} STRATEGY FILE_COPY" if self._template else ""
        self._run(f"CREATE DATABASE {self._name}{copied}")
        url: URL = make_url(self._server.url).set(database=self._name)
        return self._name, url.render_as_string(hide_password=False)

    def __exit__(self, *_: object) -> None:
        self._run(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.execute(text(statement))


class _joined:  # noqa: N801 - used like a function
    """Let every session of `app` join the transaction of `connection`, and all its contexts share one session.

    Two sessions on one connection would nest their savepoints, and one's rollback undo the other's commit.
    """

    def __init__(self, app: Flask, connection: Connection) -> None:
        self._app = app
        self._connection = connection

    def __enter__(self) -> None:
        self._engine = db.engines[None]
        self._scope: Callable[[], Any] = db.session.registry.scopefunc
        db.session.registry.scopefunc = self._shared_scope
        db.session.remove()
        db.session.session_factory.configure(join_transaction_mode="create_savepoint")
        event.listen(db.session.session_factory, "before_commit", _check_deferred)
        db.engines[None] = self._connection

    def __exit__(self, *_: object) -> None:
        db.session.remove()
        event.remove(db.session.session_factory, "before_commit", _check_deferred)
        db.engines[None] = self._engine
        db.session.registry.scopefunc = self._scope

    def _shared_scope(self) -> Any:
        if has_app_context() and current_app._get_current_object() is self._app:
            return "test"
        return self._scope()


def _check_deferred(session: Session) -> None:
    """Deferred constraints speak at a commit: let them, although only a savepoint ends here."""
    session.flush()
    session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
