"""Edits of the business: each through its service, with before and after in the activity log."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from core.kernel.activity import ActivityEntry
from core.kernel.db import db, transaction
from core.pricing.models import Fare, PassengerFare, SeatCharge, Tariff
from core.timetable.models import Operator, Place, Policy, Route, Schedule, Vehicle
from tests.admin.conftest import SignIn
from tests.support.factories import Office


def _newest(action: str) -> ActivityEntry:
    return db.session.scalars(
        select(ActivityEntry).where(ActivityEntry.action == action).order_by(ActivityEntry.id.desc())
    ).one()


def _form(page: str, **changed: str) -> dict[str, str]:
    """The fields of a page's first form as the browser would send them."""
    from html.parser import HTMLParser

    found: dict[str, str] = {}

    class Reader(HTMLParser):
        select_name = ""
        area = ""
        done = False

        def handle_starttag(self, tag, attrs):
            given = dict(attrs)
            name = given.get("name") or ""
            if self.done or name == "csrf_token":
                return
            if tag == "input" and (given.get("type") != "checkbox" or "checked" in given) and name:
                found[name] = given.get("value") or ("y" if given.get("type") == "checkbox" else "")
            self.select_name = name if tag == "select" else self.select_name
            self.area = name if tag == "textarea" else ""
            if (
                tag == "option"
                and self.select_name
                and (self.select_name not in found or "selected" in given)
            ):
                found[self.select_name] = given.get("value") or ""

        def handle_data(self, data):
            if self.area:
                found[self.area] = found.get(self.area, "") + data.lstrip("\r\n")

        def handle_endtag(self, tag):
            self.select_name = "" if tag == "select" else self.select_name
            self.area = "" if tag == "textarea" else self.area

    main = page[page.index('class="card sheet"') :]
    Reader().feed(main[: main.index("</form>")])
    return {**found, **changed}


