"""The whole office with its screens, asked without a browser: by a test client, or as a paired kiosk asks."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.accounts.kiosks import COOKIE, claim, prepare
from core.kernel.activity import SYSTEM
from core.kernel.db import db, run_alone
from core.kernel.settings import Settings
from core.peripherals.agents import Agent, issue_token
from tests.core.peripherals.kiosks import Machine
from tests.support.database import FreshDatabase, _Client
from tests.support.factories import Office, make_office
from tests.support.till import open_till
from wsgi import create_office

FIRST, SECOND = "a" * 32, "b" * 32


class KioskClient:
    """Asks as the page does: with the device's cookie, the traveller's session, a CSRF token and a fresh key."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._asked = 0

    def ask(
        self, method: str, path: str, json: Any = None, session: str = FIRST, **headers: str
    ) -> TestResponse:
        self._asked += 1
        token = self.client.get("/kiosk/api/token").get_json()["token"]
        usual = {
            "X-Kiosk-Session": session,
            "X-CSRFToken": token,
            "Idempotency-Key": f"key-{self._asked:08}",
            "Accept": "application/json",
        }
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(f"/kiosk/api{path}", method=method, json=json, headers={**usual, **given})

    def hold(self, office: Office, *seats: int, session: str = FIRST, **headers: str) -> TestResponse:
        return self.ask("POST", "/holds", wish(office, *seats), session, **headers)


def wish(office: Office, *seats: int) -> dict[str, Any]:
    """What the page sends to hold these seats, by index, the whole way."""
    passengers = [{"seat_id": str(office.seats[seat])} for seat in seats]
    stretch = {"from_position": 0, "to_position": 5}
    return {"schedule_id": str(office.schedule_id), **stretch, "passengers": passengers}


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The office for `client`. Its requests come without form tokens."""
    made = create_office(settings)
    made.test_client_class = _Client
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture
def office_app(fresh_database: FreshDatabase) -> Flask:
    return fresh_database.borrow(create_office)


@pytest.fixture
def office(office_app: Flask) -> Office:
    with office_app.app_context():
        return make_office()


@pytest.fixture
def kiosk(office_app: Flask, office: Office) -> KioskClient:
    with office_app.app_context():
        kiosk_id, code = prepare(office.places[0], "Kiosk 1", SYSTEM)
        open_till(kiosk_id, "kiosk")
        token = claim(code)
    client = office_app.test_client()
    client.set_cookie(COOKIE, str(token))
    return KioskClient(client)


@pytest.fixture
def machine(office_app: Flask, kiosk: KioskClient, office: Office) -> Iterator[Machine]:
    """The agent of the kiosk, inside the office's application."""
    with office_app.app_context():
        kiosk_id = run_alone("SELECT id FROM kiosks")[0].id
        made = Machine(kiosk_id, issue_token(kiosk_id, SYSTEM), Agent(kiosk_id, "Kiosk 1", office.places[0]))
        made.hello()
        yield made
