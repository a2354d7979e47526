"""Another vehicle runs than the one that was sold: passengers are seated anew in it, or listed where they cannot be.

It is shown first (`preview_swap`), with a fingerprint of what becomes of each ticket; `swap` does exactly that, or refuses when
sales have changed it meanwhile. Everything is one transaction under the lock of the run alone (`FOR UPDATE`), so that holds,
payments and cancellations wait, and go on with the new layout. No price changes. What is only held follows too, or ends where
there is no like seat; waiting lists are not touched: whatever is free is offered by them as always.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from core.booking.errors import SeatsLacking, SwapChanged
from core.booking.swap_cases import ask_those_left, settle_found
from core.booking.swap_facts import Facts, Person, lock_all, read_facts
from core.booking.swap_rules import Seating, seat_anew
from core.booking.swap_write import Swapped, write_swap
from core.inventory.plans import Plan, plan_of_now
from core.kernel.activity import Actor
from core.kernel.db import transaction
from core.kernel.errors import Busy, Conflict, RuleBroken
from core.timetable.service import checks
from core.timetable.service.schedules import vehicle_for, wait_for_holds
from core.timetable.words import ON_SALE
from core.trades.catalogue import trade_of

#: A stream of holds can keep the lock of the run waiting: each try waits as long as any statement does.
_TRIES = 3
KEPT, MOVED, WORSE, UNSEATED = "kept", "moved", "worse", "unseated"


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one passenger: `kept`, `moved`, `worse` (a seat of a lower type), or `unseated` (then `to` is None)."""

    person: Person
    to: str | None
    to_type: str | None
    what: str


@dataclass(frozen=True, slots=True)
class SwapPreview:
    """What a swap would do now. `lines`: those who have tickets; `holds`: those who only hold seats, `unseated` ones end.

    `blocks_lost`: numbers of blocked seats that the new vehicle does not have. `fingerprint` is handed back to agree.
    """

    schedule_id: UUID
    vehicle_id: UUID
    vehicle_number: str
    layout_name: str
    seat_count: int
    lines: tuple[Line, ...]
    holds: tuple[Line, ...]
    blocks_lost: tuple[str, ...]
    fingerprint: str

    def count(self, what: str) -> int:
        """How many passengers with tickets this becomes of."""
        return sum(line.what == what for line in self.lines)

    @property
    def bookings_left(self) -> tuple[str, ...]:
        """The references of those who find no seat."""
        found = {str(line.person.reference) for line in self.lines if line.what == UNSEATED}
        return tuple(sorted(found))

    @property
    def holds_ended(self) -> int:
        """How many reservations lose what they hold."""
        return len({line.person.reservation_id for line in self.holds if line.what == UNSEATED})


def preview_swap(schedule_id: UUID, vehicle_id: UUID, *, allow_worse: bool = False) -> SwapPreview:
    """What sending this vehicle would do now. Changes nothing. ``allow_worse``: who finds no other seat may be given one of a
    lower type.

    Raises NotFound, Conflict `not_swappable` (it has left or does not run), RuleBroken `invalid_vehicle_id`.
    """
    with transaction():
        facts = read_facts(schedule_id)
        return _Swap.make(facts, vehicle_id, allow_worse=allow_worse).preview


def swap(
    schedule_id: UUID,
    vehicle_id: UUID,
    reason: str,
    actor: Actor,
    *,
    agreed: str,
    leave_unseated: bool = False,
    allow_worse: bool = False,
) -> SwapPreview:
    """Send this vehicle instead, as it was shown (``agreed`` is that preview's fingerprint); returns what was done.

    ``leave_unseated``: who finds no seat is asked to choose the money or another departure, as after a cancellation.

    Raises what `preview_swap` raises, RuleBroken `invalid_reason`, SwapChanged (sales have changed it: look again), SeatsLacking
    (somebody finds no seat, and that was not agreed to), Busy.
    """
    said = checks.text(reason, "reason", 300)
    agreement = _Agreement(vehicle_id, agreed, leave_unseated, allow_worse)
    for _ in range(_TRIES - 1):
        with suppress(Busy):
            return _swap(schedule_id, agreement, said, actor)
    return _swap(schedule_id, agreement, said, actor)


