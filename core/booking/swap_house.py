"""The seats of another vehicle while people are seated in it: which are free on which legs. Pure."""

from collections.abc import Callable, Mapping, Sequence

from core.inventory.plans import PlanSeat
from core.inventory.set_aside import COMPANION, WHEELCHAIR, Labelled, is_companion, is_ordinary, is_wheelchair
from core.inventory.states import AVAILABLE, SeatState, with_state

#: How good a seat type is; higher is better.
Rank = Callable[[str], int]


def stretch_mask(from_position: int, to_position: int) -> int:
    """The legs between two stops, one bit each."""
    return ((1 << (to_position - from_position)) - 1) << from_position


def kind_of(seat: Labelled) -> str:
    """Whom a seat is for: `wheelchair`, `companion`, or anybody (empty)."""
    if is_wheelchair(seat):
        return WHEELCHAIR
    return COMPANION if is_companion(seat) else ""


class House:
    """A plan and what of it is taken, as bits of legs by seat."""

    def __init__(self, seats: Sequence[PlanSeat], blocked: Mapping[str, int]) -> None:
        self._seats = {seat.id: seat for seat in seats}
        self._numbers = {seat.number: seat for seat in seats}
        self._states = {seat.id: with_state(seat, AVAILABLE, None) for seat in seats}
        self._taken = {seat.id: blocked.get(seat.number, 0) for seat in seats}

    def numbered(self, number: str, mask: int) -> PlanSeat | None:
        """The seat of this number, if there is one and it is free on these legs."""
        seat = self._numbers.get(number)
        return seat if seat and not self._taken[seat.id] & mask else None

    def free_seats(self, mask: int, *, ordinary: bool = False) -> list[SeatState]:
        """What is free on all of these legs, in the order of the plan; ``ordinary``: without set-aside seats."""
        return [
            state
            for seat_id, state in self._states.items()
            if not self._taken[seat_id] & mask and (not ordinary or is_ordinary(state))
        ]

    def take(self, seat: PlanSeat, mask: int) -> None:
        """Somebody sits there."""
        self._taken[seat.id] |= mask

    def free(self, seat: PlanSeat, mask: int) -> None:
        """Nobody sits there any more."""
        self._taken[seat.id] &= ~mask

    def state(self, seat: PlanSeat) -> SeatState:
        """The same seat as the rules of the best seats know it."""
        return self._states[seat.id]

    def seat(self, state: SeatState) -> PlanSeat:
        """And back again."""
        return self._seats[state.id]

    def ranks(self, rank: Rank) -> list[int]:
        """The ranks that there are, the lowest first."""
        return sorted({rank(seat.type) for seat in self._seats.values()})
