"""The best seats that can be had. A plan is drawn with letters: f free, x taken, . aisle, L legroom, w wheelchair, c companion."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inventory.best import best_available
from core.inventory.states import SeatState
from core.kernel.money import Money

MARKS = {"L": ("legroom",), "w": ("wheelchair",), "c": ("companion",)}


def draw(*rows: str) -> list[SeatState]:
    """Seats from a picture; numbers are row and column as letters."""
    seats = []
    for row, line in enumerate(rows):
        for column, mark in enumerate(line):
            if mark != ".":
                seats.append(_seat(row, column, mark, column in (0, len(line) - 1)))
    return seats


def _seat(row: int, column: int, mark: str, window: bool) -> SeatState:
    features = (("window",) if window else ()) + MARKS.get(mark, ())
    state = "booked" if mark == "x" else "available"
    return SeatState(
        UUID(int=row * 100 + column),
        f"{row + 1}{'ABCDEFGH'[column]}",
        0,
        row,
        column,
        "standard",
        features,
        state,
    )


def best(count: int, *rows: str) -> list[str]:
    return [seat.number for seat in best_available(draw(*rows), count)]


@pytest.mark.parametrize(
    ("count", "rows", "expected"),
    [
        pytest.param(1, ["ff.ff"], ["1A"], id="one gets a window"),
        pytest.param(1, ["ff.fx", "ff.ff"], ["1D"], id="a seat that is single already goes first"),
        pytest.param(1, ["LL.LL", "ff.ff"], ["2A"], id="nobody is given a dearer seat unasked"),
        pytest.param(1, ["ww.xx", "xx.xL"], ["2E"], id="but rather that than none; wheelchair places stay"),
        pytest.param(2, ["fx.ff", "ff.ff"], ["1D", "1E"], id="two together"),
        pytest.param(2, ["xf.fx", "xx.ff"], ["2D", "2E"], id="together before across the aisle"),
        pytest.param(2, ["xf.fx", "fx.xf"], ["1B", "1D"], id="across the aisle before two rows"),
        pytest.param(2, ["fff.", "ff.."], ["2A", "2B"], id="no orphan is left"),
        pytest.param(4, ["ff.ff", "ff.ff"], ["1A", "1B", "1D", "1E"], id="four in one row"),
        pytest.param(3, ["fx.xf", "xf.xx"], ["1A", "1E", "2B"], id="apart when there is no other way"),
        pytest.param(3, ["fx.xf"], [], id="not that many"),
        pytest.param(1, ["ww.ww"], [], id="set-aside seats are not given unasked"),
        pytest.param(0, ["ff.ff"], [], id="nobody"),
    ],
)
def test_choices(count: int, rows: list[str], expected: list[str]) -> None:
    assert best(count, *rows) == expected


def test_nobody_is_given_a_seat_that_costs_more_while_there_are_others() -> None:
    seats = draw("ff.ff", "ff.ff")
    prices = {seat.id: Money(1200 if seat.row == 0 or seat.number == "2A" else 1000, "EUR") for seat in seats}
    assert [seat.number for seat in best_available(seats, 1, prices)] == ["2E"]
    assert [seat.number for seat in best_available(seats, 2, prices)] == ["2D", "2E"]
    assert len(best_available(seats, 4, prices)) == 4, "but rather dearer than none"


plans = st.lists(st.text("fxL.w", min_size=4, max_size=6), min_size=1, max_size=6)


@given(plans, st.integers(1, 8))
def test_as_many_as_asked_for_each_once_and_free(rows: list[str], count: int) -> None:
    seats = draw(*rows)
    chosen = best_available(seats, count)
    able = [s for s in seats if s.state == "available" and "wheelchair" not in s.features]
    assert len(chosen) == (count if count <= len(able) else 0)
    assert len({seat.id for seat in chosen}) == len(chosen)
    assert all(seat in able for seat in chosen)


@given(plans)
def test_two_sit_side_by_side_whenever_two_plain_neighbours_are_free(rows: list[str]) -> None:
    neighbours = any("ff" in row for row in rows)
    chosen = best_available(draw(*rows), 2)
    if neighbours:
        assert chosen[0].row == chosen[1].row
        assert chosen[1].column - chosen[0].column == 1


plain_plans = st.lists(st.text("fx.", min_size=4, max_size=6), min_size=1, max_size=6)


def _groups(rows: list[str], count: int) -> list[tuple[int, int, int]]:
    """All ways to sit side by side: row, first column, and how many single seats are left beside."""
    found = []
    for row, line in enumerate(rows):
        for start in range(len(line) - count + 1):
            if line[start : start + count] == "f" * count:
                left = start - max(line.rfind(mark, 0, start) for mark in "x.") - 1
                rest = line[start + count :]
                right = len(rest) - len(rest.lstrip("f"))
                found.append((row, start, (left == 1) + (right == 1)))
    return found


@given(plain_plans, st.integers(1, 5))
def test_nobodys_single_seat_is_left_behind_while_that_can_be_avoided(rows: list[str], count: int) -> None:
    groups = {(row, start): orphans for row, start, orphans in _groups(rows, count)}
    chosen = sorted(best_available(draw(*rows), count), key=lambda seat: (seat.row, seat.column))
    if groups:
        assert [seat.column for seat in chosen] == list(range(chosen[0].column, chosen[0].column + count))
        assert groups[chosen[0].row, chosen[0].column] == min(groups.values())


@given(plain_plans, st.integers(2, 5))
def test_a_party_shares_a_row_whenever_one_has_room(rows: list[str], count: int) -> None:
    chosen = best_available(draw(*rows), count)
    if any(line.count("f") >= count for line in rows):
        assert len({seat.row for seat in chosen}) == 1


@pytest.mark.parametrize(
    ("count", "wheelchairs", "rows", "expected"),
    [
        pytest.param(1, 1, ["wc.ww", "ff.ff"], ["1D"], id="alone leaves the companion's seat to others"),
        pytest.param(2, 1, ["ww.cw", "ff.ff"], ["1E", "1D"], id="with company there is a companion's seat beside"),
        pytest.param(2, 1, ["w..cx", "ff.ff"], ["1A", "2A"], id="a companion's seat that is not beside is none"),
        pytest.param(3, 1, ["ff.ff", "wc.xx", "xx.ff"], ["2A", "2B", "1A"], id="the third as near as can be"),
        pytest.param(3, 2, ["wcw..", "ff.ff"], ["1A", "1C", "1B"], id="one companion's seat between two"),
        pytest.param(4, 2, ["cwwc.", "ff.ff"], ["1B", "1C", "1A", "1D"], id="a companion's seat for each"),
        pytest.param(4, 2, ["wc.xx", "ff.ff", "wc.wc"], ["3A", "3D", "3B", "3E"], id="wheelchairs near each other"),
        pytest.param(2, 1, ["wx.LL", "xx.xf"], ["1A", "2E"], id="nobody is given a dearer seat unasked"),
        pytest.param(2, 2, ["wc.xx", "ff.ff"], [], id="too few wheelchair places"),
        pytest.param(3, 1, ["wc.cc", "xx.xx"], [], id="nobody else is given a companion's seat"),
        pytest.param(1, 2, ["ww.ww"], [], id="more wheelchairs than travellers"),
    ],
)  # fmt: skip
def test_wheelchair_places_when_asked_for(
    count: int, wheelchairs: int, rows: list[str], expected: list[str]
) -> None:
    chosen = best_available(draw(*rows), count, wheelchairs=wheelchairs)
    assert [seat.number for seat in chosen] == expected


accessible_plans = st.lists(st.text("fxL.wwcc", min_size=4, max_size=6), min_size=1, max_size=5)
parties = st.tuples(st.integers(1, 3), st.integers(0, 4))


def _with(seats: list[SeatState], feature: str) -> list[SeatState]:
    return [seat for seat in seats if feature in seat.features]


def _beside(one: SeatState, other: SeatState) -> bool:
    return one.row == other.row and abs(one.column - other.column) == 1


@given(accessible_plans, parties)
def test_as_many_wheelchair_places_as_asked_for_and_companions_beside_them(
    rows: list[str], party: tuple[int, int]
) -> None:
    wheelchairs, others = party
    chosen = best_available(draw(*rows), wheelchairs + others, wheelchairs=wheelchairs)
    if not chosen:
        return
    places, companions = _with(chosen, "wheelchair"), _with(chosen, "companion")
    assert len({seat.id for seat in chosen}) == len(chosen) == wheelchairs + others
    assert {seat.state for seat in chosen} == {"available"}
    assert chosen[:wheelchairs] == places
    assert chosen[wheelchairs : wheelchairs + len(companions)] == companions
    assert len(companions) <= len(places)
    assert all(any(_beside(place, each) for place in places) for each in companions)


@given(accessible_plans, parties)
def test_a_companions_seat_beside_stays_empty_only_when_nobody_would_sit_there(
    rows: list[str], party: tuple[int, int]
) -> None:
    wheelchairs, others = party
    seats = draw(*rows)
    chosen = best_available(seats, wheelchairs + others, wheelchairs=wheelchairs)
    places, companions = _with(chosen, "wheelchair"), _with(chosen, "companion")
    if len(companions) < min(len(places), others):
        left = [seat for seat in _with(seats, "companion") if seat not in companions]
        alone = [place for place in places if not any(_beside(place, each) for each in companions)]
        assert not any(_beside(place, each) for place in alone for each in left)


@given(accessible_plans, parties)
def test_a_party_with_wheelchairs_is_turned_away_only_when_there_is_no_room(
    rows: list[str], party: tuple[int, int]
) -> None:
    wheelchairs, others = party
    seats = draw(*rows)
    ordinary = sum(
        seat.state == "available" and not {"wheelchair", "companion"} & {*seat.features} for seat in seats
    )
    chosen = best_available(seats, wheelchairs + others, wheelchairs=wheelchairs)
    if len(_with(seats, "wheelchair")) < wheelchairs:
        assert not chosen
    elif ordinary >= others:
        assert chosen


@given(accessible_plans, parties)
def test_nobody_of_the_others_could_sit_nearer(rows: list[str], party: tuple[int, int]) -> None:
    wheelchairs, others = party
    seats = [seat for seat in draw(*rows) if "legroom" not in seat.features]
    chosen = best_available(seats, wheelchairs + others, wheelchairs=wheelchairs)
    places = _with(chosen, "wheelchair")
    free = [s for s in seats if s.state == "available" and not {"wheelchair", "companion"} & {*s.features}]
    near = [_steps(seat, places) for seat in chosen if seat in free]
    left = [_steps(seat, places) for seat in free if seat not in chosen]
    assert not chosen or max(near, default=(0, 0)) <= min(left, default=(99, 99))


def _steps(seat: SeatState, places: list[SeatState]) -> tuple[int, int]:
    return min(((abs(seat.row - p.row), abs(seat.column - p.column)) for p in places), default=(0, 0))