def test_a_platform_is_changed_and_logged(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    address = f"/admin/schedules/edit/?id={office.schedule_id}"
    answer = browser.post(address, data=_form(browser.get(address).text, platform="12"))
    assert answer.location == f"/admin/schedules/{office.schedule_id}/"
    deed = _newest("schedule.changed")
    assert (deed.before, deed.after) == ({"platform": "4"}, {"platform": "12"})


def test_an_expected_time_is_read_on_the_operators_clock(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    address = f"/admin/schedules/edit/?id={office.schedule_id}"
    late = (office.departure_at + timedelta(minutes=25)).astimezone(ZoneInfo("Europe/Lisbon"))
    typed = late.strftime("%Y-%m-%dT%H:%M")
    browser.post(address, data=_form(browser.get(address).text, estimated_departure_at=typed))
    found = db.session.get(Schedule, office.schedule_id).estimated_departure_at
    assert found == late.replace(second=0, microsecond=0)


def test_a_time_that_the_clocks_skip_is_refused(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    address = f"/admin/schedules/edit/?id={office.schedule_id}"
    typed = _form(browser.get(address).text, departure_at="2028-03-26T01:30")

    assert "clocks skip it" in browser.post(address, data=typed).text
    assert db.session.get(Schedule, office.schedule_id).departure_at == office.departure_at


def test_the_second_of_two_equal_times_stays_the_second_when_a_form_is_saved(
    sign_in: SignIn, office: Office
) -> None:
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)  # 01:30 in Lisbon, as an hour before
    with transaction() as session:
        run = session.get_one(Schedule, office.schedule_id)
        run.departure_at, run.arrival_at = second, second + timedelta(hours=5)
    browser = sign_in("manager")
    address = f"/admin/schedules/edit/?id={office.schedule_id}"
    browser.post(address, data=_form(browser.get(address).text, platform="12"))

    run = db.session.get_one(Schedule, office.schedule_id, populate_existing=True)
    assert (run.platform, run.departure_at) == ("12", second)


def test_saving_a_form_unchanged_changes_nothing(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("admin")
    for thing, row in (
        ("schedules", office.schedule_id), ("operators", office.operator_id), ("places", office.places[0]),
        ("routes", office.route_id), ("vehicles", office.vehicle_id),
    ):  # fmt: skip
        address = f"/admin/{thing}/edit/?id={row}"
        answer = browser.post(address, data=_form(browser.get(address).text))
        assert answer.status_code == 302, thing
    changed = db.session.scalars(select(ActivityEntry.action).where(ActivityEntry.action.like("%.changed")))
    assert list(changed) == []


@pytest.mark.parametrize(
    ("thing", "row", "changed"),
    [
        ("operators", "operator_id", {"name": "Rede Nova"}),
        ("places", "place_id", {"name": "Lisboa Oriente"}),
        ("routes", "route_id", {"name": "Lisboa – Porto expresso"}),
        ("vehicles", "vehicle_id", {"number": "PT-999"}),
        ("layouts", "layout_id", {"name": "Old coach"}),
    ],
)
def test_what_is_changed_is_logged_with_what_was_before(
    sign_in: SignIn, office: Office, thing: str, row: str, changed: dict[str, str]
) -> None:
    browser = sign_in("admin")
    which = office.places[0] if row == "place_id" else getattr(office, row)
    address = f"/admin/{thing}/edit/?id={which}"
    assert browser.post(address, data=_form(browser.get(address).text, **changed)).status_code == 302
    deed = _newest(f"{thing.removesuffix('s')}.changed")
    assert set(changed.values()) <= set(deed.after.values())
    assert set(deed.before) == set(deed.after)


def test_the_next_status_of_a_run_is_logged(sign_in: SignIn, office: Office) -> None:
    sign_in("manager").post(f"/admin/schedules/{office.schedule_id}/status", data={"status": "boarding"})
    deed = _newest("schedule.changed")
    assert (deed.before, deed.after) == ({"status": "scheduled"}, {"status": "boarding"})


def test_a_departure_is_called_off_with_a_reason_only(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    form = {"schedule": str(office.schedule_id), "kind": "cancelled"}
    browser.post("/admin/disruptions/plan", data={**form, "reason": " "})
    assert db.session.get(Schedule, office.schedule_id).status == "scheduled"
    browser.post("/admin/disruptions/plan", data={**form, "reason": "Snow on the line"})
    deed = _newest("schedule.cancelled")
    assert (deed.reason, deed.after) == ("Snow on the line", {"status": "cancelled"})


def test_a_departure_is_planned_like_another(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    moment = (office.departure_at + timedelta(days=3)).astimezone(ZoneInfo("Europe/Lisbon"))
    data = {
        "departure_at": moment.strftime("%Y-%m-%dT%H:%M"),
        "vehicle_id": str(office.vehicle_id),
        "platform": "2",
    }
    answer = browser.post(f"/admin/schedules/new/?like={office.schedule_id}", data=data)
    assert answer.status_code == 302
    planned = db.session.scalars(select(Schedule).where(Schedule.id != office.schedule_id)).one()
    assert (planned.pattern_id, planned.layout_id, planned.platform) == (
        office.pattern_id,
        office.layout_id,
        "2",
    )


def test_saved_rules_are_a_new_version(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    address = f"/admin/operators/{office.operator_id}/rules"
    form = _form(browser.get(address).text, hold_minutes="20")
    form.update(
        {"refund_ladder-0-hours": "48", "refund_ladder-0-percent": "90", "refund_ladder-0-fee": "2.50"}
    )
    assert browser.post(address, data=form).status_code == 303
    versions = list(
        db.session.scalars(
            select(Policy).where(Policy.operator_id == office.operator_id).order_by(Policy.version)
        )
    )
    assert [(each.version, each.active, each.hold_minutes) for each in versions] == [
        (1, False, 15),
        (2, True, 20),
    ]
    assert versions[1].refund_ladder[0] == {"hours": 48, "percent": 90, "fee": 250}
    deed = _newest("policy.changed")
    assert (deed.before["hold_minutes"], deed.after["hold_minutes"]) == (15, 20)


@pytest.mark.parametrize(
    ("field", "value"),
    [("hold_minutes", "0"), ("max_seats", "x"), ("refund_ladder-0-hours", "-4"), ("refund_ladder-0-fee", "many"),
     ("refund_ladder-0-percent", "101"), ("kiosk", "Full Name!"), ("check_in_opens_hours", "5")],
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused(
    field: str, value: str, sign_in: SignIn, office: Office
) -> None:
    browser = sign_in("manager")
    address = f"/admin/operators/{office.operator_id}/rules"
    answer = browser.post(address, data=_form(browser.get(address).text, **{field: value}))
    assert answer.status_code == 200
    assert 'class="error"' in answer.text or 'class="notice stop"' in answer.text
    assert len(list(db.session.scalars(select(Policy).where(Policy.operator_id == office.operator_id)))) == 1


def test_the_tariff_is_set_in_major_units(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    address = f"/admin/prices/{office.operator_id}/"
    form = {
        "base": "12.50",
        "per_km": "0,07",
        "minimum": "5",
        "booking_fee": "1",
        "round_to": "0.10",
        "tax_per_mille": "90",
    }
    assert browser.post(address, data=form).status_code == 303
    tariff = db.session.get(Tariff, office.operator_id)
    assert (tariff.base, tariff.per_km, tariff.minimum, tariff.round_to) == (1250, 7, 500, 10)
    assert (
        browser.post(address, data={**form, "base": "1.999"}).text.count("This currency has fewer decimals")
        == 1
    )


def test_seat_charges_and_passenger_types_come_and_go(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    base = f"/admin/prices/{office.operator_id}"
    browser.post(f"{base}/seat-charge", data={"subject": "legroom", "amount": "4.00"})
    browser.post(f"{base}/passenger-fare", data={"passenger_type": "child", "percent": "50"})
    assert db.session.scalars(select(SeatCharge.amount)).one() == 400
    assert db.session.scalars(select(PassengerFare.percent)).one() == 50
    browser.post(f"{base}/seat-charge", data={"subject": "legroom", "amount": ""})
    browser.post(f"{base}/passenger-fare", data={"passenger_type": "child", "percent": ""})
    assert not db.session.scalars(select(SeatCharge.amount)).all()
    assert not db.session.scalars(select(PassengerFare.percent)).all()
    page = browser.post(
        f"{base}/passenger-fare", data={"passenger_type": "child", "percent": "500"}, follow_redirects=True
    )
    assert "0 to 100 per cent" in page.text


def test_a_fixed_fare_is_added_changed_and_taken_away(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    places = [db.session.get(Place, office.places[n]) for n in (0, 5)]
    form = {
        "route": str(office.route_id),
        "origin": f"Lisboa ({places[0].code})",
        "destination": places[1].code,
    }
    assert browser.post("/admin/fares/new/", data={**form, "amount": "19.90"}).status_code == 302
    fare = db.session.scalars(select(Fare)).one()
    assert fare.amount == 1990
    address = f"/admin/fares/edit/?id={fare.id}"
    assert 'value="19.90"' in browser.get(address).text
    browser.post(address, data={"amount": "21"})
    assert db.session.scalars(select(Fare.amount)).one() == 2100
    browser.post(address, data={"amount": ""})
    assert not db.session.scalars(select(Fare)).all()


def test_things_are_added_and_end_without_being_deleted(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("admin")
    operator = {"name": "Nova", "code": "nova", "trade": "bus", "currency": "RON", "timezone": "Europe/Bucharest",
                "language": "ro", "reference_prefix": "N"}  # fmt: skip
    assert browser.post("/admin/operators/new/", data=operator).status_code == 302
    place = {
        "name": "Gara Nouă",
        "code": "gn",
        "kind": "station",
        "timezone": "Europe/Bucharest",
        "latitude": "44.4",
    }
    assert browser.post("/admin/places/new/", data=place).status_code == 302
    route = {"operator": str(office.operator_id), "code": "9", "name": "Lisboa – Faro"}
    assert browser.post("/admin/routes/new/", data=route).status_code == 302
    vehicle = {"operator": str(office.operator_id), "number": "99", "layout": str(office.layout_id), "standard": "deluxe",
               "amenities": "wifi, toilet"}  # fmt: skip
    assert browser.post("/admin/vehicles/new/", data=vehicle).status_code == 302
    assert db.session.scalars(select(Vehicle).where(Vehicle.number == "99")).one().amenities == [
        "wifi",
        "toilet",
    ]
    assert db.session.scalars(select(Operator).where(Operator.code == "nova")).one().currency == "RON"
    new = db.session.scalars(select(Route).where(Route.code == "9")).one()
    address = f"/admin/routes/edit/?id={new.id}"
    form = _form(browser.get(address).text)
    form.pop("active")
    browser.post(address, data=form)
    assert _newest("route.deactivated").before == {"active": True}


def test_a_code_that_is_used_says_so(sign_in: SignIn, office: Office) -> None:
    taken = db.session.get(Place, office.places[0]).code
    place = {"name": "Twin", "code": taken, "kind": "station", "timezone": "Europe/Lisbon"}
    assert "This code is used already." in sign_in("manager").post("/admin/places/new/", data=place).text


def test_places_are_suggested_by_any_spelling(sign_in: SignIn, office: Office) -> None:
    found = sign_in("manager").get("/admin/places/suggest.json?q=santarem").json
    assert found[0].startswith("Santarém (")
