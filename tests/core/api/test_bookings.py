from uuid import uuid4

import pytest


@pytest.fixture
def booking(cast, hold):
    """A customer's booking, paid in cash at the counter."""
    held = cast.customer.post("/reservations/create", hold(0, 1)).json
    paid = cast.agent.post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"}).json
    return cast.customer.get(f"/bookings/{paid['booking_id']}").json


def test_a_booking_shows_journey_passengers_price_and_payments(cast, booking):
    assert booking["journey"]["origin"] == "Lisboa"
    assert [p["seat_number"] for p in booking["passengers"]] == ["1A", "1B"]
    assert all(p["ticket_status"] == "valid" for p in booking["passengers"])
    assert booking["payments"][0]["method"] == "cash"
    assert booking["quote"]["total"] == booking["total"]
    assert cast.customer.get(f"/bookings/{booking['id']}/details").json == booking


def test_a_booking_is_confirmed_by_money_alone(cast, hold):
    held = cast.guest.post("/reservations/create", hold(5)).json
    answer = cast.guest.post("/bookings/create", {"reservation_id": held["id"]})
    assert (answer.status_code, answer.json["code"]) == (409, "payment_missing")


def test_asking_for_a_booking_again_gives_the_same_one(cast, booking):
    body = {"reservation_id": booking["reservation_id"]}
    assert cast.customer.post("/bookings/create", body).json["id"] == booking["id"]
    assert cast.customer.post("/bookings/create", body, Idempotency_Key="b").json["id"] == booking["id"]


def test_a_reference_is_found_however_it_is_typed(cast, booking):
    reference = booking["reference"]
    typed = f"{reference[:1]}-{reference[1:4]} {reference[4:]}".lower()
    for spelling in (reference, typed):
        assert cast.customer.get(f"/bookings/reference/{spelling}").json["id"] == booking["id"]


@pytest.mark.parametrize("reference", ["nothing", "%00", "a" * 500, "%F0%9F%9A%8C", "'--", "%EF%BF%BD"])
def test_what_is_no_reference_is_not_found(cast, booking, reference):
    assert cast.admin.get(f"/bookings/reference/{reference}").status_code == 404


def test_a_booking_is_its_holders_and_staffs(cast, booking):
    paths = (f"/bookings/{booking['id']}", f"/bookings/reference/{booking['reference']}")
    for path in paths:
        for stranger in ("guest", "stranger", "kiosk"):
            assert cast[stranger].get(path).status_code == 404
        for staff in ("agent", "gate", "manager", "admin", "partner"):
            assert cast[staff].get(path).status_code == 200
    body = {"reservation_id": booking["reservation_id"]}
    assert cast.stranger.post("/bookings/create", body).status_code == 404


def test_an_unknown_booking_is_not_found(cast):
    assert cast.admin.get(f"/bookings/{uuid4()}").status_code == 404
    assert cast.admin.post("/bookings/create", {"reservation_id": str(uuid4())}).status_code == 404
