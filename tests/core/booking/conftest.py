"""What tests of bookings may ask for."""

from collections.abc import Iterator

import pytest

from core.kernel.db import db
from core.proof.invariants import broken
from tests.support.database import Sessions


@pytest.fixture
def everything_holds(db_session: Sessions) -> Iterator[None]:
    """After the test every invariant is asked."""
    yield
    db.session.rollback()
    assert [str(found) for found in broken(db.session.connection())] == []
