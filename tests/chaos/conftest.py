"""A house of killable processes, with departures to buy, vouchers to pay with and a real mail server beside it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from core.app import create_app
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.payments.vouchers import issue
from core.proof.departures import make_departures
from core.timetable.models import Operator
from tests.chaos.house import House, open_house
from tests.chaos.visit import Ground
from tests.support.mail import MailServer


@pytest.fixture
def house(run_folder: Path, smtp_server: MailServer) -> Iterator[House]:
    with open_house(run_folder, smtp_server) as opened:
        yield opened


@pytest.fixture
def ground(house: House) -> Ground:
    """Few vouchers with much on them, so that many spend the same one at once."""
    app = create_app(house.settings)
    with app.app_context():
        made = make_departures(
            60, hold_minutes=1, extension_minutes=1, offer_minutes=5, passenger_fields={"web": ["full_name"]}
        )
        operator_id = db.session.execute(select(Operator.id)).scalar_one()
        vouchers = [issue(operator_id, 10**9, "for chaos", SYSTEM).code for _ in range(3)]
        db.session.remove()
        db.engine.dispose()
    return Ground(made, vouchers)
