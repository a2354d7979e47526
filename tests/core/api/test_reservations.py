from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.kernel.db import db, transaction
from core.kernel.money import Money
from core.payments.records import start_payment
from tests.support.factories import ACTOR, make_office

#: Somebody new, with all that the policy asks of a guest on the web.
WHO = {
    "full_name": "Ana Luz",
    "details": {"document_kind": "passport", "document_number": "P1", "phone": "+351912345678"},
}


def count(table: str) -> int:
    return int(db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_guest_holds_two_seats_and_gets_an_itemised_price(cast, hold):
    answer = cast.guest.post("/reservations/create", hold(0, 1))
    assert answer.status_code == 201, answer.json
    assert answer.json["quote"]["total"] == {"amount": 5200, "currency": "EUR"}
    assert {line["kind"] for line in answer.json["quote"]["lines"]} == {"fare", "fee", "tax"}
    shown = cast.guest.get(f"/reservations/{answer.json['id']}")
    assert shown.json["status"] == "active"
    assert [p["seat_number"] for p in shown.json["passengers"]] == ["1A", "1B"]
    assert shown.json["passengers"][0]["amount"]["currency"] == "EUR"


def test_a_new_guest_is_told_who_they_are_and_stays_the_same(cast, hold):
    answer = cast.nobody.post("/reservations/create", hold(0))
    session = answer.headers["X-Guest-Session"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    path = f"/api/v1/reservations/{answer.json['id']}"
    cast.client.delete_cookie("bh_guest")
    assert cast.client.get(path).status_code == 404
    assert cast.client.get(path, headers={"X-Guest-Session": session}).status_code == 200


@pytest.mark.parametrize(
    ("who", "channel"),
    [("guest", "web"), ("customer", "web"), ("agent", "counter"), ("kiosk", "kiosk"), ("partner", "api")],
)
def test_everyone_sells_through_their_own_channel(cast, hold, who, channel):
    made = cast[who].post("/reservations/create", hold(0))
    assert made.status_code == 201, made.json
    assert cast[who].get(f"/reservations/{made.json['id']}").json["channel"] == channel


@pytest.mark.parametrize(
    ("given", "accepts", "kept"),
    [(None, "de-AT,de;q=0.9,en;q=0.5", "de"), ("ro", "de", "ro"), (None, "ja", "en"), (None, "", "en")],
)
def test_the_language_is_kept_as_given_or_as_the_browser_asks(cast, hold, given, accepts, kept):
    body = hold(0) | ({"language": given} if given else {})
    made = cast.guest.post("/reservations/create", body, **{"Accept-Language": accepts})
    assert made.status_code == 201, made.json
    assert db.session.execute(text("SELECT language FROM reservations")).scalar_one() == kept


def test_a_kiosk_sells_from_its_own_station_only(cast, hold):
    answer = cast.kiosk.post("/reservations/create", hold(0, first=1))
    assert (answer.status_code, answer.json["code"]) == (403, "other_station")
    assert count("reservations") == 0
    assert cast.kiosk.post("/reservations/create", hold(0, first=9, last=11)).status_code == 422


def test_a_seat_that_somebody_holds_is_taken(cast, hold):
    cast.guest.post("/reservations/create", hold(0))
    answer = cast.customer.post("/reservations/create", hold(0, 1))
    assert (answer.status_code, answer.json["code"]) == (409, "seat_taken")
    assert answer.json["seats"] == ["1A"]
    assert answer.content_type == "application/problem+json"
    assert count("reservations") == 1


def test_one_holder_has_one_hold_on_a_departure(cast, hold):
    first = cast.guest.post("/reservations/create", hold(0))
    answer = cast.guest.post("/reservations/create", hold(1))
    assert (answer.status_code, answer.json["code"]) == (409, "active_reservation_exists")
    assert answer.json["reservation_id"] == first.json["id"]


def test_a_partner_holds_for_each_of_its_customers(cast, hold):
    first = cast.partner.post("/reservations/create", hold(0), X_Client_Reference="order-1")
    second = cast.partner.post("/reservations/create", hold(1), X_Client_Reference="order-2")
    assert (first.status_code, second.status_code) == (201, 201)


def test_the_same_request_with_the_same_key_is_done_once(cast, hold):
    first = cast.guest.post("/reservations/create", hold(0), Idempotency_Key="k1")
    again = cast.guest.post("/reservations/create", hold(0), Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert count("reservations") == 1
    other = cast.guest.post("/reservations/create", hold(1), Idempotency_Key="k1")
    assert (other.status_code, other.json["code"]) == (409, "idempotency_key_reused")


def test_a_key_belongs_to_one_caller(cast, hold):
    cast.guest.post("/reservations/create", hold(0), Idempotency_Key="k1")
    other = cast.customer.post("/reservations/create", hold(0), Idempotency_Key="k1")
    assert other.json["code"] == "seat_taken"


def test_a_failed_request_may_be_tried_again_with_its_key(cast, hold):
    held = cast.customer.post("/reservations/create", hold(0))
    assert cast.guest.post("/reservations/create", hold(0), Idempotency_Key="k1").status_code == 409
    cast.customer.delete(f"/reservations/{held.json['id']}")
    assert cast.guest.post("/reservations/create", hold(0), Idempotency_Key="k1").status_code == 201


def test_more_time_is_given_as_often_as_the_policy_says(cast, hold):
    made = cast.guest.post("/reservations/create", hold(0)).json
    first = cast.guest.post(f"/reservations/{made['id']}/extend")
    assert first.status_code == 200
    assert first.json["expires_at"] > made["expires_at"]
    cast.guest.post(f"/reservations/{made['id']}/extend")
    third = cast.guest.post(f"/reservations/{made['id']}/extend")
    assert (third.status_code, third.json["code"]) == (422, "no_more_extensions")


def test_an_expired_hold_is_gone(cast, hold, clock):
    made = cast.guest.post("/reservations/create", hold(0)).json
    clock.move(minutes=16)
    assert cast.guest.get(f"/reservations/{made['id']}").json["status"] == "expired"
    for asked in (
        cast.guest.post(f"/reservations/{made['id']}/extend"),
        cast.guest.patch(f"/reservations/{made['id']}", {"contact_phone": "+351912345678"}),
        cast.guest.post("/payments/initiate", {"reservation_id": made["id"], "method": "card"}),
    ):
        assert (asked.status_code, asked.json["code"]) == (410, "hold_expired")


def test_what_somebody_else_holds_is_not_found(cast, hold):
    made = cast.guest.post("/reservations/create", hold(0)).json
    path = f"/reservations/{made['id']}"
    for stranger in ("other_guest", "stranger", "kiosk", "partner", "gate"):
        who = cast[stranger]
        assert who.get(path).status_code == 404
        assert who.get(f"{path}/details").status_code == 404
        assert who.post(f"{path}/extend").status_code == 404
        assert who.patch(path, {"contact_email": "me@example.org"}).status_code == 404
        assert who.delete(path).status_code == 404
        assert (
            who.post("/payments/initiate", {"reservation_id": made["id"], "method": "card"}).status_code
            == 404
        )
        assert who.post("/bookings/create", {"reservation_id": made["id"]}).status_code == 404
    assert cast.guest.get(path).json["status"] == "active"


def test_staff_see_a_hold_but_do_not_change_it_in_its_holders_name(cast, hold):
    made = cast.guest.post("/reservations/create", hold(0)).json
    for staff in ("agent", "manager", "admin"):
        assert cast[staff].get(f"/reservations/{made['id']}").status_code == 200
        assert cast[staff].delete(f"/reservations/{made['id']}").status_code == 404


def test_giving_up_frees_the_seats_and_may_be_repeated(cast, hold):
    made = cast.guest.post("/reservations/create", hold(0)).json
    assert cast.guest.delete(f"/reservations/{made['id']}").status_code == 204
    assert cast.guest.delete(f"/reservations/{made['id']}").status_code == 204
    assert cast.customer.post("/reservations/create", hold(0)).status_code == 201


def test_names_and_contact_may_come_later_and_what_is_left_out_stays(cast, hold):
    made = cast.guest.post("/reservations/create", hold(0)).json
    passenger = cast.guest.get(f"/reservations/{made['id']}").json["passengers"][0]
    named = {
        "passengers": [{"id": passenger["id"], "full_name": "Ana Țepeș"}],
        "contact_phone": "+351912345678",
    }
    changed = cast.guest.patch(f"/reservations/{made['id']}", named)
    assert changed.status_code == 200
    assert changed.json["passengers"][0]["full_name"] == "Ana Țepeș"
    assert (changed.json["contact_email"], changed.json["contact_phone"]) == (
        "ana@example.org",
        "+351912345678",
    )


def test_one_sees_ones_own_running_holds(cast, hold, office):
    made = cast.guest.post("/reservations/create", hold(0)).json
    assert [r["id"] for r in cast.guest.get("/reservations/active").json["reservations"]] == [made["id"]]
    assert cast.guest.get("/reservations/active", schedule_id=str(uuid4())).json["reservations"] == []
    assert cast.customer.get("/reservations/active").json["reservations"] == []


def test_seats_of_another_layout_are_refused(cast, hold):
    elsewhere = make_office()
    body = hold(0)
    body["passengers"][0]["seat_id"] = str(elsewhere.seats[0])
    answer = cast.guest.post("/reservations/create", body)
    assert (answer.status_code, answer.json["code"]) == (422, "unknown_seat")
    assert count("reservations") == count("seat_locks") == 0


def test_a_departure_that_has_left_is_refused(cast, hold, clock):
    clock.move(days=2)
    answer = cast.guest.post("/reservations/create", hold(0))
    assert (answer.status_code, answer.json["code"]) == (422, "sales_closed")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"schedule_id": str(uuid4())}, 404, "not_found"),
        ({"from_position": 3, "to_position": 3}, 422, "bad_stretch"),
        ({"from_position": 0, "to_position": 99}, 422, "bad_stretch"),
        ({"from_position": 5, "to_position": 6}, 422, "bad_stretch"),
        ({"contact_email": "nonsense"}, 422, "bad_passenger"),
    ],
)
def test_what_cannot_be_held_is_refused_with_a_code(cast, hold, change, status, code):
    answer = cast.guest.post("/reservations/create", {**hold(0), **change})
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert count("reservations") == count("seat_locks") == 0


