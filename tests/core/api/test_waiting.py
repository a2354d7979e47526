"""The waiting list over the API: join a sold-out run, see the offer, pay for it with its guest session, leave."""

import pytest

from core.booking.cancellation import cancel_booking
from core.booking.waiting_serve import serve
from tests.core.api.cast import gateway_says
from tests.support.factories import ACTOR, make_office
from tests.support.sales import buyer, sell


@pytest.fixture
def office(db_session):
    return make_office(rows=1)


@pytest.fixture
def bookings(office):
    return [sell(seat, office=office, holder=buyer(seat)) for seat in range(4)]


def body(**more):
    traveller = {
        "full_name": "Ana Costa",
        "details": {"document_kind": "passport", "document_number": "P1", "phone": "+351912345678"},
    }
    stretch = {"from_position": 0, "to_position": 5, "passengers": [traveller]}
    return {**stretch, "contact_email": "ana@example.org", **more}


@pytest.mark.usefixtures("gateway_process")
def test_from_joining_to_paying(cast, office, bookings):
    address = f"/schedules/{office.schedule_id}/waiting"
    joined = cast.guest.post(address, body())
    assert (joined.status_code, joined.json["status"], joined.json["place"]) == (201, "waiting", 1)
    assert joined.json["guest_session"] is None
    assert cast.guest.post(address, body()).json["code"] == "already_waiting"
    (listed,) = cast.agent.get(address).json["entries"]
    assert listed["contact_email"] == "ana@example.org"
    assert cast.guest.get(address).status_code == 401

    cancel_booking(bookings[0], ACTOR)
    serve()

    mine = f"/waiting/{joined.json['id']}"
    offered = cast.nobody.get(mine, proof=joined.json["proof"]).json
    assert offered["status"] == "offered"
    cast.nobody.headers = {"X-Guest-Session": offered["guest_session"]}
    started = cast.nobody.post(
        "/payments/initiate", {"reservation_id": offered["reservation_id"], "method": "card"}
    )
    assert started.status_code in {200, 201}, started.text
    cast.nobody.headers = {}
    gateway_says(cast.client, started.json["payment_id"], started.json["amount"])
    assert cast.nobody.get(mine, proof=joined.json["proof"]).json["status"] == "served"
    refused = cast.guest.delete(f"{mine}?proof={joined.json['proof']}")
    assert refused.status_code == 409


def test_leaving_needs_the_link(cast, office, bookings):
    joined = cast.guest.post(f"/schedules/{office.schedule_id}/waiting", body()).json
    assert cast.guest.delete(f"/waiting/{joined['id']}?proof=x").status_code == 404
    assert cast.nobody.get(f"/waiting/{joined['id']}", proof="x").status_code == 404
    assert cast.guest.delete(f"/waiting/{joined['id']}?proof={joined['proof']}").status_code == 204
    assert cast.nobody.get(f"/waiting/{joined['id']}", proof=joined["proof"]).json["status"] == "left"


def test_where_there_are_seats_nobody_waits(cast, office):
    refused = cast.guest.post(f"/schedules/{office.schedule_id}/waiting", body())
    assert (refused.status_code, refused.json["code"]) == (409, "seats_free")
