"""Cancelling over the API: the refund is shown before it is agreed, and only those who may do it do it."""

from uuid import uuid4

import pytest
from sqlalchemy import text

from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.pricing.service import set_seat_charge
from tests.core.api.cast import gateway_says
from tests.support.factories import another_departure


@pytest.fixture
def booking(cast, hold):
    """A customer's booking of two seats tomorrow, so that half comes back; paid in cash at the counter."""
    held = cast.customer.post("/reservations/create", hold(0, 1)).json
    paid = cast.agent.post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"}).json
    return cast.customer.get(f"/bookings/{paid['booking_id']}").json


def cancel(person, booking, body=None, **headers):
    return person.post(f"/bookings/{booking['id']}/cancel", body or {}, **headers)


def test_the_refund_is_shown_then_agreed_then_made(cast, booking):
    shown = cancel(cast.customer, booking, {"preview": True}).json
    assert (shown["id"], shown["percent"], shown["whole"]) == (None, 50, True)
    assert shown["refund"] == shown["kept"] == {"amount": 2600, "currency": "EUR"}
    assert [p["refund"]["amount"] for p in shown["passengers"]] == [1300, 1300]
    assert cast.customer.get(f"/bookings/{booking['id']}").json["status"] == "confirmed"

    made = cancel(cast.customer, booking, {"agreed_refund": shown["refund"], "reason": "ill"})

    assert made.status_code == 200
    assert made.json["refund"] == shown["refund"]
    assert [(r["method"], r["status"]) for r in made.json["refunds"]] == [("cash", "pending")]
    assert cast.customer.get(f"/bookings/{booking['id']}").json["status"] == "cancelled"
    for path in (f"/cancellations/{made.json['id']}", f"/cancellations/{made.json['id']}/details"):
        assert cast.customer.get(path).json == made.json
        assert cast.gate.get(path).json == made.json
        assert cast.stranger.get(path).status_code == 404


def test_one_passenger_goes(cast, booking):
    leaving = booking["passengers"][0]["id"]
    made = cancel(cast.customer, booking, {"passengers": [leaving]}).json
    assert (made["whole"], [p["passenger_id"] for p in made["passengers"]]) == (False, [leaving])
    after = cast.customer.get(f"/bookings/{booking['id']}").json
    assert after["status"] == "confirmed"
    assert [p["ticket_status"] for p in after["passengers"]] == ["cancelled", "valid"]


def test_a_deleted_booking_is_cancelled_once(cast, booking):
    first = cast.customer.delete(f"/bookings/{booking['id']}")
    assert (first.status_code, first.json["whole"]) == (200, True)
    assert cast.customer.delete(f"/bookings/{booking['id']}").json == first.json


def test_a_changed_refund_is_not_made(cast, booking):
    answer = cancel(cast.customer, booking, {"agreed_refund": {"amount": 5200, "currency": "EUR"}})
    assert (answer.status_code, answer.json["code"]) == (409, "refund_changed")
    assert answer.json["refund"] == {"amount": 2600, "currency": "EUR"}
    assert cast.customer.get(f"/bookings/{booking['id']}").json["status"] == "confirmed"


def test_an_idempotency_key_gives_the_same_answer(cast, booking):
    body = {"passengers": [booking["passengers"][0]["id"]]}
    answers = [cancel(cast.customer, booking, body, Idempotency_Key="k").json for _ in range(2)]
    assert answers[0] == answers[1]
    other = cancel(cast.customer, booking, {}, Idempotency_Key="k")
    assert other.json["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("who", ["guest", "stranger", "kiosk", "other_guest"])
def test_strangers_cancel_nothing(cast, booking, who):
    assert cancel(cast[who], booking).status_code == 404
    assert cancel(cast[who], booking, {"preview": True}).status_code == 404
    assert cast[who].delete(f"/bookings/{booking['id']}").status_code == 404


def test_staff_may_and_say_why(cast, booking):
    for person in (cast.gate, cast.partner):
        assert cancel(person, booking, {"reason": "no reason"}).status_code == 403
    assert cancel(cast.agent, booking).json["code"] == "reason_missing"
    assert cast.agent.delete(f"/bookings/{booking['id']}").json["code"] == "reason_missing"
    refused = cancel(cast.agent, booking, {"waive": True, "reason": "goodwill"})
    assert refused.status_code == 403
    made = cancel(cast.manager, booking, {"waive": True, "reason": "goodwill"}).json
    assert made["refund"]["amount"] == 5200
    (refund,) = made["refunds"]
    path = f"/payments/{refund['payment_id']}/refund/{refund['id']}/hand-out"
    assert cast.customer.post(path).status_code == 403
    assert cast.agent.post(path).json == {"handed_out": True}
    assert cast.agent.post(path).json == {"handed_out": False}
    shown = cast.manager.get(f"/cancellations/{made['id']}").json
    assert shown["refunds"][0]["status"] == "processed"
    assert cast.manager.get(f"/payments/{refund['payment_id']}").json["status"] == "refunded"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"passengers": []}, 422),
        ({"passengers": ["x"]}, 422),
        ({"passengers": [str(uuid4())]}, 404),
        ({"agreed_refund": {"amount": -1, "currency": "EUR"}}, 422),
        ({"agreed_refund": {"amount": 2600, "currency": "USD"}}, 409),
        ({"reason": "a\x07b"}, 422),
        ({"reason": "x" * 301}, 422),
        ({"everything": True}, 422),
        (b"[", 400),
    ],
)
def test_what_makes_no_sense_changes_nothing(cast, booking, body, status):
    assert cancel(cast.customer, booking, body).status_code == status
    assert cast.customer.get(f"/bookings/{booking['id']}").json["status"] == "confirmed"


