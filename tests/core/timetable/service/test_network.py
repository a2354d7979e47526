"""Places, routes and patterns."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from core.kernel.activity import ActivityEntry
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.timetable import service
from core.timetable.models import Pattern, PatternStop, Place, Route
from core.timetable.queries import find_places
from core.timetable.rules import fold
from core.timetable.service import PlannedStop
from tests.support.bad_strings import BAD_STRINGS
from tests.support.factories import CLERK, Office, make_office

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def office(db_session: object) -> Office:
    return make_office()


def test_a_place_is_kept_with_a_name_for_finding_it() -> None:
    place = service.create_place(
        code="tm",
        name="  Timişoara   Nord ",
        timezone="Europe/Bucharest",
        actor=CLERK,
        country="ro",
        latitude=45.75,
    )
    kept = db.session.get(Place, place)
    assert kept is not None
    assert (kept.name, kept.search_name, kept.country) == ("Timişoara Nord", "timisoara nord", "RO")
    service.change_place(place, CLERK, name="Temeswar")
    assert db.session.get(Place, place).search_name == "temeswar"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("latitude", 91),
        ("longitude", float("nan")),
        ("latitude", "x"),
        ("country", "XX"),
        ("kind", "moon"),
        ("city", 5),
    ],
)
def test_what_is_wrong_about_a_place_names_its_field(field: str, value: object) -> None:
    with pytest.raises(RuleBroken) as caught:
        service.create_place(code="x", name="X", timezone="UTC", actor=CLERK, **{field: value})
    assert caught.value.code == f"invalid_{field}"


def test_a_route_code_is_used_once_per_operator(office: Office) -> None:
    other = make_office()
    service.create_route(operator_id=office.operator_id, code="9", name="Nine", actor=CLERK)
    service.create_route(operator_id=other.operator_id, code="9", name="Nine", actor=CLERK)
    with pytest.raises(service.CodeTaken):
        service.create_route(operator_id=office.operator_id, code="9", name="Nine", actor=CLERK)
    with pytest.raises(NotFound):
        service.create_route(operator_id=uuid4(), code="9", name="Nine", actor=CLERK)


def test_a_route_has_a_colour_or_none(office: Office) -> None:
    service.change_route(office.route_id, CLERK, color="#ff8800")
    assert db.session.get(Route, office.route_id).color == "FF8800"
    with pytest.raises(RuleBroken):
        service.change_route(office.route_id, CLERK, color="orange")


def stops(places: tuple[UUID, ...], *times: tuple[int, int]) -> list[PlannedStop]:
    return [PlannedStop(place, *pair) for place, pair in zip(places, times, strict=False)]


def test_a_pattern_keeps_its_stops_and_nobody_boards_at_the_end(office: Office) -> None:
    pattern = service.create_pattern(
        route_id=office.route_id,
        stops=stops(office.places, (0, 0), (60, 90), (200, 250)),
        actor=CLERK,
        headsign="Leiria",
    )
    rows = (
        db.session.execute(
            select(PatternStop).where(PatternStop.pattern_id == pattern).order_by(PatternStop.position)
        )
        .scalars()
        .all()
    )
    assert [(s.arrival_offset, s.departure_offset, s.boarding, s.alighting) for s in rows] == [
        (0, 0, True, False), (60, 90, True, True), (200, 200, False, True),
    ]  # fmt: skip
    assert db.session.get(Pattern, pattern).legs == 2


def test_the_same_stops_are_the_same_pattern(office: Office) -> None:
    planned = stops(office.places, (0, 0), (60, 60))
    first = service.create_pattern(route_id=office.route_id, stops=planned, actor=CLERK)
    assert service.create_pattern(route_id=office.route_id, stops=planned, actor=CLERK) == first
    assert service.create_pattern(route_id=office.route_id, stops=planned, actor=CLERK, headsign="X") != first


@pytest.mark.parametrize(
    "times",
    [
        [],
        [(0, 0)],
        [(0, 5), (9, 9)],
        [(0, 0), (-5, -5)],
        [(0, 0), (60, 30), (90, 90)],
        [(0, 0), (10**9, 10**9)],
    ],
)
def test_stops_that_make_no_pattern_are_refused(office: Office, times: list[tuple[int, int]]) -> None:
    with pytest.raises(RuleBroken) as caught:
        service.create_pattern(route_id=office.route_id, stops=stops(office.places, *times), actor=CLERK)
    assert caught.value.code == "invalid_stops"


def test_stops_at_unknown_places_are_refused(office: Office) -> None:
    unknown = stops((office.places[0], uuid4()), (0, 0), (60, 60))
    with pytest.raises(RuleBroken):
        service.create_pattern(route_id=office.route_id, stops=unknown, actor=CLERK)


@pytest.mark.parametrize("table", ["patterns", "pattern_stops"])
def test_the_database_refuses_to_change_a_pattern(office: Office, table: str) -> None:
    column = {"patterns": "legs", "pattern_stops": "departure_offset"}[table]
    with pytest.raises(Exception, match="patterns_immutable"), transaction() as session:
        session.execute(text(f"UPDATE {table} SET {column} = {column} + 1"))


def test_any_text_is_a_name_that_can_be_found_again_or_is_refused(office: Office) -> None:
    refused = []
    tried = BAD_STRINGS[::2]
    for number, typed in enumerate(tried):
        try:
            place = service.create_place(code=f"bad{number}", name=typed, timezone="UTC", actor=CLERK)
        except RuleBroken as error:
            refused.append(error.code)
            continue
        kept = db.session.get(Place, place)
        assert kept is not None
        words = fold(kept.name)
        assert kept.search_name == words
        found = [found.id for found in find_places(kept.name, limit=500)]
        assert place in found or not words or len(words.split()) > 8
        db.session.rollback()
    assert set(refused) == {"invalid_name"}
    assert len(refused) < len(tried) / 5


def test_a_changed_name_can_be_read_in_the_log(office: Office) -> None:
    service.change_place(office.places[0], CLERK, name="Lisboa Oriente")
    entry = db.session.execute(select(ActivityEntry).order_by(ActivityEntry.id.desc()).limit(1)).scalar_one()
    assert (entry.before["place_name"], entry.after["place_name"]) == ("Lisboa", "Lisboa Oriente")
