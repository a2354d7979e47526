"""What one device may do is enforced by the office, on the kiosk's own addresses and on the API alike."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from core.accounts import kiosk_orders, kiosks
from core.accounts.kiosk_rules import clean_settings
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.kernel.ids import new_id
from tests.kiosk.conftest import KioskClient, wish
from tests.support.factories import Office

ANOTHER = str(new_id())


@pytest.fixture
def kiosk_id(office_app: Flask, kiosk: KioskClient) -> UUID:
    with office_app.app_context():
        found: UUID = db.session.execute(text("SELECT id FROM kiosks")).scalar_one()
        return found


def allow(office_app: Flask, kiosk_id: UUID, **settings: object) -> None:
    with office_app.app_context():
        kiosk_orders.change(kiosk_id, "Kiosk 1", clean_settings(settings), SYSTEM)


def ask_api(kiosk: KioskClient, path: str, body: object, token: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"key-{new_id()}"}
    answer = kiosk.client.post(f"/api/v1{path}", json=body, headers=headers)
    return answer.status_code, answer.get_json().get("code", "")


def token_of(kiosk: KioskClient) -> str:
    cookie = kiosk.client.get_cookie(kiosks.COOKIE)
    assert cookie is not None
    return str(cookie.value)


def test_another_operators_departure_is_neither_shown_nor_sold(
    office_app: Flask, kiosk: KioskClient, kiosk_id: UUID, office: Office
) -> None:
    allow(office_app, kiosk_id, operators=[ANOTHER])

    assert kiosk.ask("GET", "/departures").get_json()["departures"] == []
    refused = kiosk.hold(office, 0)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "operator_not_sold")
    wanted = wish(office, 0)
    token = token_of(kiosk)
    assert ask_api(kiosk, "/reservations/create", wanted, token) == (403, "operator_not_sold")
    leg = {key: wanted[key] for key in ("schedule_id", "from_position", "to_position", "passengers")}
    assert ask_api(kiosk, "/baskets", {"legs": [leg, leg]}, token) == (403, "operator_not_sold")


def test_a_way_of_paying_that_it_was_not_given_is_refused_everywhere(
    office_app: Flask, kiosk: KioskClient, kiosk_id: UUID, office: Office
) -> None:
    allow(office_app, kiosk_id, methods=["card"])
    held = kiosk.hold(office, 0).get_json()["reservation_id"]

    for method in ("cash", "phone"):
        refused = kiosk.ask("POST", f"/holds/{held}/payments", {"method": method})
        assert (refused.status_code, refused.get_json()["code"]) == (403, "method_not_allowed")
        body = {"reservation_id": held, "method": method}
        assert ask_api(kiosk, "/payments/initiate", body, token_of(kiosk)) == (403, "method_not_allowed")
    with office_app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM payments")).scalar_one() == 0


def test_out_of_order_nothing_new_is_held_but_who_holds_may_finish(
    office_app: Flask, kiosk: KioskClient, kiosk_id: UUID, office: Office
) -> None:
    held = kiosk.hold(office, 0).get_json()["reservation_id"]
    with office_app.app_context():
        code = kiosk_orders.put_out_of_order(kiosk_id, "The glass is broken", SYSTEM)

    refused = kiosk.hold(office, 1, session="c" * 32)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "out_of_order")
    assert refused.get_json()["short"] == code
    assert ask_api(kiosk, "/reservations/create", wish(office, 2), token_of(kiosk)) == (409, "out_of_order")
    assert kiosk.ask("POST", f"/holds/{held}/extend").status_code == 200


def test_a_copied_cookie_of_a_kiosk_that_was_locked_out_is_worth_nothing(
    office_app: Flask, kiosk: KioskClient, kiosk_id: UUID, office: Office
) -> None:
    token = token_of(kiosk)
    thief = KioskClient(office_app.test_client())
    thief.client.set_cookie(kiosks.COOKIE, token)
    assert thief.ask("GET", "/departures").status_code == 200
    with office_app.app_context():
        kiosks.revoke(kiosk_id, SYSTEM)

    for answer in (thief.ask("GET", "/departures"), thief.hold(office, 0), kiosk.hold(office, 1)):
        assert (answer.status_code, answer.get_json()["code"]) == (401, "not_paired")
    assert thief.ask("POST", "/heartbeat", {}).get_json()["paired"] is False
    assert ask_api(thief, "/reservations/create", wish(office, 0), token) == (401, "kiosk_unknown")
    assert "pairing" in thief.client.get("/kiosk/").text


def test_the_heartbeat_says_what_the_page_is_to_do(
    office_app: Flask, kiosk: KioskClient, kiosk_id: UUID
) -> None:
    allow(office_app, kiosk_id, stops_on=["clock"], methods=["card", "cash"])
    with office_app.app_context():
        kiosk_orders.lock_cash(kiosk_id, True, SYSTEM)
        kiosk_orders.ask_to_reload(kiosk_id, SYSTEM)

    told = kiosk.ask("POST", "/heartbeat", {"clock": 0, "screen": "1080x1920"}).get_json()
    assert (told["paired"], told["out_of_order"], told["methods"]) == (True, "C3", ["card"])
    assert told["reload"]
    assert "C3" in kiosk.client.get("/kiosk/").text


@pytest.mark.parametrize("clock", ["soon", None, [], 1e300, -5, {"a": 1}, True])
def test_nonsense_in_a_heartbeat_changes_nothing(kiosk: KioskClient, clock: object) -> None:
    answer = kiosk.ask("POST", "/heartbeat", {"clock": clock, "screen": ["x"], "paper": "out", "more": {}})
    assert (answer.status_code, answer.get_json()["paired"]) == (200, True)
