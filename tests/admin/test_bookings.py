"""A booking after the sale: cancelled with its refund shown first, cash handed back, by those who may."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import text

from core.booking.move import Destination, move_booking
from core.booking.queries import booking_view
from core.booking.views import PassengerView
from core.inventory.queries import seat_map
from core.kernel.db import db, transaction
from tests.admin.conftest import SignIn
from tests.support.factories import ACTOR, BOB, Office, another_departure, make_office
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
    browser, people = sign_in("agent", till=True), _people(booking_id)
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


def departures(browser: FlaskClient, booking_id: UUID, day: str = "") -> str:
    return browser.get(f"/admin/bookings/{booking_id}/departures?day={day}").text


def test_a_booking_is_moved_for_the_difference_that_was_shown(sign_in: SignIn, office: Office) -> None:
    later = another_departure(office)
    booking_id = sell(0, 1, office=office)
    with transaction() as session:
        session.execute(text("UPDATE tariffs SET base = 4000, per_km = 0"))
    clerk = sign_in("agent", till=True)
    assert 'data-opens="move"' in clerk.get(f"/admin/bookings/{booking_id}/").text
    shown = departures(clerk, booking_id)
    assert f'value="{later}"' in shown
    assert 'data-due="3000"' in shown
    assert "12 seats free" in shown
    assert "seats 1A, 1B" in shown
    assert "Waive" not in shown, "a clerk gives nothing away"
    form = {"schedule_id": str(later), "agreed": "3000"}
    url = f"/admin/bookings/{booking_id}/move"
    assert "pay the difference" in clerk.post(url, data=form, follow_redirects=True).text
    other = {**form, "agreed": "1", "settled": "cash"}
    assert "The price has changed" in clerk.post(url, data=other, follow_redirects=True).text
    assert clerk.post(url, data={**form, "settled": "waive"}).status_code == 403
    moved = clerk.post(url, data={**form, "settled": "cash"}, follow_redirects=True).text
    assert "Moved." in moved
    view = booking_view(booking_id)
    assert view is not None
    assert (view.reservation.journey.schedule_id, view.total.amount) == (later, 8200)


def test_a_manager_waives_the_difference_and_says_why(sign_in: SignIn, office: Office) -> None:
    later = another_departure(office)
    booking_id = sell(0, office=office)
    with transaction() as session:
        session.execute(text("UPDATE tariffs SET base = 4000, per_km = 0"))
    manager = sign_in("manager")
    form = {"schedule_id": str(later), "agreed": "1500", "settled": "waive"}
    url = f"/admin/bookings/{booking_id}/move"
    assert "Please say why." in manager.post(url, data=form, follow_redirects=True).text
    page = manager.post(url, data={**form, "reason": "The coach broke down"}, follow_redirects=True).text
    assert "Moved." in page
    view = booking_view(booking_id)
    assert view is not None
    assert (view.reservation.journey.schedule_id, view.total.amount) == (later, 2600)
    said = "SELECT reason FROM activity_log WHERE action = 'booking.moved'"
    assert db.session.scalars(text(said)).one() == "The coach broke down"


def test_departures_without_room_for_everybody_are_not_offered(sign_in: SignIn, office: Office) -> None:
    full, far = another_departure(office), another_departure(office, 24 * 30)
    booking_id = sell(0, 1, office=office)
    other = sell(*range(4, 10), office=office, holder=BOB)
    seats = {person.id: office.seats[n] for n, person in enumerate(_travellers(other))}
    move_booking(other, Destination(full, 0, 5, seats), ACTOR)
    sell(2, 3, 10, 11, office=office, holder=replace(BOB, id="carol"))
    manager = sign_in("manager")
    assert f'value="{full}"' in departures(manager, booking_id)
    with transaction() as session:
        fill = "INSERT INTO seat_locks (schedule_id, layout_id, seat_id, leg, kind) SELECT :s, layout_id, id, 0, 'blocked'"
        session.execute(
            text(fill + " FROM seats WHERE number IN ('2C', '2D', '3A', '3B', '3C')"), {"s": full}
        )
    nothing = departures(manager, booking_id)
    assert "No departure of this route" in nothing
    assert str(far) not in nothing
    day = (office.departure_at + timedelta(days=25)).date().isoformat()
    assert f'value="{far}"' in departures(manager, booking_id, day)
    assert "No departure" not in departures(manager, booking_id, day)
    url = f"/admin/bookings/{booking_id}/move"
    refused = manager.post(url, data={"schedule_id": str(full), "agreed": "0"}, follow_redirects=True)
    assert "Please choose a departure" in refused.text
    assert sign_in("gate").get(f"/admin/bookings/{booking_id}/departures").status_code == 403


def _travellers(booking_id: UUID) -> tuple[PassengerView, ...]:
    view = booking_view(booking_id)
    assert view is not None
    return view.reservation.passengers
