"""The best wheelchair places: near each other, a companion's seat beside each, everybody else as near as can be. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.inventory.set_aside import is_companion, is_wheelchair
from core.inventory.states import SeatState


@dataclass(frozen=True, slots=True)
class _Spot:
    """A free wheelchair place, with the companion's seat beside it if that is free and no other place's."""

    place: SeatState
    companion: SeatState | None


def accessible(free: Sequence[SeatState], count: int, wheelchairs: int) -> list[SeatState]:
    """So many wheelchair places, then the seats of their companions: at most ``count`` together. [] when there are too few.

    A companion's seat is only given to somebody, so there are no more of them than there are others in the party.
    """
    spots = _spots(free)
    others = count - wheelchairs
    if others < 0 or len(spots) < wheelchairs:
        return []
    chosen = _chosen(spots, wheelchairs, others)
    companions = [spot.companion for spot in chosen if spot.companion]
    return [spot.place for spot in chosen] + companions[:others]


def nearest_to(group: Sequence[SeatState], pool: Iterable[SeatState], count: int) -> list[SeatState]:
    """The ``count`` seats of the pool that are nearest to somebody of the group; [] when there are not so many."""
    ordered = sorted(pool, key=lambda seat: (_distance(seat, group), _order(seat)))
    return ordered[:count] if len(ordered) >= count else []


def _spots(free: Sequence[SeatState]) -> list[_Spot]:
    """From left to right each place takes the first companion's seat that is left: so most places have one."""
    open_seats = {(s.deck, s.row, s.column): s for s in free if is_companion(s)}
    spots = []
    for place in sorted(filter(is_wheelchair, free), key=_order):
        beside = [(place.deck, place.row, place.column + step) for step in (-1, 1)]
        taken = next((at for at in beside if at in open_seats), None)
        spots.append(_Spot(place, open_seats.pop(taken) if taken else None))
    return spots


def _chosen(spots: Sequence[_Spot], wheelchairs: int, others: int) -> list[_Spot]:
    """First the places with a companion's seat for those who have company, near each other; the rest near to these.

    Who comes alone leaves the places with a companion's seat to others.
    """
    paired = [spot for spot in spots if spot.companion]
    first = _closest(paired, min(wheelchairs, others, len(paired)))
    if not first and wheelchairs:
        first = sorted(spots, key=lambda spot: (spot.companion is not None, _order(spot.place)))[:1]
    group = [spot.place for spot in first]
    rest = sorted(
        (spot for spot in spots if spot not in first),
        key=lambda spot: (_distance(spot.place, group), spot.companion is not None, _order(spot.place)),
    )
    return sorted(first, key=lambda spot: _order(spot.place)) + rest[: wheelchairs - len(first)]


def _closest(spots: Sequence[_Spot], count: int) -> list[_Spot]:
    """The ``count`` in reading order that lie closest together."""
    windows = [list(spots[start : start + count]) for start in range(len(spots) - count + 1)]
    return min(windows, key=lambda w: _distance(w[-1].place, [w[0].place])) if count else []


def _distance(seat: SeatState, group: Iterable[SeatState]) -> tuple[int, int, int]:
    """Decks, rows and columns to the nearest of the group: stairs are worse than rows."""
    return min(
        ((abs(seat.deck - s.deck), abs(seat.row - s.row), abs(seat.column - s.column)) for s in group),
        default=(0, 0, 0),
    )


def _order(seat: SeatState) -> tuple[int, int, int]:
    return seat.deck, seat.row, seat.column
