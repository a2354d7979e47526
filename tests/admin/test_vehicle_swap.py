"""Another vehicle from a departure's page: looked at first, agreed to with a reason, refused in words."""

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from core.booking.queries import booking_view
from core.kernel.db import db
from tests.admin.conftest import SignIn
from tests.support.factories import BOB, Office, make_office
from tests.support.sales import sell
from tests.support.swaps import coach, seats_in


def page_of(browser: FlaskClient, office: Office, vehicle: UUID, **more: str) -> str:
    return browser.get(f"/admin/schedules/{office.schedule_id}/vehicle", query_string={"vehicle": str(vehicle), **more}).text  # fmt: skip


def send(browser: FlaskClient, office: Office, vehicle: UUID, page: str, **more: str) -> str:
    agreed = re.search(r'name="agreed" value="(\w+)"', page)
    form = {"vehicle": str(vehicle), "agreed": agreed[1] if agreed else "", "reason": "Broken down"}
    address = f"/admin/schedules/{office.schedule_id}/vehicle"
    return browser.post(address, data={**form, **more}, follow_redirects=True).text


def test_a_manager_looks_and_sends_another_vehicle(sign_in: SignIn, office: Office) -> None:
    stays, moves = sell(0, office=office), sell(11, office=office, holder=BOB)
    browser, vehicle = sign_in("manager"), coach(office, "1A", "1B")
    assert "Another vehicle" in browser.get(f"/admin/schedules/{office.schedule_id}/").text

    page = page_of(browser, office, vehicle)
    assert "<b>3D</b> → <b>1B</b>" in page
    assert "Lisboa → Porto" in page
    assert seats_in(moves) == ["3D"], "looking changes nothing"
    assert "Please say why" in send(browser, office, vehicle, page, reason=" ")
    assert "1 passenger has a new ticket" in send(browser, office, vehicle, page)

    assert (seats_in(stays), seats_in(moves)) == (["1A"], ["1B"])


def test_who_finds_no_seat_is_listed_and_has_to_be_agreed_to(sign_in: SignIn, office: Office) -> None:
    sell(0, office=office)
    left = sell(11, office=office, holder=BOB)
    browser, vehicle = sign_in("manager"), coach(office, "1A")
    page = page_of(browser, office, vehicle)
    view = booking_view(left)
    assert view is not None
    assert "finds no seat" in page
    assert view.reference in page

    assert "no seat for everybody" in send(browser, office, vehicle, page)
    assert "1 booking is asked" in send(browser, office, vehicle, page, leave="y")
    assert "another vehicle, too few seats" in browser.get("/admin/disruptions/").text


def test_a_sale_in_between_is_shown_before_anything_is_done(sign_in: SignIn, office: Office) -> None:
    browser, vehicle = sign_in("manager"), coach(office, "1A", "1B")
    page = page_of(browser, office, vehicle)
    sell(0, office=office)
    assert "Sales have changed" in send(browser, office, vehicle, page)


@pytest.mark.parametrize("role", ["gate", "agent"])
def test_others_have_no_such_deed(sign_in: SignIn, office: Office, role: str) -> None:
    browser, address = sign_in(role), f"/admin/schedules/{office.schedule_id}/vehicle"
    assert browser.get(address).status_code in {303, 403}
    assert browser.post(address, data={"vehicle": str(office.vehicle_id)}).status_code in {303, 403}
    assert "Another vehicle" not in browser.get(f"/admin/schedules/{office.schedule_id}/").text


def test_a_manager_of_another_station_does_not_see_it(sign_in: SignIn, office: Office) -> None:
    elsewhere = make_office()
    browser = sign_in("manager", elsewhere.places[0])
    assert browser.get(f"/admin/schedules/{office.schedule_id}/vehicle").status_code == 404


@pytest.mark.parametrize(
    "typed", ["", "x", "\x00", "' OR 1", "01a1f843-4388-72bb-a1a7-09d32d216d41", "9" * 5000]
)
def test_whatever_is_typed_is_answered_in_words(sign_in: SignIn, office: Office, typed: str) -> None:
    sell(0, office=office)
    browser, address = sign_in("manager"), f"/admin/schedules/{office.schedule_id}/vehicle"
    assert browser.get(address, query_string={"vehicle": typed, "worse": typed}).status_code == 200
    for field in ("vehicle", "agreed", "reason", "leave", "worse"):
        form = {"vehicle": str(coach(office, "1A")), "agreed": "x", "reason": "Broken", field: typed}
        assert browser.post(address, data=form).status_code == 303
    there = db.session.execute(
        text("SELECT vehicle_id FROM schedules WHERE id = :id"), {"id": office.schedule_id}
    )
    assert there.scalar() == office.vehicle_id
