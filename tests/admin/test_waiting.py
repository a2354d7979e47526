"""The waiting list for people: staff see the line at the departure; the letter's page pays, or leaves the line."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient

from core.booking.cancellation import cancel_booking
from core.booking.links import waiting_address
from core.booking.waiting import JoinRequest, Traveller, join
from core.booking.waiting_serve import serve
from core.timetable.service.brands import set_brand
from tests.admin.conftest import SignIn
from tests.support.database import Sessions
from tests.support.factories import ACTOR, Office, make_office
from tests.support.sales import buyer, sell


@pytest.fixture
def office(db_session: Sessions) -> Office:
    return make_office(rows=1)


@pytest.fixture
def bookings(office: Office) -> list[UUID]:
    return [sell(seat, office=office, holder=buyer(seat)) for seat in range(4)]


def stand(office: Office, name: str) -> UUID:
    people = (Traveller(full_name=name),)
    return join(JoinRequest(office.schedule_id, 0, 5, people, "api", f"{name}@example.org"), ACTOR)


def address(entry_id: UUID) -> str:
    return "/" + waiting_address(entry_id).split("/", 3)[3]


def test_staff_see_the_line(sign_in: SignIn, office: Office, bookings: list[UUID]) -> None:
    page = f"/admin/schedules/{office.schedule_id}/"
    assert "Waiting list" not in sign_in("agent").get(page).text
    stand(office, "ana")
    assert "ana@example.org" in sign_in("manager").get(page).text
    assert "ana@example.org" not in sign_in("gate").get(page).text


def test_the_page_wears_the_colour_of_who_runs_the_departure(
    client: FlaskClient, office: Office, bookings: list[UUID]
) -> None:
    page = address(stand(office, "ana"))
    assert "/brand/" not in client.get(page).text
    set_brand(office.operator_id, ACTOR, colour="#a01020")
    assert "/kiosk/brand/a01020.css" in client.get(page).text


@pytest.mark.usefixtures("gateway_process")
def test_the_page_leads_to_paying(client: FlaskClient, office: Office, bookings: list[UUID]) -> None:
    first, second = stand(office, "ana"), stand(office, "ben")
    assert "You are number 1 in line" in client.get(address(first)).text
    cancel_booking(bookings[0], ACTOR)
    serve()
    offered = client.get(address(first)).text
    assert "A seat is held for you" in offered
    assert "Pay €26.00" in offered
    to_pay = client.post(address(first) + "/pay")
    assert to_pay.status_code == 303
    assert "/pay/" in to_pay.headers["Location"]
    left = client.post(address(second) + "/leave", follow_redirects=True)
    assert "You have left the line" in left.text
    assert client.get(address(first)[:-1] + "x").status_code == 404
    assert client.post(address(second) + "/pay").status_code == 404