def test_an_unknown_cancellation_is_not_found(cast):
    assert cast.admin.get(f"/cancellations/{uuid4()}").status_code == 404


def test_a_card_is_refunded_through_its_gateway(cast, hold):
    held = cast.guest.post("/reservations/create", hold(3)).json
    with_card = {"reservation_id": held["id"], "method": "card"}
    db.session.execute(
        text(
            "INSERT INTO payments (id, reservation_id, operator_id, gateway, method, amount, currency) "
            "SELECT gen_random_uuid(), id, operator_id, 'simulated', :m, total, currency FROM reservations WHERE id = :r"
        ),
        {"m": with_card["method"], "r": held["id"]},
    )
    payment = str(db.session.execute(text("SELECT id FROM payments")).scalar())
    db.session.commit()
    gateway_says(cast.client, payment, {"amount": 2600, "currency": "EUR"})
    booking = cast.guest.post("/bookings/create", {"reservation_id": held["id"]}).json
    made = cancel(cast.guest, booking).json
    assert [(r["method"], r["amount"]["amount"]) for r in made["refunds"]] == [("card", 1300)]
    due = db.session.execute(text("SELECT payload FROM outbox WHERE kind = 'refund.due'")).scalar_one()
    assert due == {"refund_id": made["refunds"][0]["id"]}


# -- refunds while the journey stands


def test_staff_refund_a_part_while_the_journey_stands(cast, booking):
    payment = booking["payments"][0]["id"]
    part = {"reason": "The heating was broken.", "amount": {"amount": 1200, "currency": "EUR"}}
    assert cast.agent.post(f"/payments/{payment}/refund", part).status_code == 403
    made = cast.manager.post(f"/payments/{payment}/refund", part)
    assert made.status_code == 201
    assert cast.customer.get(f"/bookings/{booking['id']}").json["status"] == "confirmed"
    rest = cast.manager.post("/payments/refund", {"reason": "all of it", "payment_id": payment})
    assert rest.status_code == 201
    nothing = cast.manager.post(f"/payments/{payment}/refund", {"reason": "once more"})
    assert (nothing.status_code, nothing.json["code"]) == (409, "not_refundable")
    assert cancel(cast.customer, booking, {"preview": True}).json["refund"]["amount"] == 0
    owed = "SELECT sum(amount)::int FROM ledger_entries WHERE account = 'refunds_due'"
    assert db.session.execute(text(owed)).scalar() == -5200


@pytest.mark.parametrize(
    ("amount", "code"),
    [(5201, "refund_too_high"), (0, "refund_too_high")],
)
def test_never_more_than_was_paid(cast, booking, amount, code):
    payment = booking["payments"][0]["id"]
    body = {"reason": "too much", "amount": {"amount": amount, "currency": "EUR"}}
    assert cast.manager.post(f"/payments/{payment}/refund", body).json["code"] == code
    body["amount"]["currency"] = "RON"
    assert cast.manager.post(f"/payments/{payment}/refund", body).json["code"] == "other_currency"
    assert cast.manager.post(f"/payments/{uuid4()}/refund", body).status_code == 404


