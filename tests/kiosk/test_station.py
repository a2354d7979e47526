"""What a station decides for its kiosks: the languages and their order."""

import re

import pytest
from flask.testing import FlaskClient

from core.kernel.activity import SYSTEM
from core.kernel.errors import RuleBroken
from core.timetable.service import network
from tests.kiosk.conftest import KioskClient
from tests.support.factories import Office


def offered(client: FlaskClient) -> list[str]:
    page = client.get("/kiosk/").get_data(as_text=True)
    return re.findall(r'"code": ?"(\w+)"', page)


def test_a_station_offers_all_languages_with_the_offices_own_first(kiosk: KioskClient) -> None:
    assert offered(kiosk.client) == ["en", "ro", "de", "fr", "es", "pt", "pl", "tr", "ar"]


def test_a_station_chooses_languages_and_their_order_and_begins_with_the_first(
    kiosk: KioskClient, office: Office, office_app
) -> None:
    with office_app.app_context():
        network.change_place(office.places[0], SYSTEM, languages=" PT, ar pt en")

    assert offered(kiosk.client) == ["pt", "ar", "en"]
    assert '"language": "pt"' in kiosk.client.get("/kiosk/").get_data(as_text=True)


@pytest.mark.parametrize("given", ["xx", "en qq", "e n", "<b>", "english"])
def test_a_language_without_words_is_refused(office: Office, office_app, given: str) -> None:
    with office_app.app_context(), pytest.raises(RuleBroken) as refused:
        network.change_place(office.places[0], SYSTEM, languages=given)

    assert refused.value.code == "invalid_languages"