@dataclass(frozen=True, slots=True)
class _Agreement:
    """What was agreed to."""

    vehicle_id: UUID
    fingerprint: str
    leave_unseated: bool
    allow_worse: bool


def _swap(schedule_id: UUID, agreed: _Agreement, reason: str, actor: Actor) -> SwapPreview:
    with transaction():
        wait_for_holds(schedule_id)
        lock_all(schedule_id)
        found = _Swap.make(read_facts(schedule_id), agreed.vehicle_id, allow_worse=agreed.allow_worse)
        shown = found.preview
        if shown.fingerprint != agreed.fingerprint:
            raise SwapChanged
        if shown.bookings_left and not agreed.leave_unseated:
            raise SeatsLacking(bookings=list(shown.bookings_left))
        found.carry_out(reason, actor)
        return shown


@dataclass(frozen=True, slots=True)
class _Swap:
    """A swap that may be made."""

    facts: Facts
    vehicle: Any
    layout: Plan
    seating: Seating

    @classmethod
    def make(cls, facts: Facts, vehicle_id: UUID, *, allow_worse: bool) -> "_Swap":
        """Work it out. Raises what `preview_swap` raises."""
        row = facts.schedule
        if row.status not in ON_SALE:
            raise Conflict(f"This run is {row.status}: its vehicle cannot be changed.", code="not_swappable")
        vehicle = vehicle_for(row.operator_id, vehicle_id)
        if vehicle.id == row.vehicle_id and vehicle.layout_id == row.layout_id:
            raise RuleBroken("This vehicle runs already.", code="invalid_vehicle_id", field="vehicle_id")
        layout = plan_of_now(vehicle.layout_id)
        rank = trade_of(row.trade).rank
        seating = seat_anew(facts.parties, layout.seats, rank, facts.blocked_legs, allow_worse=allow_worse)
        return cls(facts, vehicle, layout, seating)

    @property
    def preview(self) -> SwapPreview:
        """As it is shown."""
        lines = [self._line(person) for person in self.facts.people.values()]
        sold = tuple(line for line in lines if line.person.booking_id)
        return SwapPreview(
            schedule_id=self.facts.schedule.id,
            vehicle_id=self.vehicle.id,
            vehicle_number=self.vehicle.number,
            layout_name=self.layout.name,
            seat_count=len(self.layout.seats),
            lines=sold,
            holds=tuple(line for line in lines if not line.person.booking_id),
            blocks_lost=tuple(dict.fromkeys(each.number for each in self._blocks_lost())),
            fingerprint=self._fingerprint(sold),
        )

    def carry_out(self, reason: str, actor: Actor) -> None:
        """Seats, rows, tickets, cases, and who is told; all under lock."""
        swapped = Swapped(self.facts, self.vehicle, self.layout, self.seating)
        write_swap(swapped, reason, actor)
        settle_found(swapped)
        ask_those_left(swapped, reason, actor)

    def _line(self, person: Person) -> Line:
        seat = self.seating.seats.get(person.id)
        if seat is None:
            return Line(person, None, None, UNSEATED)
        if person.id in self.seating.worse:
            return Line(person, seat.number, seat.type, WORSE)
        return Line(person, seat.number, seat.type, KEPT if seat.number == person.seat.number else MOVED)

    def _blocks_lost(self) -> list[Any]:
        numbers = {seat.number for seat in self.layout.seats}
        return [each for each in self.facts.blocked if each.number not in numbers]

    def _fingerprint(self, lines: tuple[Line, ...]) -> str:
        """Of the run, the vehicle, and what becomes of each ticket; holds come and go, and change nothing that is agreed."""
        row = self.facts.schedule
        whole = [row.id, row.vehicle_id, row.layout_id, self.vehicle.id, self.layout.layout_id]
        each = sorted(
            (str(line.person.id), line.person.seat.number, line.to or "", line.what) for line in lines
        )
        return sha256(json.dumps([list(map(str, whole)), each]).encode()).hexdigest()[:32]
