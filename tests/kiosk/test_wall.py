"""The departure board for a wall: public, the same for everybody, sparing with the database, and deaf to nonsense."""

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from core.kernel.db import db
from core.timetable.models import Place
from tests.support.factories import Office


@pytest.fixture
def wall(office_app: Flask) -> FlaskClient:
    return office_app.test_client()


@pytest.fixture
def code(office_app: Flask, office: Office) -> str:
    with office_app.app_context():
        db.session.execute(text("UPDATE schedules SET departure_at = app_now() + interval '1 hour'"))
        db.session.commit()
        place = db.session.get(Place, office.places[0])
        assert place
        return place.code


def change(app: Flask, statement: str) -> None:
    with app.app_context():
        db.session.execute(text(statement))
        db.session.commit()


def test_the_page_is_for_everybody_and_has_the_departures_in_it(wall: FlaskClient, code: str) -> None:
    answer = wall.get(f"/board/{code}")

    assert answer.status_code == 200
    assert "Lisboa" in answer.text
    assert "Porto" in answer.text
    assert 'data-theme="dark"' in answer.text
    assert 'data-contrast="high"' in wall.get(f"/board/{code}?theme=contrast").text


def test_what_it_tells_has_no_seat_no_price_and_no_person(wall: FlaskClient, code: str) -> None:
    [line] = wall.get(f"/board/-/departures?place={code}").get_json()["departures"]

    assert set(line) == {
        "id", "departure_at", "expected_at", "number", "destination", "via", "platform", "platform_word", "status",
    }  # fmt: skip


def test_what_is_called_off_or_late_is_told(office_app: Flask, wall: FlaskClient, code: str) -> None:
    change(
        office_app,
        "UPDATE schedules SET status = 'cancelled', estimated_departure_at = departure_at + interval '9 min'",
    )
    [line] = wall.get(f"/board/-/departures?place={code}").get_json()["departures"]

    assert line["status"] == "cancelled"
    assert line["expected_at"] > line["departure_at"]


def test_many_walls_ask_the_database_once_in_a_few_seconds(
    office_app: Flask, wall: FlaskClient, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = wall.get(f"/board/-/departures?place={code}")
    change(office_app, "UPDATE schedules SET platform = '99'")
    second = wall.get(f"/board/-/departures?place={code}")
    monkeypatch.setattr("kiosk.views.wall._KEPT", 0)
    third = wall.get(f"/board/-/departures?place={code}")

    assert first.headers["Cache-Control"] == "public, max-age=5"
    assert "Set-Cookie" not in first.headers
    platforms = [each.get_json()["departures"][0]["platform"] for each in (first, second, third)]
    assert platforms == ["4", "4", "99"]


def test_its_languages_are_those_of_the_address_or_of_the_place(
    office_app: Flask, wall: FlaskClient, code: str
) -> None:
    change(office_app, "UPDATE places SET languages = 'ro de'")

    assert '<html lang="ro"' in wall.get(f"/board/{code}").text
    assert '<html lang="ar"' in wall.get(f"/board/{code}?languages=ar,en").text
    assert '<html lang="ro"' in wall.get(f"/board/{code}?languages=xx,../../etc").text


@pytest.mark.parametrize(
    "nonsense", ["nowhere", "\x00", "a" * 5000, "' OR 1=1 --", "../../etc/passwd", "\ud7ff\u202e", "-/nothing", "%"]
)  # fmt: skip
def test_a_station_that_is_not_there_is_said_so(wall: FlaskClient, office: Office, nonsense: str) -> None:
    for address in (f"/board/{quote(nonsense, safe='')}", f"/board/-/departures?place={quote(nonsense)}"):
        assert wall.get(address).status_code == 404


def test_nobody_may_ask_without_end(office_app: Flask, wall: FlaskClient, code: str) -> None:
    office_app.config["RATE_LIMITS"] = True
    try:
        answers = {wall.get(f"/board/-/departures?place={code}").status_code for _ in range(301)}
    finally:
        office_app.config["RATE_LIMITS"] = False

    assert answers == {200, 429}
