"""Another vehicle has another seat plan: who sits where in it, and who finds no seat. Pure.

A party is one reservation: it is seated whole, or not at all. Whoever can keeps the seat's number, if that seat is of the same
kind (ordinary, a wheelchair's place, a companion's seat) and of a type at least as good; everybody else gets a seat of the same
or a better type, near to their party. What was paid for goes before what is held. The result depends on nothing but what is
asked: not on the order of the parties, and not on the clock.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from core.booking.swap_house import House, Rank, kind_of, stretch_mask
from core.inventory.accessible import accessible, nearest_to
from core.inventory.best import best_available
from core.inventory.plans import PlanSeat
from core.inventory.set_aside import COMPANION, WHEELCHAIR
from core.inventory.states import SeatState


@dataclass(frozen=True, slots=True)
class Sitter:
    """A passenger, and the seat they were sold or hold (of whatever layout)."""

    passenger_id: UUID
    seat: PlanSeat


@dataclass(frozen=True, slots=True)
class Party:
    """One reservation on the legs `from_position` ... `to_position` - 1. `sold`: paid for. `seated`: it has seats now; one that
    has none lost them to an earlier swap.
    """

    reservation_id: UUID
    sold: bool
    from_position: int
    to_position: int
    sitters: tuple[Sitter, ...]
    seated: bool = True

    @property
    def mask(self) -> int:
        """Its legs, one bit each."""
        return stretch_mask(self.from_position, self.to_position)

    def of_kind(self, kind: str) -> list[Sitter]:
        """Those who sit on set-aside seats of this kind."""
        return [sitter for sitter in self.sitters if kind_of(sitter.seat) == kind]

    @property
    def group(self) -> tuple[list[Sitter], list[Sitter]]:
        """Those in wheelchairs, and the companions who go with them: one each."""
        wheelchairs = self.of_kind(WHEELCHAIR)
        return wheelchairs, self.of_kind(COMPANION)[: len(wheelchairs)]


@dataclass(frozen=True, slots=True)
class Seating:
    """`seats`: the new seat of each passenger (by id) who has one. `unseated`: parties without. `worse`: passengers whose seat
    is of a lower type than the one they had; nobody, unless that was allowed.
    """

    seats: Mapping[UUID, PlanSeat]
    unseated: tuple[Party, ...]
    worse: frozenset[UUID]


def seat_anew(
    parties: Iterable[Party],
    seats: Sequence[PlanSeat],
    rank: Rank,
    blocked: Mapping[str, int],
    *,
    allow_worse: bool = False,
) -> Seating:
    """Seat everybody in a plan. ``blocked``: legs (bits) by the number of a seat that is nobody's to have.

    What is held gives way to what was paid for. Order: who has a seat now before who has lost it, wheelchairs first, large parties before small ones, first come first served.
    """
    ordered = sorted(parties, key=_order)
    sold, held = [p for p in ordered if p.sold], [p for p in ordered if not p.sold]
    work = _Work(House(seats, blocked), rank, allow_worse)
    failed = _seat(work, ordered)
    if any(party.sold for party in failed):
        work = _Work(House(seats, blocked), rank, allow_worse)
        failed = _seat(work, sold) + _seat(work, held)
    return work.result(ordered, failed)


def _seat(work: "_Work", parties: Sequence[Party]) -> list[Party]:
    """Let everybody keep what they can, then seat the others; who finds nothing may find it in what others have left."""
    for party in parties:
        work.keep(party)
    failed = [party for party in parties if not work.complete(party)]
    while failed:
        again = [party for party in failed if not (work.keep(party) or work.complete(party))]
        if len(again) == len(failed):
            break
        failed = again
    return failed


def _order(party: Party) -> tuple[bool, bool, bool, int, UUID]:
    alone = not party.of_kind(WHEELCHAIR)
    return not party.sold, not party.seated, alone, -len(party.sitters), party.reservation_id


class _Work:
    """Seats that are given while the plan is made."""

    def __init__(self, house: House, rank: Rank, allow_worse: bool) -> None:
        self._house = house
        self._rank = rank
        self._allow_worse = allow_worse
        self._given: dict[UUID, dict[UUID, PlanSeat]] = {}

    def keep(self, party: Party) -> bool:
        """Give everybody the seat of their own number who can have it; whether that is everybody.

        A wheelchair and its companion keep theirs together, or both move.
        """
        found: dict[UUID, PlanSeat] = {}
        for sitter in party.sitters:
            seat = self._house.numbered(sitter.seat.number, party.mask)
            if seat and seat not in found.values() and self._is_like(sitter.seat, seat):
                found[sitter.passenger_id] = seat
        together = [sitter.passenger_id for part in party.group for sitter in part]
        if any(person not in found for person in together):
            for person in together:
                found.pop(person, None)
        self._give(party, found)
        return len(found) == len(party.sitters)

    def complete(self, party: Party) -> bool:
        """Seat whoever of the party has no seat yet; when somebody finds none, the party gives up all it has."""
        done = self._seat_group(party) and all(
            self._seat_equals(party, people) for people in self._by_rank(party)
        )
        if not done:
            self.leave(party)
        return done

    def leave(self, party: Party) -> None:
        """Take all seats of a party back."""
        for seat in self._given.pop(party.reservation_id, {}).values():
            self._house.free(seat, party.mask)

    def result(self, parties: Sequence[Party], failed: Sequence[Party]) -> Seating:
        """What was found."""
        seats = {person: seat for given in self._given.values() for person, seat in given.items()}
        were = {sitter.passenger_id: sitter.seat for party in parties for sitter in party.sitters}
        worse = (
            person for person, seat in seats.items() if self._rank(seat.type) < self._rank(were[person].type)
        )
        return Seating(seats, tuple(sorted(failed, key=_order)), frozenset(worse))

    def _is_like(self, old: PlanSeat, new: PlanSeat) -> bool:
        return kind_of(old) == kind_of(new) and self._rank(new.type) >= self._rank(old.type)

    def _give(self, party: Party, seats: Mapping[UUID, PlanSeat]) -> None:
        for seat in seats.values():
            self._house.take(seat, party.mask)
        self._given.setdefault(party.reservation_id, {}).update(seats)

    def _seat_group(self, party: Party) -> bool:
        """Wheelchairs on their places, with a companion beside each who had one."""
        wheelchairs, companions = party.group
        given = self._given.get(party.reservation_id, {})
        if not wheelchairs or wheelchairs[0].passenger_id in given:
            return True
        people = [*wheelchairs, *companions]
        for enough in self._levels(max(self._rank(sitter.seat.type) for sitter in people)):
            free = [seat for seat in self._house.free_seats(party.mask) if enough(seat)]
            found = accessible(free, len(people), len(wheelchairs))
            if len(found) == len(people):
                self._give_in_order(party, people, found)
                return True
        return False

    def _by_rank(self, party: Party) -> list[list[Sitter]]:
        """Those who still stand, the best types first."""
        given = self._given.get(party.reservation_id, {})
        group = {sitter.passenger_id for part in party.group for sitter in part}
        rest = [s for s in party.sitters if s.passenger_id not in given and s.passenger_id not in group]
        ranks = sorted({self._rank(sitter.seat.type) for sitter in rest}, reverse=True)
        return [[s for s in rest if self._rank(s.seat.type) == rank] for rank in ranks]

    def _seat_equals(self, party: Party, people: list[Sitter]) -> bool:
        """People who had seats of one rank: near to their party, else together."""
        near = [self._house.state(seat) for seat in self._given.get(party.reservation_id, {}).values()]
        for enough in self._levels(self._rank(people[0].seat.type)):
            free = self._house.free_seats(party.mask, ordinary=True)
            pool = [seat for seat in free if enough(seat)]
            found = nearest_to(near, pool, len(people)) if near else best_available(pool, len(people))
            if found:
                self._give_in_order(party, people, found)
                return True
        return False

    def _levels(self, own: int) -> list[Callable[[SeatState], bool]]:
        """Which seats will do, asked one after the other: the own type, then better ones, then (if allowed) lower ones."""
        ranks = self._house.ranks(self._rank)
        better = [(own, top) for top in ranks if top >= own]
        lower = [(low, ranks[-1]) for low in reversed(ranks) if low < own] if self._allow_worse else []
        return [self._between(low, top) for low, top in better + lower]

    def _between(self, low: int, top: int) -> Callable[[SeatState], bool]:
        return lambda seat: low <= self._rank(seat.type) <= top

    def _give_in_order(self, party: Party, people: list[Sitter], found: Sequence[SeatState]) -> None:
        pairs = zip(people, found, strict=True)
        self._give(party, {sitter.passenger_id: self._house.seat(state) for sitter, state in pairs})
