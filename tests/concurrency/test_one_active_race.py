"""One holder who asks from many screens at once holds seats of a departure once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from core.booking.queries import active_of_holder
from core.booking.reserve import reserve
from core.kernel.db import db, transaction
from core.kernel.errors import DomainError
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, Office, make_office

SCREENS = 8


@pytest.fixture
def office(fresh_database: FreshDatabase) -> Office:
    with fresh_database.app.app_context():
        return make_office(rows=3)


def test_eight_screens_of_one_holder_get_one_reservation(
    fresh_database: FreshDatabase, office: Office
) -> None:
    came = _all_at_once(fresh_database, office)
    assert came == {"held": 1, "active_reservation_exists": SCREENS - 1}
    with fresh_database.app.app_context():
        assert len(active_of_holder(ALICE)) == 1
        assert db.session.execute(text("SELECT count(*) FROM seat_locks")).scalar() == 5


def test_twin_without_the_index_they_get_several(fresh_database: FreshDatabase, office: Office) -> None:
    with fresh_database.app.app_context(), transaction() as session:
        session.execute(text("DROP INDEX uq_reservations_one_active"))
    assert _all_at_once(fresh_database, office)["held"] > 1


def _all_at_once(fresh: FreshDatabase, office: Office) -> Counter[str]:
    """Each screen asks for a seat of its own in the same moment."""
    start = Barrier(SCREENS)

    def ask(seat: int) -> str:
        with fresh.app.app_context():
            start.wait(10)
            try:
                reserve(office.ask(seat), ALICE, ACTOR)
            except DomainError as error:
                return error.code
            return "held"

    with ThreadPoolExecutor(SCREENS) as pool:
        return Counter(pool.map(ask, range(SCREENS)))
