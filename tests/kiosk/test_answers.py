"""What the kiosk's addresses answer: to the kiosk, to strangers, to nonsense. Nothing here needs a browser."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text

from core.booking.pay import take_cash
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.till.close import close_shift
from core.till.models import Shift
from tests.kiosk.conftest import FIRST, SECOND, KioskClient, wish
from tests.support.factories import CLERK, Office


def test_the_board_has_seats_and_prices(kiosk: KioskClient, office: Office) -> None:
    [line] = kiosk.ask("GET", "/departures").get_json()["departures"]

    assert line["schedule_id"] == str(office.schedule_id)
    assert (line["origin"], line["destination"]) == ("Lisboa", "Porto")
    assert line["via"] == ["Santarém", "Leiria", "Coimbra", "Aveiro"]
    assert line["seats_left"] == 12
    assert line["price"] == {"amount": 2600, "currency": "EUR"}
    assert (line["platform_word"], line["platform"], line["state"]) == ("Bay", "4", "on_sale")


def test_a_destination_on_the_way_shortens_the_ride_and_its_price(kiosk: KioskClient, office: Office) -> None:
    [line] = kiosk.ask("GET", f"/departures?destination={office.places[3]}").get_json()["departures"]

    assert (line["destination"], line["to_position"], line["price"]["amount"]) == ("Coimbra", 3, 2000)


def test_the_plan_has_states_prices_the_best_seats_and_the_policy(kiosk: KioskClient, office: Office) -> None:
    path = f"/schedules/{office.schedule_id}/seats?from=0&to=5&count=2"
    plan = kiosk.ask("GET", path).get_json()

    assert len(plan["seats"]) == 12
    assert {seat["price"] for seat in plan["seats"]} == {2600}
    assert len(plan["best"]) == 2
    assert plan["policy"]["asks"] == [
        {"name": "full_name", "required": False},
        {"name": "email", "required": False},
    ]
    assert plan["policy"]["passenger_types"] == ["adult", "child", "senior"]


def test_the_same_touch_sent_twice_holds_once(kiosk: KioskClient, office: Office) -> None:
    first = kiosk.hold(office, 0, Idempotency_Key="the-same-touch")
    again = kiosk.hold(office, 0, Idempotency_Key="the-same-touch")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()


def test_another_travellers_hold_is_not_there(kiosk: KioskClient, office: Office) -> None:
    path = f"/holds/{kiosk.hold(office, 0).get_json()['reservation_id']}"

    for method, rest, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/extend", {}),
        ("PUT", "/details", {"email": "x@example.org"}),
        ("POST", "/payments", {"method": "cash"}),
        ("GET", "/tickets", None),
    ):
        answer = kiosk.ask(method, path + rest, body, session=SECOND)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found"), (method, rest)
    assert kiosk.ask("GET", path).get_json()["status"] == "active"


def test_a_seat_that_is_gone_is_named(kiosk: KioskClient, office: Office) -> None:
    kiosk.hold(office, 0)
    answer = kiosk.hold(office, 0, 1, session=SECOND)

    assert answer.status_code == 409
    assert (answer.get_json()["code"], answer.get_json()["seats"]) == ("seat_taken", ["1A"])


def test_given_back_seats_are_free_and_giving_back_twice_changes_nothing(
    kiosk: KioskClient, office: Office
) -> None:
    path = f"/holds/{kiosk.hold(office, 0).get_json()['reservation_id']}"

    assert kiosk.ask("DELETE", path).status_code == 204
    assert kiosk.ask("DELETE", path).status_code == 204
    assert kiosk.hold(office, 0, session=SECOND).status_code == 201


def test_where_no_shift_is_open_cash_is_neither_offered_nor_taken(
    kiosk: KioskClient, office: Office, office_app: Flask
) -> None:
    held = kiosk.hold(office, 0).get_json()
    assert held["takes_cash"]
    with office_app.app_context():
        shift = db.session.execute(select(Shift.id).where(Shift.kiosk_id.is_not(None))).scalar_one()
        db.session.rollback()
        close_shift(shift, {}, SYSTEM)

    refused = kiosk.ask("POST", f"/holds/{held['reservation_id']}/payments", {"method": "cash"})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "no_open_shift")
    assert "another way to pay" in refused.get_json()["title"]
    assert not kiosk.hold(office, 1, session=SECOND).get_json()["takes_cash"]


def test_what_was_paid_has_its_tickets(office_app: Flask, kiosk: KioskClient, office: Office) -> None:
    reservation = kiosk.hold(office, 0, 1).get_json()["reservation_id"]
    with office_app.app_context():
        take_cash(UUID(reservation), None, CLERK)
    paid = kiosk.ask("GET", f"/holds/{reservation}").get_json()
    tickets = kiosk.ask("GET", f"/holds/{reservation}/tickets").get_json()["tickets"]

    assert paid["status"] == "confirmed"
    assert paid["booking"]["seats"] == ["1A", "1B"]
    assert [ticket["seat"] for ticket in tickets] == ["1A", "1B"]
    assert all(ticket["qr"].startswith("data:image/svg+xml;base64,") for ticket in tickets)


@pytest.mark.parametrize(
    "change",
    [
        {"passengers": []},
        {"passengers": [{"seat_id": "1A"}]},
        {"from_position": -1},
        {"to_position": "x"},
        {"schedule_id": None},
        {"more": 1},
        {"language": "x" * 99},
    ],
    ids=str,
)
def test_nonsense_is_refused_with_its_field_and_holds_nothing(
    kiosk: KioskClient, office: Office, office_app: Flask, change: dict[str, object]
) -> None:
    answer = kiosk.ask("POST", "/holds", {**wish(office, 0), **change})

    assert answer.status_code == 400
    assert answer.get_json()["field"].startswith(next(iter(change)))
    with office_app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM seat_locks")).scalar_one() == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe"])
def test_a_body_that_is_no_json_object_is_refused(kiosk: KioskClient, body: bytes) -> None:
    token = kiosk.client.get("/kiosk/api/token").get_json()["token"]
    headers = {"X-Kiosk-Session": FIRST, "X-CSRFToken": token, "Idempotency-Key": "a-fresh-key"}
    answer = kiosk.client.post(
        "/kiosk/api/holds", data=body, headers=headers, content_type="application/json"
    )

    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed")


@pytest.mark.parametrize("session", ["", "short", "A" * 32, "a" * 33, "../" * 10])
def test_without_a_travellers_session_nothing_is_held(
    kiosk: KioskClient, office: Office, session: str
) -> None:
    assert kiosk.hold(office, 0, session=session).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/departures"),
        ("GET", "/destinations"),
        ("GET", "/schedules/{id}/seats?from=0&to=5"),
        ("GET", "/schedules/{id}/best?from=0&to=5"),
        ("GET", "/schedules/{id}/states"),
        ("POST", "/quotes"),
        ("POST", "/holds"),
        ("GET", "/holds/{id}"),
        ("DELETE", "/holds/{id}"),
        ("POST", "/holds/{id}/extend"),
        ("PUT", "/holds/{id}/details"),
        ("POST", "/holds/{id}/payments"),
        ("GET", "/holds/{id}/tickets"),
    ],
)
def test_a_browser_that_is_no_kiosk_is_told_so(
    office_app: Flask, office: Office, method: str, path: str
) -> None:
    stranger = KioskClient(office_app.test_client())
    answer = stranger.ask(
        method, path.format(id=office.schedule_id), wish(office, 0) if method != "GET" else None
    )

    assert (answer.status_code, answer.get_json()["code"]) == (401, "not_paired")


def test_a_request_without_the_pages_token_is_refused_with_a_code_of_its_own(
    kiosk: KioskClient, office: Office
) -> None:
    answer = kiosk.hold(office, 0, X_CSRFToken="forged")

    assert (answer.status_code, answer.get_json()["code"]) == (400, "csrf")


def test_the_page_allows_nothing_from_elsewhere_and_is_not_kept(kiosk: KioskClient) -> None:
    page = kiosk.client.get("/kiosk/")

    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert "<script>" not in page.text
    assert "style=" not in page.text


def test_a_pairing_link_works_once_and_only_by_its_button(office_app: Flask, office: Office) -> None:
    from core.accounts.kiosks import prepare
    from core.kernel.activity import SYSTEM

    with office_app.app_context():
        _, code = prepare(office.places[0], "Kiosk 9", SYSTEM)
    client = office_app.test_client()
    assert client.get(f"/kiosk/pair/{code}").status_code == 200
    assert client.get_cookie("bh_kiosk") is None
    token = client.get("/kiosk/api/token").get_json()["token"]

    assert client.post(f"/kiosk/pair/{code}", data={"csrf_token": token}).status_code == 302
    assert "Porto" in client.get("/kiosk/api/departures").text
    assert client.post(f"/kiosk/pair/{code}", data={"csrf_token": token}).status_code == 409


def test_seats_are_changed_while_they_are_held_and_a_lost_race_keeps_them(
    kiosk: KioskClient, office: Office
) -> None:
    held = kiosk.hold(office, 0).get_json()
    kiosk.hold(office, 5, session=SECOND)
    path = f"/holds/{held['reservation_id']}"
    stays = {"seat_id": str(office.seats[1]), "passenger_id": held["passengers"][0]["id"]}

    changed = kiosk.ask("POST", path + "/seats", {"passengers": [stays, {"seat_id": str(office.seats[2])}]})
    lost = kiosk.ask("POST", path + "/seats", {"passengers": [{"seat_id": str(office.seats[5])}]})

    assert changed.status_code == 200, changed.get_json()
    people = changed.get_json()["passengers"]
    assert [person["seat"] for person in people] == ["1B", "1C"]
    assert people[0]["id"] == held["passengers"][0]["id"]
    assert changed.get_json()["expires_at"] == held["expires_at"]
    assert (lost.status_code, lost.get_json()["code"]) == (409, "seat_taken")
    other = kiosk.ask("POST", path + "/seats", {"passengers": [stays]}, session=SECOND)
    assert other.status_code == 404
