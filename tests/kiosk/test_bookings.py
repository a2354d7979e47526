"""Finding one's booking at the kiosk: with proof only, then its tickets, a refund that is shown first, another seat."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from core.booking.pay import take_cash
from core.booking.queries import booking_view
from core.booking.views import BookingView
from core.kernel.db import db
from core.pricing.service import set_seat_charge
from core.tickets.queries import tickets_of
from core.tickets.rules import grouped_number
from tests.kiosk.conftest import SECOND, KioskClient
from tests.support.factories import CLERK, Office
from tests.support.sales import sell

EMAIL = "alice@example.org"


@pytest.fixture
def sold(office_app: Flask, office: Office) -> BookingView:
    """Two seats of tomorrow's departure, 26.00 each, paid in cash, with an address and a phone number."""
    with office_app.app_context():
        return view(sell(0, 1, office=office, email=EMAIL, contact_phone="+351 912 345 678"))


def view(booking_id) -> BookingView:
    found = booking_view(booking_id)
    assert found is not None
    return found


def found(kiosk: KioskClient, booking: BookingView) -> str:
    """The path of a booking that was found."""
    answer = kiosk.ask("POST", "/bookings/find", {"reference": booking.reference, "proof": EMAIL}).get_json()
    return f"/bookings/{answer['id']}/{answer['key']}"


def test_a_reference_with_something_only_the_buyer_knows_finds_the_booking(
    office_app: Flask, kiosk: KioskClient, sold: BookingView
) -> None:
    number = str(sold.reservation.passengers[1].ticket_number)
    for proof in (EMAIL, " Alice@Example.org", "912 345 678", "00351912345678", grouped_number(number)):
        answer = kiosk.ask("POST", "/bookings/find", {"reference": sold.spoken_reference, "proof": proof})
        assert answer.status_code == 200, proof
        assert answer.get_json()["reference"] == sold.reference
    shown = answer.get_json()
    assert (shown["trip"]["origin"], shown["trip"]["destination"]) == ("Lisboa", "Porto")
    assert [person["seat"] for person in shown["passengers"]] == ["1A", "1B"]
    assert all(person["qr"].startswith("data:image/svg") for person in shown["passengers"])
    assert "alice" not in answer.text.casefold()


def test_the_tickets_own_code_is_proof_enough_while_it_is_the_newest(
    office_app: Flask, kiosk: KioskClient, sold: BookingView
) -> None:
    with office_app.app_context():
        code = tickets_of(sold.id)[0].qr
    assert kiosk.ask("POST", "/bookings/find", {"code": code}).get_json()["id"] == str(sold.id)

    with office_app.app_context():
        db.session.execute(text("UPDATE tickets SET serial = 2"))
        db.session.commit()
    old = kiosk.ask("POST", "/bookings/find", {"code": code})
    forged = kiosk.ask("POST", "/bookings/find", {"code": code[:-2] + "AA"})
    assert {old.status_code, forged.status_code} == {404}


def test_a_wrong_proof_and_an_unknown_reference_are_one_answer(kiosk: KioskClient, sold: BookingView) -> None:
    wishes = [
        {"reference": sold.reference, "proof": "bob@example.org"},
        {"reference": sold.reference, "proof": "912345679"},
        {"reference": sold.reference, "proof": "4"},
        {"reference": sold.reference, "proof": "@"},
        {"reference": "B2345678ABCD", "proof": EMAIL},
        {"reference": "€€" * 20, "proof": EMAIL},
    ]
    answers = [kiosk.ask("POST", "/bookings/find", wish) for wish in wishes]

    assert {answer.status_code for answer in answers} <= {400, 404}
    told = {(answer.status_code, answer.get_json()["title"]) for answer in answers[:5]}
    assert len(told) == 1


def test_a_sale_without_any_contact_is_not_found_by_an_empty_one(
    office_app: Flask, kiosk: KioskClient, office: Office
) -> None:
    with office_app.app_context():
        reference = view(sell(0, office=office, email=None)).reference

    for proof in ("", " ", "@", "-", "none@example.org"):
        answer = kiosk.ask("POST", "/bookings/find", {"reference": reference, "proof": proof})
        assert answer.status_code in (400, 404)


def test_guessing_is_slowed_down_for_the_machine_and_for_the_reference(
    office_app: Flask, kiosk: KioskClient, sold: BookingView
) -> None:
    office_app.config["RATE_LIMITS"] = True
    wrong = {"reference": sold.reference, "proof": "bob@example.org"}
    tried = [kiosk.ask("POST", "/bookings/find", wrong).status_code for _ in range(7)]
    other = [
        kiosk.ask("POST", "/bookings/find", {**wrong, "reference": f"B{n:02}"}).status_code for n in range(30)
    ]
    office_app.config["RATE_LIMITS"] = False

    assert tried == [404] * 6 + [429]
    assert other[-1] == 429


