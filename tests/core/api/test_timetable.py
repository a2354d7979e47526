from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from core.accounts.throttle import Counters
from core.kernel.db import db, transaction
from core.timetable.layouts import plan as drawn
from tests.support.factories import departure_of, make_office, new_schedule


@pytest.fixture
def day(office):
    """The local day of the departure (Lisbon)."""
    from zoneinfo import ZoneInfo

    return office.departure_at.astimezone(ZoneInfo("Europe/Lisbon")).date()


def test_places_are_found_in_any_spelling(cast, office):
    found = cast.nobody.get("/places", q="santarem").json["places"]
    assert [place["name"] for place in found] == ["Santarém"]
    assert cast.nobody.get(f"/places/{found[0]['id']}").json == found[0]
    assert cast.nobody.get(f"/places/{uuid4()}").status_code == 404


def test_places_are_listed_in_pages(cast, office):
    names, cursor = [], None
    for _ in range(4):
        page = cast.nobody.get("/places", limit=2, **({"cursor": cursor} if cursor else {})).json
        names += [place["name"] for place in page["places"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert names == ["Aveiro", "Coimbra", "Leiria", "Lisboa", "Porto", "Santarém"]


def test_a_route_shows_its_patterns_of_stops(cast, office):
    routes = cast.nobody.get("/routes", operator_id=str(office.operator_id)).json["routes"]
    assert [route["name"] for route in routes] == ["Lisboa – Porto"]
    shown = cast.nobody.get(f"/routes/{office.route_id}").json
    assert [stop["name"] for stop in shown["patterns"][0]["stops"]][:2] == ["Lisboa", "Santarém"]
    assert cast.nobody.get(f"/routes/{uuid4()}").status_code == 404


def test_schedules_are_listed_shown_and_detailed(cast, office):
    listed = cast.nobody.get("/schedules", route_id=str(office.route_id)).json["schedules"]
    assert [each["id"] for each in listed] == [str(office.schedule_id)]
    assert cast.nobody.get(f"/schedules/{office.schedule_id}").json == listed[0]
    details = cast.nobody.get(f"/schedules/{office.schedule_id}/details").json
    assert (details["seats_left"], details["price_from"]) == (12, {"amount": 2600, "currency": "EUR"})
    assert [stop["position"] for stop in details["stops"]] == [0, 1, 2, 3, 4, 5]


def test_a_search_joins_prices_and_seats_for_any_two_stops_in_order(cast, office, day, hold):
    cast.customer.post("/reservations/create", hold(0, 1, first=0, last=2))
    asked = {"origin": str(office.places[1]), "destination": str(office.places[3]), "date": day.isoformat()}
    found = cast.guest.get("/schedules/search", **asked).json["connections"]
    assert len(found) == 1
    assert (found[0]["from_position"], found[0]["to_position"]) == (1, 3)
    assert (found[0]["seats_left"], found[0]["via"]) == (10, ["Leiria"])
    assert found[0]["price_from"] == {"amount": 1700, "currency": "EUR"}
    back = {**asked, "origin": asked["destination"], "destination": asked["origin"]}
    assert cast.guest.get("/schedules/search", **back).json["connections"] == []


def test_a_search_takes_codes_of_places_too(cast, office, day):
    codes = db.session.execute(
        text("SELECT code FROM places WHERE id = ANY(:ids) ORDER BY code"), {"ids": list(office.places)}
    ).scalars()
    by_town = {code.split("-")[1]: code for code in codes}
    asked = {"origin": by_town["Lisboa"], "destination": by_town["Porto"], "date": day.isoformat()}
    assert len(cast.guest.get("/schedules/search", **asked).json["connections"]) == 1
    answer = cast.guest.get("/schedules/search", **{**asked, "origin": "nowhere"})
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_place")


def test_sold_out_departures_are_dropped_unless_asked_for(cast, office, day, hold):
    for who, seats in (("guest", range(6)), ("customer", range(6, 12))):
        assert cast[who].post("/reservations/create", hold(*seats)).status_code == 201
    asked = {"origin": str(office.places[0]), "destination": str(office.places[5]), "date": day.isoformat()}
    assert cast.guest.get("/schedules/search", **asked).json["connections"] == []
    shown = cast.guest.get("/schedules/search", include_sold_out="true", **asked).json["connections"]
    assert [each["seats_left"] for each in shown] == [0]


@pytest.mark.parametrize("sort", ["price", "departure", "duration"])
def test_a_search_comes_in_pages_that_miss_and_repeat_nothing(cast, office, day, sort):
    with transaction() as session:
        for minutes in (5, 10, 15, 20):
            session.add(
                new_schedule(office.operator_id, office.route_id, office.pattern_id, office.layout_id,
                             office.vehicle_id, office.departure_at + timedelta(minutes=minutes))
            )  # fmt: skip
    asked = {"origin": str(office.places[0]), "destination": str(office.places[5]), "sort": sort}
    whole = cast.guest.get("/schedules/search", date=day.isoformat(), **asked).json["connections"]
    seen, cursor = [], None
    while True:
        more: dict[str, str] = {"cursor": cursor} if cursor else {}
        page = cast.guest.get("/schedules/search", date=day.isoformat(), limit=2, **asked, **more).json
        seen += page["connections"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == whole
    assert len(whole) >= 2


def test_a_cursor_of_another_search_is_refused(cast, office, day):
    asked = {"origin": str(office.places[0]), "destination": str(office.places[5]), "date": day.isoformat()}
    for cursor in ("x", "bnVsbA", "W10", "%00", "WyJkZXBhcnR1cmUiLDEsMSwieCIsMV0", "é"):
        answer = cast.guest.get("/schedules/search", cursor=cursor, **asked)
        assert (answer.status_code, answer.json["code"]) == (400, "bad_cursor"), cursor


def test_a_guest_address_searches_a_hundred_times_an_hour(app, cast, office, day, monkeypatch):
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    counters = Counters("memory://")
    monkeypatch.setitem(app.extensions, "bookinghall_counters", counters)
    monkeypatch.setattr("core.api.resources.schedules.GUEST_SEARCHES", "3 per hour")
    asked = {"origin": str(office.places[0]), "destination": str(office.places[5]), "date": day.isoformat()}
    answers = [cast.guest.get("/schedules/search", **asked).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert cast.customer.get("/schedules/search", **asked).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [({"date": "tomorrow"}, "date"), ({"date": "2026-02-30"}, "date"), ({"origin": ""}, "origin"),
     ({"sort": "colour"}, "sort"), ({"limit": "0"}, "limit"), ({"limit": "1e9"}, "limit"), ({"x": "1"}, "x"),
     ({"passengers": "-1"}, "passengers"), ({"destination": "a\x00b"}, "destination")],
)  # fmt: skip
def test_a_search_that_is_wrong_names_the_field(cast, office, day, change, field):
    asked = {"origin": str(office.places[0]), "destination": str(office.places[5]), "date": day.isoformat()}
    answer = cast.guest.get("/schedules/search", **{**asked, **change})
    assert (answer.status_code, answer.json["field"]) == (422, field)


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31"])
def test_a_search_at_the_ends_of_time_finds_nothing(cast, office, date):
    asked = {"origin": str(office.places[0]), "destination": str(office.places[5]), "date": date}
    assert cast.guest.get("/schedules/search", **asked).json["connections"] == []


def test_seats_have_state_type_and_price_and_the_map_a_version(cast, office, hold):
    path = f"/schedules/{office.schedule_id}/seats"
    before = cast.guest.get(path).json
    assert {seat["state"] for seat in before["seats"]} == {"available"}
    assert before["seats"][0]["price"] == {"amount": 2600, "currency": "EUR"}
    cast.customer.post("/reservations/create", hold(0, first=0, last=2))
    after = cast.guest.get(path, **{"from": 1, "to": 3}).json
    assert after["seats"][0]["state"] == "reserved"
    assert after["seats"][0]["held_until"]
    assert after["version"] != before["version"]
    assert after["available"] == 11
    assert cast.guest.get(path, **{"from": 2, "to": 5}).json["seats"][0]["state"] == "available"


@pytest.mark.parametrize("stretch", [{"from": 3, "to": 3}, {"from": 4, "to": 2}, {"to": 99}, {"from": 5}])
def test_a_stretch_that_nobody_can_travel_is_refused(cast, office, stretch):
    for path in ("seats", "best"):
        answer = cast.guest.get(f"/schedules/{office.schedule_id}/{path}", **stretch)
        assert (answer.status_code, answer.json["code"]) == (422, "bad_stretch")


def test_availability_is_told_without_holding(cast, office, hold):
    cast.customer.post("/reservations/create", hold(0))
    path = f"/schedules/{office.schedule_id}/check-availability"
    asked = {"from_position": 0, "to_position": 5}
    some = cast.guest.post(path, {**asked, "seat_ids": [str(seat) for seat in office.seats[:2]]}).json
    assert (some["available"], [seat["state"] for seat in some["seats"]]) == (
        False,
        ["reserved", "available"],
    )
    free = cast.guest.post(path, {**asked, "seat_ids": [str(seat) for seat in office.seats[1:3]]}).json
    assert (free["available"], free["price"]) == (True, {"amount": 5200, "currency": "EUR"})
    foreign = cast.guest.post(path, {**asked, "seat_ids": [str(make_office().seats[0])]})
    assert (foreign.status_code, foreign.json["code"]) == (422, "unknown_seat")


@pytest.fixture
def accessible_id(office):
    """A departure whose first row is a wheelchair place, its companion's seat, an aisle and two more seats."""
    return departure_of(
        office, drawn(f"w-{uuid4().hex[:6]}", "Accessible", ("WC_SS", "SS_SS"), lettered=True)
    )


def _best(answer):
    return [seat["number"] for seat in answer.json["seats"]]


def test_the_best_seats_are_told_with_their_price(cast, office, hold):
    path = f"/schedules/{office.schedule_id}/best"
    whole = cast.guest.get(path, count=2).json
    assert [seat["number"] for seat in whole["seats"]] == ["1A", "1B"]
    assert (whole["from_position"], whole["to_position"]) == (0, 5)
    assert whole["seats"][0]["price"] == {"amount": 2600, "currency": "EUR"}
    cast.customer.post("/reservations/create", hold(0, 1, first=0, last=2))
    assert _best(cast.guest.get(path, **{"from": 1, "to": 3, "count": 2})) == ["1C", "1D"]
    assert _best(cast.guest.get(path, **{"from": 2, "to": 5, "count": 2})) == ["1A", "1B"]
    assert _best(cast.guest.get(path, count=13)) == []


def test_wheelchair_places_are_among_the_best_only_when_asked_for(cast, accessible_id):
    path = f"/schedules/{accessible_id}/best"
    assert _best(cast.guest.get(path, count=1)) == ["1D"]
    assert _best(cast.guest.get(path, count=3, wheelchairs=1)) == ["1A", "1B", "1C"]
    assert _best(cast.guest.get(path, count=2, wheelchairs=2)) == []


@pytest.mark.parametrize(
    "query", [{"count": 0}, {"count": 51}, {"wheelchairs": -1}, {"count": "x"}, {"seats": 2}]
)
def test_best_seats_for_nobody_are_refused(cast, office, query):
    answer = cast.guest.get(f"/schedules/{office.schedule_id}/best", **query)
    assert (answer.status_code, answer.json["field"]) == (422, next(iter(query)))


def test_a_companions_seat_alone_is_refused_with_its_number(cast, accessible_id, hold):
    seats = cast.guest.get(f"/schedules/{accessible_id}/seats").json["seats"]
    asked = {**hold(0), "schedule_id": str(accessible_id)}
    asked["passengers"] = [{**asked["passengers"][0], "seat_id": seats[1]["id"]}]
    answer = cast.customer.post("/reservations/create", asked)
    assert (answer.status_code, answer.json["code"]) == (422, "companion_needs_wheelchair")
    assert answer.json["seats"] == ["1B"]
    assert "1B" in answer.json["title"] + answer.json.get("detail", "")


def test_generating_seats_says_how_many_there_are(cast, office):
    path = f"/schedules/{office.schedule_id}/generate-seats"
    assert cast.manager.post(path).json["seats"] == 12
    assert cast.manager.post(f"/schedules/{uuid4()}/generate-seats").status_code == 404


@pytest.mark.parametrize("path", ["", "/details", "/seats", "/best"])
def test_an_unknown_schedule_is_not_found(cast, path):
    assert cast.guest.get(f"/schedules/{uuid4()}{path}").status_code == 404
    assert cast.guest.get(f"/schedules/{uuid4()}/seats", **{"from": 0, "to": 1}).status_code == 404