def test_a_payment_that_bought_nothing_is_not_refunded_like_this(cast, hold):
    held = cast.agent.post("/reservations/create", hold(0)).json
    db.session.execute(
        text(
            "INSERT INTO payments (id, reservation_id, operator_id, gateway, method, amount, currency) "
            "SELECT gen_random_uuid(), id, operator_id, 'simulated', 'card', total, currency FROM reservations"
        )
    )
    db.session.commit()
    payment = db.session.execute(text("SELECT id FROM payments")).scalar()
    answer = cast.manager.post(f"/payments/{payment}/refund", {"reason": "why not"})
    assert held
    assert answer.json["code"] == "not_refundable"


# -- history


def test_history_has_filters_order_pages_and_totals(cast, hold, booking):
    held = cast.customer.post("/reservations/create", hold(4, first=1, last=3)).json
    cast.agent.post("/payments/initiate", {"reservation_id": held["id"], "method": "cash"})
    cancel(cast.customer, booking)

    all_of_it = cast.customer.get("/bookings/history").json
    assert (all_of_it["count"], all_of_it["pages"]) == (2, 1)
    assert all_of_it["totals"] == [{"amount": 5200 + held["quote"]["total"]["amount"], "currency": "EUR"}]
    assert [b["travelling"] for b in all_of_it["bookings"]] == [1, 0]
    cancelled = cast.customer.get("/bookings/history", status="cancelled").json
    assert [b["id"] for b in cancelled["bookings"]] == [booking["id"]]
    dearest = cast.customer.get("/bookings/history", sort="-total", per_page=1).json
    assert ([b["id"] for b in dearest["bookings"]], dearest["pages"]) == ([booking["id"]], 2)
    second = cast.customer.get("/bookings/history", sort="-total", per_page=1, page=2).json
    assert second["bookings"][0]["origin"] == "Santarém"


def test_history_is_ones_own(cast, booking):
    assert cast.stranger.get("/bookings/history").json["count"] == 0
    assert cast.guest.get("/bookings/history").json["bookings"] == []
    who = cast.customer.get("/users/me").json["id"]
    mine = f"/users/{who}/bookings"
    assert cast.customer.get(mine).json["count"] == 1
    assert cast.admin.get(f"/bookings/user/{who}").json["count"] == 1
    assert cast.stranger.get(mine).status_code == 404


@pytest.mark.parametrize(
    "query",
    [{"status": "gone"}, {"sort": "price; DROP TABLE"}, {"page": 0}, {"page": "x"}, {"per_page": 1000}],
)
def test_history_refuses_what_it_does_not_know(cast, query):
    assert cast.customer.get("/bookings/history", **query).status_code == 422


# -- changes


def test_a_seat_a_name_and_a_contact_are_changed(cast, booking, office):
    person = booking["passengers"][0]
    wish = {"id": person["id"], "seat_id": str(office.seats[9]), "full_name": "Bea Bloom"}
    answer = cast.customer.patch(
        f"/bookings/{booking['id']}", {"passengers": [wish], "contact_email": "bea@example.org"}
    )
    assert answer.status_code == 200
    changed = answer.json["passengers"][0]
    assert (changed["seat_id"], changed["full_name"]) == (str(office.seats[9]), "Bea Bloom")
    assert answer.json["contact_email"] == "bea@example.org"
    assert answer.json["contact_phone"] == booking["contact_phone"]


def test_only_those_who_may_change_a_booking(cast, booking, office):
    wish = {"passengers": [{"id": booking["passengers"][0]["id"], "seat_id": str(office.seats[9])}]}
    path = f"/bookings/{booking['id']}"
    assert cast.stranger.patch(path, wish).status_code == 404
    assert cast.gate.patch(path, wish).status_code == 403
    assert cast.customer.patch(path, {**wish, "free_of_charge": True}).status_code == 403
    assert cast.customer.patch(path, {**wish, "cash": True}).status_code == 403
    assert cast.agent.patch(path, wish).status_code == 200
    assert cast.customer.patch(path, {"seat": 1}).status_code == 422


def seats_of(booking, office, *numbers):
    return [
        {"passenger_id": person["id"], "seat_id": str(office.seats[number])}
        for person, number in zip(booking["passengers"], numbers, strict=False)
    ]


