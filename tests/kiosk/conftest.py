"""The whole office with its screens, asked without a browser. Requests come without form tokens here."""

from collections.abc import Iterator

import pytest
from flask import Flask

from core.kernel.db import db
from core.kernel.settings import Settings
from tests.support.database import _Client
from wsgi import create_office


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    made = create_office(settings)
    made.test_client_class = _Client
    made.config["WTF_CSRF_ENABLED"] = False
    yield made
    with made.app_context():
        db.engine.dispose()