def test_the_same_seat_twice_and_too_many_seats_are_refused(cast, hold):
    assert cast.guest.post("/reservations/create", hold(0, 0)).json["code"] == "seat_twice"
    assert cast.guest.post("/reservations/create", hold(*range(7))).json["code"] == "too_many_seats"
    assert count("reservations") == 0


def test_seats_are_changed_while_they_are_held_and_others_may_have_the_old_ones(cast, hold, office):
    made = cast.guest.post("/reservations/create", hold(0, 1)).json
    path = f"/reservations/{made['id']}"
    stays = cast.guest.get(path).json["passengers"][1]
    body = {"seats": [{"id": stays["id"], "seat_id": str(office.seats[7]), "full_name": "Ana Luz"}]}

    changed = cast.guest.patch(path, body)

    assert changed.status_code == 200, changed.json
    [person] = changed.json["passengers"]
    assert (person["id"], person["seat_number"], person["full_name"]) == (stays["id"], "2D", "Ana Luz")
    assert changed.json["quote"]["total"]["amount"] == 2600
    assert changed.json["expires_at"] == made["expires_at"]
    assert cast.customer.post("/reservations/create", hold(0, 1)).status_code == 201
    lost = cast.guest.patch(path, {"seats": [{"seat_id": str(office.seats[0]), **WHO}]})
    assert (lost.status_code, lost.json["code"], lost.json["seats"]) == (409, "seat_taken", ["1A"])
    assert cast.guest.get(path).json["passengers"][0]["seat_number"] == "2D"


