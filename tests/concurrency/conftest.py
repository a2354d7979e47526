"""What races stand on."""

import pytest
from sqlalchemy import create_engine

from core.kernel.db import CONNECT_OPTIONS, db, engine_options
from tests.support.database import FreshDatabase


@pytest.fixture
def patient(fresh_database: FreshDatabase) -> None:
    """Whoever waits for a lock waits for a minute. Three seconds may not do for a crowd on a machine that has much else to do;
    that nobody waits for somebody who waits for him is what a race looks for.
    """
    options = engine_options()
    options["connect_args"]["options"] = CONNECT_OPTIONS.replace("lock_timeout=3s", "lock_timeout=60s")
    with fresh_database.app.app_context():
        db.engine.dispose()
        db.engines[None] = create_engine(fresh_database.url, **options)
