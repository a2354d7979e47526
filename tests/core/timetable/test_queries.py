"""Finding departures, connections and places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, text

from core.kernel.activity import SYSTEM
from core.kernel.clock import now
from core.kernel.db import db
from core.kernel.errors import Malformed, NotFound
from core.timetable import service
from core.timetable.queries import (
    Departure,
    cursor_after,
    departures,
    find_places,
    next_destinations,
    schedule_facts,
    search,
)
from core.timetable.service import PlannedStop
from tests.support.clock import Clock

pytestmark = pytest.mark.usefixtures("db_session")

ZONE = ZoneInfo("Europe/Bucharest")
HOUR = 3600


@dataclass
class Line:
    """A line Ashford – Bexley – Corby – Dover, an hour a leg; `places` by first letter."""

    operator: UUID
    route: UUID
    layout: UUID
    places: dict[str, UUID]

    def pattern(self, stops: str = "abcd", **rules: Sequence[str]) -> UUID:
        """Stops by letter; `no_boarding="b"` and `no_alighting="c"` forbid."""
        planned = [
            PlannedStop(
                self.places[letter], n * HOUR, n * HOUR,
                boarding=letter not in rules.get("no_boarding", ""),
                alighting=letter not in rules.get("no_alighting", ""),
            )
            for n, letter in enumerate(stops)
        ]  # fmt: skip
        return service.create_pattern(route_id=self.route, stops=planned, actor=SYSTEM)

    def run(self, pattern: UUID, at: datetime, **more: str) -> UUID:
        """A departure of the pattern's first stop."""
        return service.create_schedule(
            pattern_id=pattern, departure_at=at, layout_id=self.layout, actor=SYSTEM, **more
        )


@pytest.fixture
def line() -> Line:
    operator = service.create_operator(
        code="aurora", name="Aurora", trade="bus", currency="RON", timezone="Europe/Bucharest", actor=SYSTEM
    )
    route = service.create_route(operator_id=operator, code="1", name="Ashford – Dover", actor=SYSTEM)
    layout = service.create_layout(code="small", name="Small", decks=[["SS_SS"]], actor=SYSTEM)
    names = {"a": "Ashford", "b": "Bexley", "c": "Corby", "d": "Dover", "x": "Nowhere"}
    places = {
        letter: service.create_place(code=name.lower(), name=name, timezone="Europe/Bucharest", actor=SYSTEM)
        for letter, name in names.items()
    }
    return Line(operator, route, layout, places)


def in_hours(hours: float) -> datetime:
    return (now() + timedelta(hours=hours)).replace(microsecond=0)


def day_of(moment: datetime) -> date:
    return moment.astimezone(ZONE).date()


def tomorrow_at(hour: int, minute: int = 0) -> datetime:
    day = day_of(now()) + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def ids(found: list[Departure]) -> list[UUID]:
    return [departure.schedule_id for departure in found]


# -- the board ----------------------------------------------------------------------------------------


def test_the_board_lists_what_leaves_soonest_first(line: Line) -> None:
    pattern = line.pattern()
    later, sooner = line.run(pattern, in_hours(3)), line.run(pattern, in_hours(1), platform="7")

    board = departures(line.places["a"])

    assert ids(board) == [sooner, later]
    first = board[0]
    assert (first.origin_name, first.destination_name, first.via) == ("Ashford", "Dover", ["Bexley", "Corby"])
    assert (first.from_position, first.to_position, first.legs, first.platform) == (0, 3, 3, "7")
    assert first.arrival_at - first.departure_at == timedelta(hours=3)
    assert first.departure_at - first.sales_close_at == timedelta(minutes=5)
    assert (first.operator_name, first.currency, first.status) == ("Aurora", "RON", "scheduled")


def test_at_a_stop_on_the_way_the_board_shows_its_own_times(line: Line) -> None:
    start = in_hours(1)
    line.run(line.pattern(), start)
    (departure,) = departures(line.places["b"])
    assert (departure.from_position, departure.departure_at) == (1, start + timedelta(hours=1))
    assert departures(line.places["d"]) == []


def test_what_has_left_is_gone_from_the_board_unless_it_is_late(line: Line, clock: Clock) -> None:
    pattern = line.pattern()
    punctual, late = line.run(pattern, in_hours(1)), line.run(pattern, in_hours(1))
    service.change_schedule(late, SYSTEM, estimated_departure_at=in_hours(2))
    clock.move(minutes=90)

    board = departures(line.places["a"])

    assert ids(board) == [late]
    assert board[0].estimated_departure_at is not None
    assert punctual in ids(departures(line.places["b"]))


