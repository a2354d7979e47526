"""The whole office with its staff: one person of each role, and a browser that is signed in as any of them."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.accounts import users
from core.accounts.models import User
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.kernel.settings import Settings
from tests.support.database import Sessions, _Client
from tests.support.factories import Office, make_office
from tests.support.till import open_till
from wsgi import create_office

PASSWORD = "a long enough word"
ROLES = ("customer", "gate", "agent", "manager", "admin")

SignIn = Callable[..., FlaskClient]


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The office with its screens. Forms are sent without tokens here; that they are needed is tested by itself."""
    made = create_office(settings)
    made.test_client_class = _Client
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def office(db_session: Sessions) -> Office:
    """A bus operator between Lisboa and Porto with one departure tomorrow."""
    return make_office()


@pytest.fixture
def person(db_session: Sessions) -> Callable[..., User]:
    """Make a person of a role, at these stations (none means all)."""

    def make(role: str, *stations: object, name: str = "Sam Staff") -> User:
        return users.create(
            f"{role}-{len(stations)}@example.com", name, PASSWORD, SYSTEM, role=role, stations=stations
        )

    return make


@pytest.fixture
def sign_in(app: Flask, person: Callable[..., User]) -> SignIn:
    """A browser that is signed in as a new person of this role; with ``till``, at an open drawer."""

    def enter(role: str, *stations: object, till: bool = False) -> FlaskClient:
        browser = app.test_client()
        user = person(role, *stations)
        if till:
            open_till(user.id)
        answer = browser.post("/admin/sign-in", data={"email": user.email, "password": PASSWORD})
        assert answer.status_code in {303, 403}
        return browser

    return enter
