"""An office with one departure, and everyone who may ask for it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.accounts import api_keys, kiosks, standing
from core.api import seat_maps
from tests.core.api.cast import Cast
from tests.support.factories import Office, make_office


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What a process remembers of another test's database."""
    for known in (api_keys._known, kiosks._known, standing._known, seat_maps._frames):
        known.clear()


@pytest.fixture
def office(db_session) -> Office:
    """Lisboa to Porto over four stops, twelve seats, tomorrow."""
    return make_office()


@pytest.fixture
def cast(client: FlaskClient, office: Office) -> Cast:
    return Cast(client, office.places[0])


@pytest.fixture
def hold(office: Office) -> Callable[..., dict[str, Any]]:
    """The body of a hold of seats by their index: `hold(0, 1, first=1, last=4)`."""

    def body(*seats: int, first: int = 0, last: int = 5, **more: Any) -> dict[str, Any]:
        return {
            "schedule_id": str(office.schedule_id),
            "from_position": first,
            "to_position": last,
            "passengers": [
                {
                    "seat_id": str(office.seats[seat]),
                    "full_name": f"Traveller {seat}",
                    "details": {
                        "document_kind": "passport",
                        "document_number": "P123456",
                        "phone": "+351912345678",
                    },
                }
                for seat in seats
            ],
            "contact_email": "ana@example.org",
            **more,
        }

    return body
