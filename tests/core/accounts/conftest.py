"""The people and machines of these tests."""

import pytest

from core.accounts import users
from core.accounts.models import User
from core.accounts.remembered import Remembered
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.timetable.models import Place

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Another test's database is not this one's."""
    from core.accounts import api_keys, kiosks, standing

    for known in (api_keys._known, kiosks._known, standing._known):
        assert isinstance(known, Remembered)
        known.clear()


@pytest.fixture
def station(database) -> Place:
    place = Place(
        code="north", name="North Station", search_name="north station", timezone="Europe/Bucharest"
    )
    db.session.add(place)
    db.session.commit()
    return place


@pytest.fixture
def ana(database) -> User:
    """A customer."""
    return users.create("Ana@Example.org", "Ana Pop", PASSWORD, SYSTEM, phone="+40 721 000 111")


@pytest.fixture
def admin(database) -> User:
    return users.create("admin@example.org", "Adam Min", PASSWORD, SYSTEM, role="admin")
