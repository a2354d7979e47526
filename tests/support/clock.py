"""A clock that a test can move: the database's own, so that every process agrees."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, text

from core.kernel.db import db
from tests.support.database import FreshDatabase


class Clock:
    """Moves `app_now()` of the test's database."""

    def __init__(self, set_shift: Callable[[str], None]) -> None:
        self._set_shift = set_shift
        self._shift = timedelta()

    def move(self, **by: float) -> None:
        """Move on by what `timedelta` takes, e.g. `clock.move(minutes=15)`; negative values move back."""
        self._shift += timedelta(**by)
        self._set_shift(f"{self._shift.total_seconds():.6f} seconds")

    def reset(self) -> None:
        """Show the real time again."""
        self._shift = timedelta()
        self._set_shift("0 seconds")


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    """The clock of the `fresh_database` or `live_server` if the test has one, else of its `db_session`."""
    if {"fresh_database", "live_server"} & set(request.fixturenames):
        return _clock_of_fresh(request.getfixturevalue("fresh_database"), request.getfixturevalue("server"))
    request.getfixturevalue("db_session")
    return _clock_of_session(request.getfixturevalue("db_connection"))


def _clock_of_session(connection: Connection) -> Clock:
    def set_shift(shift: str) -> None:
        db.session.commit()  # set outside of any savepoint, so that no rollback of a service takes it back
        connection.execute(
            text("SELECT set_config('bookinghall.clock_shift', :shift, false)"), {"shift": shift}
        )

    return Clock(set_shift)


def _clock_of_fresh(fresh: FreshDatabase, server: Engine) -> Clock:
    def set_shift(shift: str) -> None:
        with server.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {fresh.name} SET bookinghall.clock_shift = '{shift}'"))
        fresh.dispose()

    return Clock(set_shift)
