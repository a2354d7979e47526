"""Lists: found by what people know, paged without counting, sorted by what has an index."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Flask, g
from sqlalchemy import select, update

from admin import formats
from admin.views.schedules import last_stops
from core.booking.models import Passenger
from core.booking.parties import Holder
from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.kernel.db import db
from core.timetable.models import Schedule
from tests.admin.conftest import SignIn
from tests.support.factories import ACTOR, CLERK, Office


def _sell(office: Office, seat: int, name: str, **more: object) -> None:
    holder = Holder("guest", f"g{seat}", "Guest")
    held = reserve(office.ask(seat, **more), holder, ACTOR)
    take_cash(held.reservation_id, holder, CLERK)
    db.session.execute(
        update(Passenger).where(Passenger.reservation_id == held.reservation_id).values(full_name=name)
    )
    db.session.commit()


def test_bookings_are_found_by_part_of_a_name_or_an_address(sign_in: SignIn, office: Office) -> None:
    _sell(office, 0, "Ștefan Popescu", contact_email="Stefan@Mail.example")
    _sell(office, 1, "Maria Ionescu")
    browser = sign_in("agent")

    def rows(text: str) -> int:
        return browser.get("/admin/bookings/", query_string={"q": text}).text.count('class="row-link"')

    assert rows("popes") == 1
    assert rows("maria ion") == 1
    assert rows("ion maria") == 1
    assert rows("stefan@mail.example") == 1
    assert rows("escu") == 0, "a name is found by the beginnings of its words"
    assert rows("") == 2


def test_a_reference_finds_its_booking_in_any_spelling(sign_in: SignIn, office: Office) -> None:
    _sell(office, 0, "Ana Pop")
    browser = sign_in("gate")
    page = browser.get("/admin/bookings/").text
    reference = page.split('class="row-link"')[1].split(">")[1].split("<")[0]
    spelled = f" {reference[:4].lower()} {reference[4:]} "
    assert reference in browser.get("/admin/bookings/", query_string={"q": spelled}).text


def test_a_station_sees_the_bookings_of_its_own_travellers(sign_in: SignIn, office: Office) -> None:
    _sell(office, 0, "Ana Pop")
    assert "row-link" in sign_in("agent", office.places[0]).get("/admin/bookings/").text
    elsewhere = sign_in("manager", office.places[2])
    for page in ("bookings", "tickets", "payments", "refunds", "messages", "mailbox"):
        assert 'class="row-link"' not in elsewhere.get(f"/admin/{page}/").text
    assert "Lisboa" in elsewhere.get("/admin/schedules/").text, "its departures call there"


def test_a_page_says_whether_there_is_another(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    for number in range(60):
        place = {
            "name": f"Stop {number:02d}",
            "code": f"s{number}",
            "kind": "stop",
            "timezone": "Europe/Lisbon",
        }
        browser.post("/admin/places/new/", data=place)
    first = browser.get("/admin/places/?q=stop").text
    second = browser.get("/admin/places/?q=stop&page=1").text
    assert first.count('class="row-link"') == 50
    assert "page=1" in first
    assert second.count('class="row-link"') == 10
    assert "There is no such page" in browser.get("/admin/places/?page=150").text
    turned = browser.get("/admin/places/?q=stop&sort=code&desc=1").text
    assert turned.index("Stop 59") < turned.index("Stop 51")


def test_a_bad_filter_says_what_is_wrong_with_it(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("admin")
    assert "please give a day" in browser.get("/admin/activity/?from=yesterday").text
    assert "there is no such choice" in browser.get("/admin/bookings/?status=lost").text


def test_what_needs_someone_is_named_with_its_page(sign_in: SignIn, office: Office, clock) -> None:
    from core.accounts import kiosks
    from core.payments.models import WebhookEvent

    kiosks.start_pairing("New kiosk")
    db.session.add(WebhookEvent(gateway="simulated", event_id="e1", payload={}, effect="parked"))
    db.session.commit()
    page = sign_in("admin").get("/admin/").text
    assert '<a href="/admin/kiosks/">1 kiosk waits</a>' in page
    assert '<a href="/admin/reconciliation/">1 gateway message fits nothing</a>' in page
    assert "simulated e1" in sign_in("manager").get("/admin/reconciliation/").text
    assert "all is well" not in page


def test_a_departure_without_a_headsign_goes_to_its_last_stop(office: Office) -> None:
    pattern_id = db.session.scalar(select(Schedule.pattern_id).where(Schedule.id == office.schedule_id))
    assert last_stops({pattern_id}) == {pattern_id: "Porto"}


def test_a_time_on_another_clock_than_the_offices_says_whose(app: Flask) -> None:
    moment = datetime(2026, 11, 20, 12, 45, tzinfo=UTC)
    with app.test_request_context():
        g.office_zone = ZoneInfo("Europe/Bucharest")
        assert formats.when(moment) == "20 Nov, 14:45"
        assert formats.when(moment, "Europe/Athens") == "20 Nov, 14:45", "the same time there"
        assert formats.when(moment, "Europe/Lisbon") == "20 Nov, 12:45 (Lisbon)"
