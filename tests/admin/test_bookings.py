"""A booking after the sale: cancelled with its refund shown first, cash handed back, by those who may."""

import re
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from core.booking.queries import booking_view
from core.inventory.queries import seat_map
from core.kernel.db import db
from tests.admin.conftest import SignIn
from tests.support.factories import BOB, Office, make_office
from tests.support.sales import sell


def _status(booking_id: UUID) -> str:
    view = booking_view(booking_id)
    assert view is not None
    return view.status


def _people(booking_id: UUID) -> list[str]:
    view = booking_view(booking_id)
    assert view is not None
    return [str(person.id) for person in view.reservation.passengers]


def test_the_dialog_shows_what_comes_back(sign_in: SignIn, office: Office) -> None:
    booking_id = sell(0, 1, office=office)
    page = sign_in("agent").get(f"/admin/bookings/{booking_id}/").text
    assert 'data-opens="cancel"' in page
    assert "50 % comes back now" in page
    assert re.findall(r'data-refund="(\d+)"', page) == ["1300", "1300"]
    assert 'name="agreed" value="2600"' in page
    assert 'name="waive"' not in page, "an agent keeps to the rules"


def test_a_clerk_cancels_one_passenger_and_hands_the_cash_back(sign_in: SignIn, office: Office) -> None:
    booking_id = sell(0, 1, office=office)
    browser, people = sign_in("agent"), _people(booking_id)
    form = {"passengers": people[:1], "agreed": "1300", "reason": "The traveller is ill"}
    answer = browser.post(f"/admin/bookings/{booking_id}/cancel", data=form, follow_redirects=True)
    assert "the refund is on its way" in answer.text
    assert _status(booking_id) == "confirmed"
    assert seat_map(office.schedule_id, 0, 5).available == 11

    refund = db.session.execute(text("SELECT id, payment_id FROM refunds")).one()
    assert "Cash handed out" not in sign_in("gate").get(f"/admin/bookings/{booking_id}/").text
    page = sign_in("manager").get(f"/admin/bookings/{booking_id}/").text
    assert "Cash handed out" in page
    handed = browser.post(
        f"/admin/bookings/{booking_id}/hand-out/{refund.id}",
        data={"payment_id": str(refund.payment_id)},
        follow_redirects=True,
    )
    assert "Noted: the cash was handed out" in handed.text
    assert db.session.execute(text("SELECT status FROM refunds")).scalar() == "processed"


def test_what_was_shown_is_what_is_made(sign_in: SignIn, office: Office) -> None:
    booking_id = sell(0, office=office)
    browser = sign_in("agent")
    url = f"/admin/bookings/{booking_id}/cancel"
    changed = browser.post(url, data={"agreed": "2600", "reason": "ill"}, follow_redirects=True)
    assert "The refund has changed" in changed.text
    nameless = browser.post(url, data={"agreed": "1300", "reason": " "}, follow_redirects=True)
    assert "Please say why" in nameless.text
    assert _status(booking_id) == "confirmed"


def test_only_a_manager_gives_back_more_than_the_rules(sign_in: SignIn) -> None:
    office = make_office(departs_in=timedelta(hours=1))
    booking_id = sell(0, office=office)
    form = {"waive": "1", "agreed": "2600", "reason": "The heating was broken"}
    agent, manager = sign_in("agent"), sign_in("manager")
    assert 'data-opens="cancel"' not in agent.get(f"/admin/bookings/{booking_id}/").text
    assert agent.post(f"/admin/bookings/{booking_id}/cancel", data=form).status_code == 403
    assert "too late to cancel" in manager.get(f"/admin/bookings/{booking_id}/").text
    manager.post(f"/admin/bookings/{booking_id}/cancel", data=form)
    assert _status(booking_id) == "cancelled"


def test_who_may_not_cancel_cannot(sign_in: SignIn, office: Office) -> None:
    booking_id = sell(0, office=office)
    form = {"agreed": "1300", "reason": "because"}
    url = f"/admin/bookings/{booking_id}/cancel"
    assert sign_in("gate").post(url, data=form).status_code == 403
    assert sign_in("agent", office.places[2]).post(url, data=form).status_code == 404
    assert _status(booking_id) == "confirmed"


def test_a_clerk_changes_seat_and_name(sign_in: SignIn, office: Office) -> None:
    booking_id = sell(0, 1, office=office)
    first, second = _people(booking_id)
    browser = sign_in("agent")
    page = browser.get(f"/admin/bookings/{booking_id}/").text
    assert 'data-opens="change"' in page
    assert page.count(f'<option value="{office.seats[7]}">') == 2
    form = {f"seat-{first}": str(office.seats[7]), f"name-{first}": "Bea Bloom", f"seat-{second}": "nonsense"}
    answer = browser.post(f"/admin/bookings/{booking_id}/change", data=form, follow_redirects=True)
    assert "The new tickets count from now on" in answer.text
    view = booking_view(booking_id)
    assert view is not None
    person = view.reservation.passengers[0]
    assert (person.seat_id, person.full_name) == (office.seats[7], "Bea Bloom")


def test_a_seat_that_went_meanwhile_is_said(sign_in: SignIn, office: Office) -> None:
    booking_id = sell(0, office=office)
    sell(7, office=office, holder=BOB)
    (person,) = _people(booking_id)
    url = f"/admin/bookings/{booking_id}/change"
    form = {f"seat-{person}": str(office.seats[7])}
    assert "a moment faster" in sign_in("agent").post(url, data=form, follow_redirects=True).text
    assert sign_in("gate").post(url, data=form).status_code == 403
    assert sign_in("agent", office.places[1]).post(url, data=form).status_code == 404