def test_the_board_ends_after_the_hours_asked_for_and_at_its_limit(line: Line) -> None:
    pattern = line.pattern()
    runs = [line.run(pattern, in_hours(n)) for n in (1, 2, 30)]
    assert ids(departures(line.places["a"])) == runs[:2]
    assert ids(departures(line.places["a"], hours=48)) == runs
    assert ids(departures(line.places["a"], hours=48, limit=1)) == runs[:1]
    assert ids(departures(line.places["a"], after=in_hours(1.5), hours=48)) == runs[1:]


def test_cancelled_runs_stay_on_the_board_as_such(line: Line) -> None:
    run = line.run(line.pattern(), in_hours(1))
    service.cancel_schedule(run, SYSTEM, "Snow")
    assert [d.status for d in departures(line.places["a"])] == ["cancelled"]


def test_the_board_can_be_asked_for_a_destination_by_place_or_by_the_start_of_a_word(line: Line) -> None:
    line.run(line.pattern(), in_hours(1))
    line.run(line.pattern("ad"), in_hours(2))

    by_place = departures(line.places["a"], destination_id=line.places["c"])
    by_word = departures(line.places["a"], text="COR")

    assert by_place == by_word
    assert [(d.destination_name, d.to_position, d.via) for d in by_place] == [("Corby", 2, ["Bexley"])]
    assert departures(line.places["a"], text="orby") == []
    assert departures(line.places["a"], text="%") == []


def test_where_nobody_may_get_on_nothing_leaves(line: Line) -> None:
    line.run(line.pattern(no_boarding="b", no_alighting="c"), in_hours(1))
    assert departures(line.places["b"]) == []
    assert departures(line.places["a"], destination_id=line.places["c"]) == []
    assert departures(line.places["a"])[0].via == ["Bexley"]


def test_an_inactive_operator_sells_nothing(line: Line) -> None:
    line.run(line.pattern(), tomorrow_at(9))
    service.change_operator(line.operator, SYSTEM, active=False)
    assert departures(line.places["a"], hours=72) == []
    assert search(line.places["a"], line.places["b"], day_of(tomorrow_at(9))) == []


def test_times_far_away_are_no_error(line: Line) -> None:
    line.run(line.pattern(), in_hours(1))
    ends = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    assert [departures(line.places["a"], after=end) for end in ends] == [[], []]
    assert departures(line.places["a"], hours=10**9) != []
    assert departures(uuid4()) == []


# -- search -------------------------------------------------------------------------------------------


def test_any_two_stops_in_order_are_a_connection_and_no_others(line: Line) -> None:
    run = line.run(line.pattern(), tomorrow_at(9))
    day = day_of(tomorrow_at(9))
    letters = "abcd"
    for i, a in enumerate(letters):
        for j, b in enumerate(letters):
            found = search(line.places[a], line.places[b], day)
            assert ids(found) == ([run] if i < j else []), (a, b)
    assert search(line.places["a"], line.places["x"], day) == []


def test_the_date_is_that_of_the_origin(line: Line) -> None:
    line.run(line.pattern(), tomorrow_at(23, 30))
    day = day_of(tomorrow_at(9))
    assert len(search(line.places["a"], line.places["d"], day)) == 1
    assert search(line.places["b"], line.places["d"], day) == []  # it gets there at half past midnight
    assert len(search(line.places["b"], line.places["d"], day + timedelta(days=1))) == 1


def test_the_origins_zone_decides_not_the_operators(line: Line) -> None:
    service.change_place(line.places["a"], SYSTEM, timezone="America/New_York")
    start = tomorrow_at(3)
    line.run(line.pattern(), start)
    local = start.astimezone(ZoneInfo("America/New_York")).date()
    assert local == day_of(start) - timedelta(days=1)
    (found,) = search(line.places["a"], line.places["d"], local)
    assert (found.timezone, found.destination_timezone) == ("America/New_York", "Europe/Bucharest")


def test_a_place_that_is_called_at_twice_gives_the_shortest_ride(line: Line) -> None:
    line.run(line.pattern("abacd"), tomorrow_at(8))
    line.run(line.pattern("acbc"), tomorrow_at(12))
    found = search(line.places["a"], line.places["c"], day_of(tomorrow_at(8)))
    assert [(d.from_position, d.to_position) for d in found] == [(2, 3), (0, 1)]


def test_what_is_cancelled_or_has_left_is_not_offered(line: Line, clock: Clock) -> None:
    pattern = line.pattern()
    early, cancelled, late = (line.run(pattern, tomorrow_at(hour)) for hour in (8, 9, 10))
    service.cancel_schedule(cancelled, SYSTEM, "Snow")
    day = day_of(tomorrow_at(8))
    place, other = line.places["a"], line.places["d"]
    assert ids(search(place, other, day)) == [early, late]
    clock.move(seconds=(tomorrow_at(9) - now()).total_seconds())
    assert ids(search(place, other, day)) == [late]


