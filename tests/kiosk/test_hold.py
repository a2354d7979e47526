"""What the kiosk's page may hold: seats from its own station, for one traveller at a time."""

import pytest
from flask.testing import FlaskClient

from core.accounts import kiosks
from core.kernel.activity import SYSTEM
from tests.support.factories import Office, make_office

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def kiosk(client: FlaskClient, office: Office) -> FlaskClient:
    """A machine that is paired at Lisboa, where the departure begins."""
    _, code = kiosks.prepare(office.places[0], "Kiosk 1", SYSTEM)
    token = kiosks.claim(code)
    assert token is not None
    client.set_cookie(kiosks.COOKIE, token)
    return client


def ask(kiosk: FlaskClient, office: Office, first: int, traveller: str = "a" * 32) -> tuple[int, str]:
    body = {
        "schedule_id": str(office.schedule_id),
        "from_position": first,
        "to_position": 5,
        "passengers": [{"seat_id": str(office.seats[0])}],
    }
    headers = {"X-Kiosk-Session": traveller, "Idempotency-Key": f"key-{traveller}-{first}"}
    answer = kiosk.post("/kiosk/api/holds", json=body, headers=headers)
    return answer.status_code, answer.json.get("code", "")


def test_a_kiosk_sells_from_its_own_station_only(kiosk: FlaskClient, office: Office) -> None:
    assert ask(kiosk, office, first=1) == (403, "other_station")
    assert ask(kiosk, office, first=0) == (201, "")


def test_a_revoked_kiosk_sells_nothing(kiosk: FlaskClient, office: Office) -> None:
    token = kiosk.get_cookie(kiosks.COOKIE)
    assert token is not None
    found = kiosks.kiosk_of_token(token.value)
    assert found is not None
    kiosks.revoke(found.id, SYSTEM)
    assert ask(kiosk, office, first=0) == (401, "not_paired")
