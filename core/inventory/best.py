"""The best seats that can be had: together, in one row, leaving nobody's single seat behind. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from uuid import UUID

from core.inventory.accessible import accessible, nearest_to
from core.inventory.set_aside import is_ordinary
from core.inventory.states import AVAILABLE, SeatState
from core.kernel.money import Money

#: Worth more, so not chosen for anybody who did not ask.
EXTRA = frozenset({"legroom", "front"})


def best_available(
    seats: Iterable[SeatState],
    count: int,
    prices: Mapping[UUID, Money] | None = None,
    wheelchairs: int = 0,
) -> list[SeatState]:
    """The best ``count`` available seats, or [] when there are not that many (set-aside seats do not count).

    With ``prices`` nobody is given a seat that costs more than the cheapest while there are others.

    In this order: side by side with no orphan, side by side, in one row, in neighbouring rows, anywhere. One traveller
    gets a window, and a seat that is single already goes before one that would make another single.

    ``wheelchairs`` of them come first and are wheelchair places; then, for others of the party, a companion's seat beside
    each where that is free; then everybody else, as near to the wheelchair places as can be.
    """
    able = [seat for seat in seats if seat.state == AVAILABLE]
    free = [seat for seat in able if is_ordinary(seat)]
    if wheelchairs > 0:
        return _around(accessible(able, count, wheelchairs), wheelchairs, free, count, prices or {})
    if count < 1 or len(free) < count:
        return []
    plain = _plain(free, prices or {})
    for pool in (plain, free):
        found = _side_by_side(pool, free, count) or _one_row(pool, count)
        if found:
            return found
    return _nearest(plain, count) or _nearest(free, count)


def _around(
    placed: list[SeatState],
    wheelchairs: int,
    free: Sequence[SeatState],
    count: int,
    prices: Mapping[UUID, Money],
) -> list[SeatState]:
    """Those on set-aside seats, and everybody else near to the wheelchairs; [] when somebody finds no seat."""
    more, places = count - len(placed), placed[:wheelchairs]
    if not placed or len(free) < more:
        return []
    return placed + (nearest_to(places, _plain(free, prices), more) or nearest_to(places, free, more))


def _plain(free: Sequence[SeatState], prices: Mapping[UUID, Money]) -> list[SeatState]:
    """Seats without anything extra: by their price where it is known, else by their type and features."""
    costs = {seat.id: prices[seat.id].amount for seat in free if seat.id in prices}
    if costs:
        return [seat for seat in free if costs.get(seat.id) == min(costs.values())]
    return [s for s in free if not EXTRA & set(s.features) and s.type == _common_type(free)]


def _common_type(seats: Sequence[SeatState]) -> str:
    types = [seat.type for seat in seats]
    return max(sorted(set(types)), key=types.count, default="")


def _rows(seats: Iterable[SeatState]) -> list[list[SeatState]]:
    ordered = sorted(seats, key=lambda s: (s.deck, s.row, s.column))
    return [list(row) for _, row in groupby(ordered, key=lambda s: (s.deck, s.row))]


def _runs(row: Sequence[SeatState]) -> list[list[SeatState]]:
    """Seats of a row without a gap (an aisle or somebody) between them."""
    runs: list[list[SeatState]] = []
    for seat in row:
        if runs and runs[-1][-1].column + 1 == seat.column:
            runs[-1].append(seat)
        else:
            runs.append([seat])
    return runs


def _side_by_side(pool: Sequence[SeatState], free: Sequence[SeatState], count: int) -> list[SeatState]:
    wanted = {seat.id for seat in pool}
    options = []
    for row in _rows(free):
        for run in _runs(row):
            for start in range(len(run) - count + 1):
                group = run[start : start + count]
                if all(seat.id in wanted for seat in group):
                    options.append((_cost(group, start, len(run) - start - count), group))
    return min(options, key=lambda option: option[0])[1] if options else []


def _cost(group: Sequence[SeatState], left: int, right: int) -> tuple[int, int, int, int, int]:
    orphans = (left == 1) + (right == 1)
    no_window = int(not any("window" in seat.features for seat in group))
    return orphans, no_window, group[0].deck, group[0].row, group[0].column


def _one_row(pool: Sequence[SeatState], count: int) -> list[SeatState]:
    rows = [row for row in _rows(pool) if len(row) >= count]
    return rows[0][:count] if rows else []


def _nearest(pool: Sequence[SeatState], count: int) -> list[SeatState]:
    """The ``count`` seats in reading order that lie closest together."""
    if len(pool) < count:
        return []
    ordered = sorted(pool, key=lambda s: (s.deck, s.row, s.column))
    windows = [ordered[start : start + count] for start in range(len(ordered) - count + 1)]
    return min(windows, key=lambda w: (w[-1].deck - w[0].deck, w[-1].row - w[0].row, w[0].row))