def test_pages_go_on_where_the_last_ended_even_among_equal_times(line: Line) -> None:
    pattern = line.pattern()
    runs = {line.run(pattern, tomorrow_at(9)) for _ in range(5)}
    pages: list[UUID] = []
    cursor = None
    for _ in range(3):
        page = search(line.places["a"], line.places["d"], day_of(tomorrow_at(9)), limit=2, cursor=cursor)
        pages += ids(page)
        cursor = cursor_after(page[-1])
    assert len(pages) == 5
    assert set(pages) == runs
    assert search(line.places["a"], line.places["d"], day_of(tomorrow_at(9)), cursor=cursor) == []


@pytest.mark.parametrize("cursor", ["x", "", "ÿ", "MjAyNnw=", "bm90fGF8Y3Vyc29y", "=" * 50])
def test_a_cursor_that_is_not_ours_is_malformed(line: Line, cursor: str) -> None:
    def ask() -> list[Departure]:
        return search(line.places["a"], line.places["d"], date(2026, 1, 1), cursor=cursor)

    if cursor:
        with pytest.raises(Malformed):
            ask()
    else:
        assert ask() == []


def test_an_unknown_origin_is_not_found_and_far_dates_are_empty(line: Line) -> None:
    with pytest.raises(NotFound):
        search(uuid4(), line.places["a"], date(2026, 1, 1))
    assert search(line.places["a"], line.places["d"], date.min) == []
    assert search(line.places["a"], line.places["d"], date.max) == []


@pytest.mark.parametrize("kind", ["board", "search"])
def test_a_list_of_any_length_takes_the_same_number_of_statements(line: Line, kind: str) -> None:
    pattern = line.pattern()
    for minute in range(12):
        line.run(pattern, tomorrow_at(9, minute))
    day = day_of(tomorrow_at(9))
    seen: list[str] = []
    connection = db.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *a: seen.append(a[2]))
    if kind == "board":
        found = departures(line.places["a"], hours=72)
    else:
        found = search(line.places["a"], line.places["d"], day)
    assert len(found) == 12
    assert len(seen) == {"board": 1, "search": 2}[kind]


# -- places and one schedule --------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["timisoara", "Timișoara Nord", "TIMIŞOARA  nor", "nord timi"])
def test_a_place_is_found_however_it_is_typed(line: Line, typed: str) -> None:
    place = service.create_place(code="tm", name="Timişoara Nord", timezone="Europe/Bucharest", actor=SYSTEM)
    assert [p.id for p in find_places(typed)] == [place]


def test_the_whole_name_comes_first_then_where_most_runs_call(line: Line) -> None:
    line.pattern("ab")
    for code, name in (("1", "Bexley"), ("2", "Bexley Road"), ("3", "Old Bexley")):
        service.create_place(code=f"bex{code}", name=name, timezone="UTC", actor=SYSTEM)
    assert [p.code for p in find_places("bexley")] == ["bexley", "bex1", "bex2", "bex3"]
    assert len(find_places("bexley", limit=2)) == 2


@pytest.mark.parametrize(
    "typed", ["", "   ", "%", "_", "'; DROP TABLE places; --", "\x00", "a" * 10_000, "😀"]
)
def test_strange_words_find_nothing_and_do_no_harm(line: Line, typed: str) -> None:
    assert find_places(typed) == []
    assert departures(line.places["a"], text=typed or "%") == []
    assert db.session.execute(text("SELECT count(*) FROM places")).scalar_one() == 5


def test_inactive_places_are_not_offered(line: Line) -> None:
    service.change_place(line.places["a"], SYSTEM, active=False)
    assert find_places("ashford") == []


def test_destinations_of_the_coming_hours(line: Line) -> None:
    line.run(line.pattern(), in_hours(1))
    line.run(line.pattern("ac"), in_hours(2))
    line.run(line.pattern("ax"), in_hours(40))
    assert [p.name for p in next_destinations(line.places["a"])] == ["Corby", "Bexley", "Dover"]


def test_the_facts_of_a_run(line: Line) -> None:
    start = in_hours(1)
    run = line.run(line.pattern(no_boarding="b"), start, number="42")

    facts = schedule_facts(run)

    assert [(s.name, s.boarding, s.alighting) for s in facts.stops] == [
        ("Ashford", True, False), ("Bexley", False, True), ("Corby", True, True), ("Dover", False, True),
    ]  # fmt: skip
    assert facts.stop(2).departure_at == start + timedelta(hours=2)
    assert facts.sales_close_at(2) == start + timedelta(hours=2, minutes=-5)
    assert (facts.number, facts.operator_code, facts.trade) == ("42", "aurora", "bus")
    for position in (-1, 4):
        with pytest.raises(NotFound):
            facts.stop(position)
    with pytest.raises(NotFound):
        schedule_facts(uuid4())
