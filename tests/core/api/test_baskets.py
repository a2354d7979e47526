"""Baskets over HTTP: held all or none, prolonged, paid and given up as one."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from core.kernel.db import db
from tests.core.api.cast import gateway_says
from tests.core.api.test_payments import gateway  # noqa: F401 - a fixture
from tests.support.factories import another_departure


@pytest.fixture
def trip(office, hold):
    """The body of a basket there and back on these seats."""
    back = another_departure(office)

    def body(*seats: int):
        there = {name: value for name, value in hold(*seats).items() if name != "contact_email"}
        legs = [there, {**there, "schedule_id": str(back)}]
        return {"legs": legs, "contact_email": "ana@example.org"}

    return body


def count(table: str) -> int:
    return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_guest_holds_a_round_trip(cast, trip):
    made = cast.guest.post("/baskets", trip(0, 1))
    assert made.status_code == 201, made.json
    assert made.json["total"] == {"amount": 4 * 2600, "currency": "EUR"}
    assert {held["expires_at"] for held in made.json["reservations"]} == {made.json["expires_at"]}
    shown = cast.guest.get(f"/baskets/{made.json['id']}").json
    assert (shown["status"], shown["total"]) == ("active", made.json["total"])
    assert [r["basket_id"] for r in shown["reservations"]] == [made.json["id"]] * 2
    assert [len(r["passengers"]) for r in shown["reservations"]] == [2, 2]


def test_all_or_none(cast, trip, hold):
    cast.customer.post("/reservations/create", {**trip(0)["legs"][1], "contact_email": "b@example.org"})
    answer = cast.guest.post("/baskets", trip(0))
    assert (answer.status_code, answer.json["code"], answer.json["seats"]) == (409, "seat_taken", ["1A"])
    assert count("reservations") == 1


def test_the_same_request_with_the_same_key_is_done_once(cast, trip):
    first = cast.guest.post("/baskets", trip(0), Idempotency_Key="k1")
    again = cast.guest.post("/baskets", trip(0), Idempotency_Key="k1")
    assert (first.status_code, first.json) == (201, again.json)
    assert count("reservations") == 2


def test_one_payment_and_its_message_make_all_bookings(cast, trip, gateway):  # noqa: F811 - a fixture that was imported
    made = cast.guest.post("/baskets", trip(0)).json
    paying = cast.guest.post(f"/baskets/{made['id']}/pay", {"method": "card"})
    assert (paying.status_code, paying.json["amount"]) == (201, made["total"])
    assert paying.json["pay_url"]
    said = gateway_says(cast.client, paying.json["payment_id"], made["total"])
    assert said.json == {"effect": "booked"}
    shown = cast.guest.get(f"/baskets/{made['id']}").json
    assert shown["status"] == "confirmed"
    assert len({r["booking_reference"] for r in shown["reservations"]}) == 2


def test_cash_is_taken_by_those_who_may(cast, trip):
    made = cast.guest.post("/baskets", trip(0)).json
    assert cast.guest.post(f"/baskets/{made['id']}/pay", {"method": "cash"}).status_code == 401
    paid = cast.agent.post(f"/baskets/{made['id']}/pay", {"method": "cash"})
    assert (paid.status_code, paid.json["status"]) == (201, "completed")
    assert cast.guest.get(f"/baskets/{made['id']}").json["status"] == "confirmed"


def test_it_is_prolonged_and_given_up_as_one(cast, trip):
    made = cast.guest.post("/baskets", trip(0)).json
    more = cast.guest.post(f"/baskets/{made['id']}/extend")
    assert more.status_code == 200
    assert more.json["expires_at"] > made["expires_at"]
    part = f"/reservations/{made['reservations'][0]['id']}"
    alone = cast.guest.delete(part)
    assert (alone.status_code, alone.json["code"], alone.json["basket_id"]) == (409, "in_basket", made["id"])
    assert cast.guest.delete(f"/baskets/{made['id']}").status_code == 204
    assert cast.guest.delete(f"/baskets/{made['id']}").status_code == 204
    assert count("seat_locks") == 0


def test_what_somebody_else_holds_is_not_found(cast, trip):
    made = cast.guest.post("/baskets", trip(0)).json
    path = f"/baskets/{made['id']}"
    for stranger in ("other_guest", "customer", "kiosk", "partner", "gate"):
        assert cast[stranger].get(path).status_code == 404
        assert cast[stranger].post(f"{path}/extend").status_code == 404
        assert cast[stranger].post(f"{path}/pay", {"method": "card"}).status_code == 404
        assert cast[stranger].delete(path).status_code == 404
    assert cast.agent.get(path).status_code == 200


def test_a_kiosk_begins_at_its_own_station_and_may_sell_the_way_back(cast, trip):
    assert cast.kiosk.post("/baskets", trip(0)).status_code == 201
    wrong = trip(1)
    wrong["legs"][0] |= {"from_position": 1}
    assert cast.kiosk.post("/baskets", wrong).json["code"] == "other_station"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda _: [], 422, "validation_failed"),
        (lambda legs: [legs[0], legs[0]], 422, "bad_basket"),
        (lambda legs: [legs[0], {**legs[1], "schedule_id": str(uuid4())}], 404, "not_found"),
        (lambda legs: [legs[0], {**legs[1], "passengers": []}], 422, "validation_failed"),
    ],
)
def test_what_cannot_be_held_together_is_refused_whole(cast, trip, change, status, code):
    body = trip(0)
    answer = cast.guest.post("/baskets", {**body, "legs": change(body["legs"])})
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert count("reservations") == count("seat_locks") == 0