def test_a_change_of_seats_with_the_same_key_is_done_once(cast, hold, office):
    made = cast.guest.post("/reservations/create", hold(0)).json
    path = f"/reservations/{made['id']}"
    body = {"seats": [{"seat_id": str(office.seats[3]), **WHO}]}
    first = cast.guest.send("PATCH", path, body, Idempotency_Key="k1")
    again = cast.guest.send("PATCH", path, body, Idempotency_Key="k1")
    assert (first.status_code, first.json) == (200, again.json)
    other = cast.guest.send("PATCH", path, {"contact_phone": "+351912345678"}, Idempotency_Key="k1")
    assert (other.status_code, other.json["code"]) == (409, "idempotency_key_reused")


def test_seats_are_not_changed_once_a_payment_has_begun(cast, hold, office):
    made = cast.guest.post("/reservations/create", hold(0)).json
    with transaction():
        links = (UUID(made["id"]), office.operator_id, "simulated", "card")
        start_payment(ACTOR, *links, Money(2600, "EUR"))
    body = {"seats": [{"seat_id": str(office.seats[3]), "full_name": "Ana Luz"}]}
    answer = cast.guest.patch(f"/reservations/{made['id']}", body)
    assert (answer.status_code, answer.json["code"]) == (409, "payment_begun")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"seats": []}, "validation_failed"),
        ({"seats": [{}]}, "validation_failed"),
        ({"seats": [{"seat_id": str(uuid4()), **WHO}]}, "unknown_seat"),
        ({"seats": [{"seat_id": str(uuid4())}], "contact_phone": "+351912345678"}, "validation_failed"),
    ],
)
def test_a_change_that_cannot_be_is_refused_whole(cast, hold, change, code):
    made = cast.guest.post("/reservations/create", hold(0)).json
    answer = cast.guest.patch(f"/reservations/{made['id']}", change)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    kept = cast.guest.get(f"/reservations/{made['id']}").json
    assert [p["seat_number"] for p in kept["passengers"]] == ["1A"]
    assert kept["contact_phone"] is None
