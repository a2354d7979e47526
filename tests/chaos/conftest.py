"""A house of killable processes, with departures to buy and a real mail server beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.app import create_app
from core.kernel.db import db
from core.proof.departures import Departures, make_departures
from tests.chaos.house import House, open_house
from tests.support.mail import MailServer


@pytest.fixture
def house(run_folder: Path, smtp_server: MailServer) -> Iterator[House]:
    with open_house(run_folder, smtp_server) as opened:
        yield opened


@pytest.fixture
def departures(house: House) -> Departures:
    app = create_app(house.settings)
    with app.app_context():
        made = make_departures(60, hold_minutes=1, passenger_fields={"web": ["full_name"]})
        db.session.remove()
        db.engine.dispose()
    return made
