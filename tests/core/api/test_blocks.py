"""Blocks over HTTP: staff take seats out of sale and give them back."""

from datetime import timedelta
from uuid import uuid4

import pytest

from core.kernel.clock import now


@pytest.fixture
def path(office):
    return f"/schedules/{office.schedule_id}/blocks"


def test_a_manager_blocks_and_lifts(cast, hold, office, path):
    seats = [str(office.seats[0]), str(office.seats[1])]
    until = (now() + timedelta(hours=1)).isoformat()
    made = cast.manager.post(path, {"seat_ids": seats, "reason": "kept for the crew", "until": until})
    assert (made.status_code, made.json) == (200, {"seats": 2})
    listed = cast.manager.get(path).json["blocks"]
    assert [(b["seat_id"], b["from_position"], b["to_position"], b["reason"]) for b in listed] == [
        (seat, 0, 5, "kept for the crew") for seat in seats
    ]
    assert cast.guest.post("/reservations/create", hold(0)).json["code"] == "seat_taken"
    shown = cast.guest.get(f"/schedules/{office.schedule_id}/seats").json
    assert [s["state"] for s in shown["seats"][:3]] == ["blocked", "blocked", "available"]
    assert cast.manager.post(f"{path}/lift", {"seat_ids": seats}).json == {"seats": 2}
    assert cast.guest.post("/reservations/create", hold(0)).status_code == 201


def test_the_answer_says_who_has_the_seat(cast, hold, office, path):
    cast.kiosk.post("/reservations/create", hold(0))
    answer = cast.manager.post(path, {"seat_ids": [str(office.seats[0])], "reason": "broken"})
    assert (answer.status_code, answer.json["code"]) == (409, "seat_in_use")
    [seat] = answer.json["seats"]
    assert (seat["seat"], seat["kind"]) == ("1A", "held")
    assert seat["holder"] in answer.json["title"]


@pytest.mark.parametrize("who", ["guest", "customer", "agent", "gate", "kiosk", "partner"])
def test_others_may_not(cast, office, path, who):
    answer = cast[who].post(path, {"seat_ids": [str(office.seats[0])], "reason": "broken"})
    assert answer.status_code in {401, 403}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"reason": ""}, 422, "reason_missing"),
        ({"seat_ids": []}, 422, "validation_failed"),
        ({"seat_ids": [str(uuid4())]}, 422, "unknown_seat"),
        ({"until": "2020-01-01T00:00:00Z"}, 422, "bad_until"),
        ({"until": "2030-01-01T00:00:00"}, 422, "validation_failed"),
        ({"to_position": 99}, 422, "bad_stretch"),
    ],
)
def test_what_makes_no_sense_is_refused(cast, office, path, change, status, code):
    body = {"seat_ids": [str(office.seats[0])], "reason": "broken", **change}
    answer = cast.manager.post(path, body)
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert cast.manager.get(path).json["blocks"] == []


def test_a_departure_that_is_not_there_is_not_found(cast, office):
    body = {"seat_ids": [str(office.seats[0])], "reason": "broken"}
    assert cast.manager.post(f"/schedules/{uuid4()}/blocks", body).status_code == 404
