"""Writing a swap, in the open transaction and under its locks: seat locks, the run, passengers, tickets, holds, the log.

Who keeps the number keeps the code of the ticket: only what it says of the seat's row is put right. Who gets another number, or
none, has the old code put out of use. A ticket that was used stays so.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from core.booking.cancel import close
from core.booking.own import lock_reservation
from core.booking.swap_facts import Facts, Person
from core.booking.swap_rules import Party, Seating
from core.booking.swap_stood import put_right
from core.inventory.exchange import Placed, put_all, take_all_away
from core.inventory.models import LockKind
from core.inventory.plans import Plan, PlanSeat
from core.kernel.activity import SYSTEM, Actor, record
from core.kernel.db import run
from core.kernel.outbox import publish
from core.tickets.change import reissue, restate_seats
from core.tickets.facts import TicketFacts
from core.timetable.service.schedules import send_vehicle

_UNSEAT = "UPDATE passengers SET seat_id = NULL WHERE id = ANY(%(ids)s)"
_SEAT = """
UPDATE passengers p SET seat_id = x.seat_id
FROM unnest(%(ids)s::uuid[], %(seats)s::uuid[]) AS x (id, seat_id) WHERE p.id = x.id
"""
#: All of the basket that a hold is in, in the order of the schedules.
_TOGETHER = """
SELECT id FROM reservations WHERE status = 'active' AND (id = %(id)s
  OR basket_id = (SELECT basket_id FROM reservations WHERE id = %(id)s)) ORDER BY schedule_id, id
"""
#: Whose offer ends through no fault of theirs waits on, at the same place of the line.
_BACK_IN_LINE = """
UPDATE waiting_entries SET status = 'waiting', reservation_id = NULL, offered_at = NULL
WHERE reservation_id = %(id)s AND status = 'offered' RETURNING id, operator_id
"""


@dataclass(frozen=True, slots=True)
class Swapped:
    """A swap as it was agreed to."""

    facts: Facts
    vehicle: Any
    layout: Plan
    seating: Seating

    @property
    def seated(self) -> list[Party]:
        """The parties that have seats."""
        left = {party.reservation_id for party in self.seating.unseated}
        return [party for party in self.facts.parties if party.reservation_id not in left]

    def seats_of(self, party: Party) -> list[tuple[Person, PlanSeat]]:
        """Each of a party with the new seat."""
        return [(person, self.seating.seats[person.id]) for person in self.facts.people_of(party)]

    @property
    def left(self) -> list[Party]:
        """The parties of bookings that find no seat."""
        return [party for party in self.seating.unseated if party.sold]

    @property
    def ended(self) -> list[Party]:
        """The holds that find no seat."""
        return [party for party in self.seating.unseated if not party.sold]


def write_swap(swapped: Swapped, reason: str, actor: Actor) -> None:
    """All of it but the cases of those who are left."""
    schedule_id = swapped.facts.schedule.id
    take_all_away(schedule_id)
    send_vehicle(schedule_id, swapped.vehicle, reason, actor)
    put_all(schedule_id, swapped.layout.layout_id, [*_locks(swapped), *_blocks(swapped)])
    _seat_people(swapped)
    put_right(swapped.seating.seats, {str(b) for b in _bookings(swapped.seated, swapped.facts)})
    for party in swapped.seated:
        _tell_party(party, swapped.seats_of(party), actor)
    for party in swapped.left:
        _put_out_of_use(swapped.facts.people_of(party))
    for party in swapped.ended:
        _end_hold(party, reason)
    publish("seats.changed", {"schedule_id": str(schedule_id)})


def _locks(swapped: Swapped) -> Iterator[Placed]:
    for party in swapped.seated:
        kind = LockKind.SOLD if party.sold else LockKind.HOLD
        for person, seat in swapped.seats_of(party):
            stretch = (party.from_position, party.to_position)
            yield Placed(seat.id, *stretch, kind, party.reservation_id, person.expires_at)


def _blocks(swapped: Swapped) -> Iterator[Placed]:
    """By their number; what the new vehicle does not have is no longer blocked."""
    numbers = {seat.number: seat.id for seat in swapped.layout.seats}
    for each in swapped.facts.blocked:
        if each.number in numbers:
            stretch = (each.leg, each.leg + 1)
            yield Placed(numbers[each.number], *stretch, LockKind.BLOCKED, None, each.expires_at, each.reason)


def _bookings(parties: Iterable[Party], facts: Facts) -> list[UUID]:
    found = (facts.people_of(party)[0].booking_id for party in parties)
    return [booking_id for booking_id in found if booking_id]


def _seat_people(swapped: Swapped) -> None:
    seats = {person: seat.id for person, seat in swapped.seating.seats.items()}
    run(_UNSEAT, {"ids": list(seats)})
    run(_SEAT, {"ids": list(seats), "seats": list(seats.values())})
    restate_seats({person: (seat.id, seat.number) for person, seat in swapped.seating.seats.items()})


def _tell_party(party: Party, seats: Sequence[tuple[Person, PlanSeat]], actor: Actor) -> None:
    """Who got another number, or has a seat again, gets a new code, and is told."""
    moved = [(who, seat) for who, seat in seats if who.seat.number != seat.number or not party.seated]
    if not moved:
        return
    before = [{"place": who.place, "seat": who.seat.number} for who, _ in moved]
    after = [{"place": who.place, "seat": seat.number} for who, seat in moved]
    change = {"before": {"passengers": before}, "after": {"passengers": after}}
    booking_id = moved[0][0].booking_id
    if booking_id:
        for who, seat in moved:
            reissue(who.id, partial(_says, seat=seat))
        record(actor, "booking.changed", "booking", booking_id, **change)
        publish("booking.changed", {"booking_id": str(booking_id)})
    else:
        record(actor, "reservation.changed", "reservation", party.reservation_id, **change)


def _says(kept: TicketFacts, seat: PlanSeat | None) -> TicketFacts:
    return replace(kept, seat_id=seat.id if seat else None, seat_number=seat.number if seat else None)


def _put_out_of_use(people: Sequence[Person]) -> None:
    """The codes of those who are left no longer count, and no gate takes the new ones: they name no seat of this run."""
    for who in people:
        reissue(who.id, partial(_says, seat=None))


def _end_hold(party: Party, reason: str) -> None:
    """Given back with all of its basket, as when staff release it; an offer of a waiting list is made again later."""
    said = f"Another vehicle runs: {reason}"[:300]
    for found in run(_TOGETHER, {"id": party.reservation_id}).fetchall():
        locked = lock_reservation(found.id, None)
        close(locked, said)
        change = {"before": {"status": "active"}, "after": {"status": "cancelled"}, "reason": said}
        operator_id = locked.row.operator_id
        record(SYSTEM, "reservation.released", "reservation", found.id, operator_id=operator_id, **change)
        publish("reservation.released", {"reservation_id": str(found.id)})
        for entry in run(_BACK_IN_LINE, {"id": found.id}).fetchall():
            back = {"before": {"status": "offered"}, "after": {"status": "waiting"}}
            record(
                SYSTEM, "waiting.put_back", "waiting_entry", entry.id, operator_id=entry.operator_id, **back
            )
