"""What the kiosk's page may ask for there and back: both ways or none, as one thing from the hold to the tickets."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from core.booking.cancel import release
from core.kernel.db import db
from tests.kiosk.conftest import SECOND, KioskClient, wish
from tests.support.factories import ACTOR, Office
from tests.support.return_trip import way_home

SEATS_LEFT = text("SELECT count(*) FROM seat_locks WHERE expires_at > app_now()")


@pytest.fixture
def home(office_app: Flask, office: Office) -> UUID:
    """Porto to Lisboa, nine hours after one has arrived."""
    with office_app.app_context():
        return way_home(office)


def legs(office: Office, home: UUID, *seats: int, back: tuple[int, ...] | None = None) -> dict[str, Any]:
    there = wish(office, *seats)
    return {"legs": [there, {**wish(office, *(back or seats)), "schedule_id": str(home)}]}


def held_seats(app: Flask) -> int:
    with app.app_context():
        return int(db.session.execute(SEATS_LEFT).scalar_one())


def test_what_goes_back_is_listed_from_the_first_day_that_has_it(
    kiosk: KioskClient, office: Office, home: UUID
) -> None:
    query = f"schedule_id={office.schedule_id}&from=0&to=5"
    first = kiosk.ask("GET", f"/way-back?{query}").get_json()

    assert [each["schedule_id"] for each in first["departures"]] == [str(home)]
    assert first["departures"][0]["destination"] == "Lisboa"
    assert first["date"] in first["days"]
    empty = kiosk.ask("GET", f"/way-back?{query}&date=2099-01-01").get_json()
    assert empty["departures"] == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("from=0&to=5&date=tomorrow", 400),
        ("from=0&to=5&date=9999-12-31", 200),
        ("from=0&to=99", 404),
        ("from=-1&to=5", 400),
    ],
)
def test_a_bad_question_for_the_way_back_is_answered_in_words(
    kiosk: KioskClient, office: Office, query: str, status: int
) -> None:
    answer = kiosk.ask("GET", f"/way-back?schedule_id={office.schedule_id}&{query}")
    assert answer.status_code == status
    assert status == 200 or answer.get_json()["title"]


def test_both_ways_are_one_hold_with_one_price_and_one_clock(
    office_app: Flask, kiosk: KioskClient, office: Office, home: UUID
) -> None:
    hold = kiosk.ask("POST", "/baskets", legs(office, home, 0, 1)).get_json()

    assert hold["quote"]["total"] == 10_400
    assert [leg["quote"]["total"] for leg in hold["legs"]] == [5_200, 5_200]
    assert held_seats(office_app) == 20
    path = f"/holds/{hold['reservation_id']}"
    more = kiosk.ask("POST", f"{path}/extend").get_json()
    assert more["expires_at"] > hold["expires_at"]
    assert kiosk.ask("GET", path, session=SECOND).status_code == 404
    assert kiosk.ask("DELETE", path).status_code == 204
    assert held_seats(office_app) == 0
    assert kiosk.ask("GET", path).get_json()["status"] == "cancelled"


def test_the_same_key_is_the_same_basket(
    office_app: Flask, kiosk: KioskClient, office: Office, home: UUID
) -> None:
    wanted = legs(office, home, 0)
    first = kiosk.ask("POST", "/baskets", wanted, Idempotency_Key="one-touch-1").get_json()
    again = kiosk.ask("POST", "/baskets", wanted, Idempotency_Key="one-touch-1").get_json()

    assert first["reservation_id"] == again["reservation_id"]
    assert held_seats(office_app) == 10


def test_who_loses_one_way_holds_nothing(
    office_app: Flask, kiosk: KioskClient, office: Office, home: UUID
) -> None:
    other = kiosk.ask("POST", "/baskets", legs(office, home, 3, back=(4,)), session=SECOND)
    assert other.status_code == 201

    answer = kiosk.ask("POST", "/baskets", legs(office, home, 0, back=(4,)))

    assert (answer.status_code, answer.get_json()["code"]) == (409, "seat_taken")
    assert held_seats(office_app) == 10


def test_names_and_address_are_on_both_tickets(
    office_app: Flask, kiosk: KioskClient, office: Office, home: UUID
) -> None:
    hold = kiosk.ask("POST", "/baskets", legs(office, home, 0)).get_json()
    person = hold["passengers"][0]["id"]
    named = kiosk.ask(
        "PUT",
        f"/holds/{hold['reservation_id']}/details",
        {"email": "ana@example.org", "names": {person: "Ana"}},
    )

    assert named.status_code == 200
    with office_app.app_context():
        names = db.session.execute(text("SELECT full_name FROM passengers")).scalars().all()
        mails = db.session.execute(text("SELECT contact_email FROM reservations")).scalars().all()
    assert (names, mails) == (["Ana", "Ana"], ["ana@example.org"] * 2)


def test_another_seat_on_one_way_keeps_the_other(
    office_app: Flask, kiosk: KioskClient, office: Office, home: UUID
) -> None:
    hold = kiosk.ask("POST", "/baskets", legs(office, home, 0)).get_json()
    back = hold["legs"][1]
    changed = kiosk.ask(
        "POST",
        f"/holds/{back['reservation_id']}/seats",
        {"passengers": [{"seat_id": str(office.seats[7]), "passenger_id": back["passengers"][0]["id"]}]},
    ).get_json()

    assert [leg["passengers"][0]["seat"] for leg in changed["legs"]] == ["1A", "2D"]
    assert changed["reservation_id"] == hold["reservation_id"]


def test_what_staff_release_is_over_for_both_ways(
    office_app: Flask, kiosk: KioskClient, office: Office, home: UUID
) -> None:
    hold = kiosk.ask("POST", "/baskets", legs(office, home, 0)).get_json()
    with office_app.app_context():
        release(UUID(hold["legs"][1]["reservation_id"]), ACTOR, "The kiosk hangs.")

    assert kiosk.ask("GET", f"/holds/{hold['reservation_id']}").get_json()["status"] == "cancelled"
    assert held_seats(office_app) == 0


@pytest.mark.parametrize("wrong", ["twice", "backwards", "fewer", "one way", "from nowhere"])
def test_what_is_no_way_back_is_refused_in_words(
    office_app: Flask, kiosk: KioskClient, office: Office, home: UUID, wrong: str
) -> None:
    asked = legs(office, home, 0)
    there, back = asked["legs"]
    asked["legs"] = {
        "twice": [there, there],
        "backwards": [back, there],
        "fewer": [wish(office, 0, 1), back],
        "one way": [there],
        "from nowhere": [there, {**back, "to_position": 3}],
    }[wrong]

    answer = kiosk.ask("POST", "/baskets", asked)

    assert 400 <= answer.status_code < 500
    assert answer.get_json()["title"]
    assert held_seats(office_app) == 0


def test_a_way_back_that_leaves_before_one_arrives_is_not_sold(
    office_app: Flask, kiosk: KioskClient, office: Office
) -> None:
    with office_app.app_context():
        early = way_home(office, timedelta(hours=2))

    answer = kiosk.ask("POST", "/baskets", legs(office, early, 0))

    assert (answer.status_code, answer.get_json()["code"]) == (422, "bad_basket")