@pytest.mark.usefixtures("gateway_process")
def test_a_dearer_departure_is_shown_held_and_paid_for_online(cast, booking, office):
    later = another_departure(office)
    db.session.execute(text("UPDATE tariffs SET base = 4000, per_km = 0"))
    db.session.commit()
    body = {
        "schedule_id": str(later),
        "from_position": 0,
        "to_position": 5,
        "seats": seats_of(booking, office, 4, 5),
    }
    path = f"/bookings/{booking['id']}/move"
    shown = cast.customer.post(path, {**body, "preview": True}).json
    assert (shown["due"]["amount"], shown["to_pay"], shown["moved"]) == (3000, None, False)
    other = {**body, "hold": True, "agreed_difference": {"amount": 1, "currency": "EUR"}}
    assert cast.customer.post(path, other).json["code"] == "refund_changed"
    assert cast.stranger.post(path, {**body, "hold": True}).status_code == 404

    held = cast.customer.post(path, {**body, "hold": True, "agreed_difference": shown["due"]}).json
    assert (held["moved"], held["to_pay"]["amount"]) == (False, shown["due"])
    paying = {"reservation_id": held["to_pay"]["reservation_id"], "method": "card"}
    payment = cast.customer.post("/payments/initiate", paying).json
    assert payment["pay_url"]
    assert gateway_says(cast.client, payment["payment_id"], held["to_pay"]["amount"]).json == {
        "effect": "booked"
    }

    after = cast.customer.get(f"/bookings/{booking['id']}").json
    assert (after["journey"]["schedule_id"], after["reference"]) == (str(later), booking["reference"])
    assert after["total"]["amount"] == 8200
    assert [(each["method"], each["amount"]["amount"]) for each in after["payments"]] == [
        ("cash", 5200),
        ("card", 3000),
    ]
    assert cast.customer.get(f"/payments/{payment['payment_id']}").json["status"] == "completed"


def test_a_dearer_seat_is_shown_held_and_paid_for_at_the_counter(cast, booking, office):
    set_seat_charge(office.operator_id, "aisle", 300, SYSTEM)
    path = f"/bookings/{booking['id']}/seats"
    body = {"seats": seats_of(booking, office, 5)}
    assert cast.customer.post(path, {**body, "preview": True}).json["due"]["amount"] == 300
    assert cast.customer.post(path, body).json["code"] == "seat_costs_more"
    held = cast.customer.post(path, {**body, "hold": True}).json["to_pay"]
    assert cast.customer.get(f"/reservations/{held['reservation_id']}").json["status"] == "active"
    paying = {"reservation_id": held["reservation_id"], "method": "cash"}
    assert cast.customer.post("/payments/initiate", paying).status_code == 403
    paid = cast.agent.post("/payments/initiate", paying).json
    assert (paid["booking_id"], paid["amount"]["amount"]) == (booking["id"], 300)
    assert (
        cast.customer.post(path, {"seats": seats_of(booking, office, 6), "hold": True}).json["code"]
        == "nothing_due"
    )
    made = cast.customer.post(path, {"seats": seats_of(booking, office, 0)}).json
    assert (made["moved"], made["back"]["amount"]) == (True, 150), "half comes back a day before"


def test_a_booking_is_moved_to_another_departure(cast, booking, office):
    later = another_departure(office)
    seats = [
        {"passenger_id": p["id"], "seat_id": str(office.seats[n])}
        for n, p in enumerate(booking["passengers"])
    ]
    body = {"schedule_id": str(later), "from_position": 0, "to_position": 5, "seats": seats}
    path = f"/bookings/{booking['id']}/move"
    assert cast.stranger.post(path, body).status_code == 404
    assert cast.gate.post(path, body).status_code == 403
    assert cast.customer.post(path, {**body, "waive": True}).status_code == 403
    assert cast.customer.post(path, {**body, "cash": True}).status_code == 403

    shown = cast.customer.post(path, {**body, "preview": True}).json
    assert (shown["moved"], shown["due"]["amount"], shown["paid"]) == (False, 0, booking["total"])
    assert cast.customer.post(path, {**body, "agreed_difference": shown["due"]}).json["moved"]
    moved = cast.customer.get(f"/bookings/{booking['id']}").json
    assert (moved["journey"]["schedule_id"], moved["reference"]) == (str(later), booking["reference"])
    again = cast.customer.post(path, body)
    assert (again.status_code, again.json["code"]) == (409, "not_changeable")
    assert cast.customer.post(path, {**body, "seats": []}).status_code == 422
    db.session.execute(text("UPDATE tariffs SET base = 9000"))
    db.session.commit()
    back = {**body, "schedule_id": str(office.schedule_id)}
    dearer = cast.customer.post(path, back)
    assert (dearer.status_code, dearer.json["code"]) == (422, "difference_due")
    assert cast.agent.post(path, {**back, "cash": True, "agreed_difference": dearer.json["due"]}).json[
        "moved"
    ]
