"""Every payment test begins with the same cast."""

import pytest

from tests.core.payments.cast import Stage, set_stage
from tests.support.database import Sessions


@pytest.fixture
def stage(db_session: Sessions) -> Stage:
    """An operator with a reservation of 50.00 RON."""
    return set_stage()
