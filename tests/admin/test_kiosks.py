"""The fleet of kiosks and what is ordered from afar."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from core.accounts import kiosks
from core.accounts.kiosk_heartbeat import VERSION, heartbeat
from core.accounts.models import Kiosk
from core.booking.parties import Holder
from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.kernel.activity import SYSTEM, ActivityEntry, Actor
from core.kernel.clock import now
from core.kernel.db import db
from core.timetable.models import Place
from tests.admin.conftest import SignIn
from tests.support.clock import Clock
from tests.support.factories import ACTOR, Office


@pytest.fixture
def kiosk_id(office: Office) -> UUID:
    found, code = kiosks.prepare(office.places[0], "Hall left", SYSTEM)
    assert kiosks.claim(code)
    return found


def row(kiosk_id: UUID) -> Kiosk:
    db.session.expire_all()
    found = db.session.get(Kiosk, kiosk_id)
    assert found is not None
    return found


def test_a_device_is_let_in_with_its_rights(sign_in: SignIn, office: Office) -> None:
    kiosk_id, code = kiosks.start_pairing("New kiosk")
    browser = sign_in("manager")
    place = db.session.get(Place, office.places[0])
    form = {
        "code": code, "name": "Kiosk 7", "place": f"Lisboa ({place.code})", "settings": "1", "methods": ["card"],
        "languages": ["de", "en"], "stops_on": ["printer"], "px_per_mm": "2.7", "distance_mm": "600",
    }  # fmt: skip
    page = browser.post("/admin/kiosks/approve", data=form, follow_redirects=True).text

    assert "Kiosk 7 may sell now." in page
    device = kiosks.kiosk_of_token(kiosks.claim(code))
    assert device is not None
    assert (device.rights.methods, device.settings["px_per_mm"]) == (("card",), 2.7)
    assert set(device.settings["languages"]) == {"de", "en"}
    assert row(kiosk_id).settings["stops_on"] == ["printer"]


def test_the_fleet_shows_how_each_is_and_who_needs_somebody_first(
    sign_in: SignIn, office: Office, kiosk_id: UUID, clock: Clock
) -> None:
    other, code = kiosks.prepare(office.places[0], "Hall right", SYSTEM)
    assert kiosks.claim(code)
    browser = sign_in("manager")
    clock.move(minutes=5)
    heartbeat(other, {"paper": "low", "version": VERSION})
    page = browser.get("/admin/kiosks/now").text

    assert page.index("Hall left") < page.index("Hall right") or "paper is low" in page
    assert "offline" in page
    assert "paper is low" in page
    assert "1 <small>of 2" in page


def test_the_last_sale_of_a_kiosk_is_shown(sign_in: SignIn, office: Office, kiosk_id: UUID) -> None:
    holder = Holder("kiosk", f"{kiosk_id}:{'a' * 32}", "Hall left")
    held = reserve(office.ask(0, channel="kiosk"), holder, ACTOR)
    clerk = sign_in("manager", till=True)
    user = db.session.scalar(text("SELECT id FROM users WHERE role = 'manager'"))
    take_cash(held.reservation_id, None, Actor("user", str(user), "Mia"))

    assert "26.00" in clerk.get("/admin/kiosks/now").text


def test_out_of_order_shows_the_same_code_here_and_there_until_it_is_put_back(
    sign_in: SignIn, kiosk_id: UUID
) -> None:
    browser = sign_in("manager")
    page = browser.post(
        f"/admin/kiosk/{kiosk_id}/stop", data={"reason": "The glass is broken"}, follow_redirects=True
    ).text
    told = heartbeat(kiosk_id, {})
    assert told is not None
    assert told.out_of_order
    assert told.out_of_order in page
    assert "The glass is broken" in page
    browser.post(f"/admin/kiosk/{kiosk_id}/start")
    assert "out_of_order" not in row(kiosk_id).orders
    entry = db.session.scalars(
        select(ActivityEntry).where(ActivityEntry.action == "kiosk.put_out_of_order")
    ).one()
    assert (entry.actor_label, entry.reason) == ("Sam Staff", "The glass is broken")


def test_out_of_order_needs_a_reason(sign_in: SignIn, kiosk_id: UUID) -> None:
    page = sign_in("manager").post(
        f"/admin/kiosk/{kiosk_id}/stop", data={"reason": " "}, follow_redirects=True
    )
    assert "Please say why." in page.text
    assert row(kiosk_id).orders == {}


def test_a_message_ends_on_the_stations_clock(sign_in: SignIn, kiosk_id: UUID) -> None:
    until = (now() + timedelta(hours=2)).replace(second=0, microsecond=0)
    form = {
        "text-en": "Platform 3 is closed",
        "text-pt": "A plataforma 3 está fechada",
        "until": f"{until:%Y-%m-%dT%H:%M}",
    }
    sign_in("manager").post(f"/admin/kiosk/{kiosk_id}/message", data=form)
    message = row(kiosk_id).orders["message"]
    assert message["texts"] == {"en": "Platform 3 is closed", "pt": "A plataforma 3 está fechada"}
    assert message["until"].startswith(f"{until:%Y-%m-%dT%H:%M}")


def test_a_message_is_taken_away(sign_in: SignIn, kiosk_id: UUID) -> None:
    browser = sign_in("manager")
    until = now() + timedelta(hours=2)
    form = {"text-en": "Platform 3 is closed", "until": f"{until:%Y-%m-%dT%H:%M}"}
    browser.post(f"/admin/kiosk/{kiosk_id}/message", data=form)
    browser.post(f"/admin/kiosk/{kiosk_id}/message/end")
    assert not row(kiosk_id).orders.get("message")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"text-en": "Hello", "until": "tomorrow"}, "Please say until when."),
        ({"text-en": "Hello", "until": "2020-01-01T10:00"}, "Please choose an end"),
        ({"text-en": "x" * 300, "until": "2026-12-01T10:00"}, "at most 200 characters"),
        ({"until": "2026-12-01T10:00"}, "Please write the message."),
    ],
)
def test_a_message_that_cannot_be_shown_is_refused_in_words(
    sign_in: SignIn, kiosk_id: UUID, form: dict[str, str], words: str
) -> None:
    page = sign_in("manager").post(f"/admin/kiosk/{kiosk_id}/message", data=form, follow_redirects=True)
    assert words in page.text
    assert row(kiosk_id).orders == {}


def test_cash_is_locked_and_the_page_is_loaded_anew(sign_in: SignIn, kiosk_id: UUID) -> None:
    browser = sign_in("manager")
    browser.post(f"/admin/kiosk/{kiosk_id}/cash", data={"locked": "1"})
    browser.post(f"/admin/kiosk/{kiosk_id}/reload")
    told = heartbeat(kiosk_id, {})
    assert told is not None
    assert told.methods == ("card", "phone")
    assert told.reload
    browser.post(f"/admin/kiosk/{kiosk_id}/cash", data={"locked": "0"})
    assert row(kiosk_id).orders["no_cash"] is False


def test_rights_are_changed_and_all_boxes_mean_no_limit(sign_in: SignIn, kiosk_id: UUID) -> None:
    browser = sign_in("manager")
    form = {"settings": "1", "name": "Hall middle", "methods": ["card", "cash", "phone"], "languages": ["en"]}
    browser.post(f"/admin/kiosk/{kiosk_id}/change", data=form)
    kept = row(kiosk_id)
    assert (kept.name, kept.settings["operators"], kept.settings["languages"]) == ("Hall middle", [], ["en"])
    page = browser.post(
        f"/admin/kiosk/{kiosk_id}/change", data={**form, "methods": []}, follow_redirects=True
    )
    assert "at least one way of paying" in page.text
    assert row(kiosk_id).settings["methods"] == ["card", "cash", "phone"]


def test_locking_out_frees_what_is_held_there(sign_in: SignIn, office: Office, kiosk_id: UUID) -> None:
    reserve(office.ask(0, channel="kiosk"), Holder("kiosk", f"{kiosk_id}:{'a' * 32}", "Hall left"), ACTOR)
    browser: FlaskClient = sign_in("manager")
    browser.post(f"/admin/kiosk/{kiosk_id}/revoke")
    assert db.session.scalar(text("SELECT status FROM reservations")) == "cancelled"
    page = browser.get("/admin/kiosks/").text
    assert "Locked out" in page
    assert browser.get(f"/admin/kiosk/{kiosk_id}/").status_code == 404


def test_staff_of_another_station_neither_see_nor_order(
    sign_in: SignIn, office: Office, kiosk_id: UUID
) -> None:
    browser = sign_in("manager", office.places[3])
    assert "Hall left" not in browser.get("/admin/kiosks/").text
    assert browser.get(f"/admin/kiosk/{kiosk_id}/").status_code == 404
    for deed in ("stop", "start", "cash", "reload", "message", "message/end", "change", "revoke"):
        assert browser.post(f"/admin/kiosk/{kiosk_id}/{deed}", data={"reason": "Because"}).status_code == 404
    assert row(kiosk_id).orders == {}