def test_what_was_found_is_there_for_this_traveller_alone(kiosk: KioskClient, sold: BookingView) -> None:
    path = found(kiosk, sold)

    assert kiosk.ask("GET", path).status_code == 200
    assert kiosk.ask("GET", path, session=SECOND).status_code == 404
    assert kiosk.ask("POST", path + "/cancel", {"agreed": 0, "currency": "EUR"}, SECOND).status_code == 404
    assert kiosk.ask("GET", path[:-4] + "0000").status_code == 404


def test_one_passenger_is_cancelled_for_the_refund_that_was_shown(
    office_app: Flask, kiosk: KioskClient, sold: BookingView
) -> None:
    path, leaving = found(kiosk, sold), [str(sold.reservation.passengers[0].id)]
    shown = kiosk.ask("POST", path + "/refund", {"passengers": leaving}).get_json()
    assert shown["refund"] == {"amount": 1300, "currency": "EUR"}
    assert shown["percent"] == 50
    assert [way["method"] for way in shown["ways"]] == ["cash"]

    wish = {"passengers": leaving, "currency": "EUR"}
    other = kiosk.ask("POST", path + "/cancel", {**wish, "agreed": 2600})
    assert (other.status_code, other.get_json()["code"]) == (409, "refund_changed")
    done = kiosk.ask("POST", path + "/cancel", {**wish, "agreed": 1300}, Idempotency_Key="cancel-once")
    again = kiosk.ask("POST", path + "/cancel", {**wish, "agreed": 1300}, Idempotency_Key="cancel-once")

    assert done.status_code == again.status_code == 200
    people = done.get_json()["passengers"]
    assert [person["status"] for person in people] == ["cancelled", "valid"]
    assert [person["qr"] is None for person in people] == [True, False]
    with office_app.app_context():
        refunds = db.session.execute(text("SELECT amount FROM refunds")).scalars().all()
        assert refunds == [1300]
        assert view(sold.id).status == "confirmed"


def test_the_whole_booking_is_cancelled_and_then_nothing_more_can_be_done(
    kiosk: KioskClient, sold: BookingView
) -> None:
    path = found(kiosk, sold)
    refund = kiosk.ask("POST", path + "/refund", {}).get_json()["refund"]
    done = kiosk.ask("POST", path + "/cancel", {"agreed": refund["amount"], "currency": "EUR"}).get_json()

    assert done["status"] == "cancelled"
    assert not any(person["may_cancel"] or person["may_change"] for person in done["passengers"])
    assert kiosk.ask("POST", path + "/refund", {}).status_code == 409


def test_a_seat_of_the_same_price_is_changed_at_once_and_the_old_code_is_void(
    office_app: Flask, kiosk: KioskClient, office: Office, sold: BookingView
) -> None:
    path, person = found(kiosk, sold), str(sold.reservation.passengers[0].id)
    wish = {"seats": {person: str(office.seats[7])}}
    price = kiosk.ask("POST", path + "/seats/price", wish).get_json()
    assert (price["due"]["amount"], price["back"]["amount"]) == (0, 0)

    changed = kiosk.ask("POST", path + "/seats", {**wish, "due": 0, "back": 0})
    assert changed.status_code == 200, changed.get_json()
    assert changed.get_json()["booking"]["passengers"][0]["seat"] == "2D"
    taken = kiosk.ask("POST", path + "/seats", {"seats": {person: str(office.seats[1])}, "due": 0, "back": 0})
    assert (taken.status_code, taken.get_json()["code"]) == (422, "seat_twice")
    with office_app.app_context():
        assert tickets_of(sold.id)[0].serial == 2


def test_a_dearer_seat_is_held_paid_like_any_sale_and_then_on_the_ticket(
    office_app: Flask, kiosk: KioskClient, office: Office, sold: BookingView
) -> None:
    with office_app.app_context():
        set_seat_charge(office.operator_id, "window", 500, CLERK)
    path, person = found(kiosk, sold), str(sold.reservation.passengers[1].id)
    wish = {"seats": {person: str(office.seats[8])}}
    assert kiosk.ask("POST", path + "/seats/price", wish).get_json()["due"]["amount"] == 500
    cheaper = kiosk.ask("POST", path + "/seats", {**wish, "due": 0, "back": 0})
    assert (cheaper.status_code, cheaper.get_json()["code"]) == (409, "refund_changed")

    hold = kiosk.ask("POST", path + "/seats", {**wish, "due": 500, "back": 0}).get_json()["hold"]
    assert (hold["quote"]["total"], hold["booking"]) == (500, None)
    with office_app.app_context():
        take_cash(UUID(hold["reservation_id"]), None, CLERK)
    paid = kiosk.ask("GET", f"/holds/{hold['reservation_id']}")
    leg = {"reference": sold.reference, "seats": ["1A", "3A"]}
    assert paid.get_json()["booking"] == {**leg, "legs": [leg]}
    tickets = kiosk.ask("GET", f"/holds/{hold['reservation_id']}/tickets").get_json()["tickets"]
    assert [ticket["seat"] for ticket in tickets] == ["1A", "3A"]
