"""Seat plans drawn in text."""

import json
from collections import Counter

import pytest

from core.kernel.settings import PROJECT_ROOT
from core.timetable.layouts import COACH, COACH_VIP, MIDI, RAIL_COACH, plan, plan_for_route_type
from core.timetable.shipped import HALL, SHIPPED

OTAPP = PROJECT_ROOT / "tests" / "data" / "seats" / "otapp" / "coach-44-seats.json"


@pytest.mark.parametrize(("shipped", "seats"), [(COACH, 49), (COACH_VIP, 44), (MIDI, 28), (RAIL_COACH, 60)])
def test_shipped_plans_have_the_seats_their_names_say(shipped: object, seats: int) -> None:
    assert len(shipped.seats) == seats
    assert str(seats) in shipped.name


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda p: p.code)
def test_in_a_shipped_plan_nothing_shares_a_place_or_a_number(shipped: object) -> None:
    things = [*shipped.seats, *shipped.fixtures]
    assert max(Counter((t.deck, t.row, t.column) for t in things).values()) == 1
    assert max(Counter(s.number for s in shipped.seats).values()) == 1
    assert all(t.row < shipped.rows and t.column < shipped.columns for t in things)


def test_windows_aisles_and_the_front_follow_from_the_drawing() -> None:
    drawn = plan("x", "X", ("D___E", "LL_LL", "SS_SS", "SSSSS"))
    features = {seat.number: set(seat.features) for seat in drawn.seats}
    assert features["1"] == {"legroom", "window", "front"}
    assert features["2"] == {"legroom", "aisle", "front"}
    assert features["5"] == {"window"}
    assert features["6"] == {"aisle"}
    assert features["11"] == set()  # the middle of a back row of five has neither
    assert [f.as_json() for f in drawn.fixtures] == [
        {"kind": "driver", "deck": 0, "row": 0, "column": 0},
        {"kind": "door", "deck": 0, "row": 0, "column": 4},
    ]


def test_letters_number_seats_by_row_and_decks_go_on_counting() -> None:
    drawn = plan("x", "X", ("D__", "S_S"), ("S_S",), lettered=True)
    assert [(seat.number, seat.deck) for seat in drawn.seats] == [("1A", 0), ("1B", 0), ("2A", 1), ("2B", 1)]


@pytest.mark.parametrize(
    ("lines", "fault"), [(("S?S",), "means nothing"), (("D_E",), "at least one seat"), ((), "seat")]
)
def test_a_drawing_that_means_nothing_is_refused(lines: tuple[str, ...], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        plan("x", "X", lines)


def test_a_real_coach_of_44_seats_can_be_drawn() -> None:
    """The seats of a coach as a real ticket service describes them, 1+2 in front and 2+2 behind."""
    given = json.loads(OTAPP.read_text())
    rows = [next(iter(row.values())).split(",") for row in given["lower_seat_map"]]
    premium = set(given["seat_types"][0]["seats"].split(","))
    letters = {"0": "_", "@": "E", "*": "T"}
    lines = ["".join(letters.get(cell) or ("P" if cell in premium else "S") for cell in row) for row in rows]

    drawn = plan("otapp", "Otapp", lines)

    assert len(drawn.seats) == 44
    assert Counter(seat.type for seat in drawn.seats) == {"standard": 35, "premium": 9}
    places = [(seat.row + 1, seat.column, seat.type) for seat in drawn.seats]
    assert places == [(seat.row, seat.column, seat.type) for seat in COACH_VIP.seats]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(3, COACH), (200, COACH), (None, COACH), (2, RAIL_COACH), (106, RAIL_COACH), (1702, COACH)],
)
def test_trains_start_with_a_rail_coach(kind: int | None, expected: object) -> None:
    assert plan_for_route_type(kind) is expected


def test_a_hall_letters_its_rows_and_counts_its_places() -> None:
    assert len(HALL.seats) == 1000
    assert (HALL.seats[0].number, HALL.seats[-1].number) == ("A1", "Y40")
    many = plan("x", "X", ("S",) * 28, hall=True)
    assert [seat.number for seat in many.seats][25:] == ["Z1", "AA1", "BB1"]


def test_a_wing_takes_no_aisle_away() -> None:
    assert plan("x", "X", ("YYYwYYY",), lettered=True).seats[2].features == ("aisle", "front")
