"""What a swap has to know: who has seats of a run, or has lost them to an earlier swap, what is blocked, and the new seats.

`lock_all` is called first where something is to be written: the run alone, then every reservation that is concerned, in the
order of the house. Then nobody sells, changes or gives up anything of the run until the end of the transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from core.booking.swap_house import stretch_mask
from core.booking.swap_rules import Party, Sitter
from core.inventory.plans import PlanSeat
from core.kernel.db import run
from core.kernel.errors import NotFound

_SCHEDULE = """
SELECT s.id, s.operator_id, s.status, s.layout_id, s.vehicle_id, s.departure_at, s.estimated_departure_at, o.trade,
  v.number AS vehicle_number, l.name AS layout_name, app_now() AS now
FROM schedules s JOIN operators o ON o.id = s.operator_id JOIN layouts l ON l.id = s.layout_id
LEFT JOIN vehicles v ON v.id = s.vehicle_id WHERE s.id = %(id)s
"""
#: All of a basket end together, so its parts on other runs are locked with it.
_LOCK_RESERVATIONS = """
SELECT 1 FROM reservations r WHERE r.id IN (
  SELECT id FROM reservations WHERE schedule_id = %(id)s AND status IN ('active', 'confirmed')
  UNION SELECT o.id FROM reservations o JOIN reservations h ON h.basket_id = o.basket_id
    WHERE h.schedule_id = %(id)s AND h.status = 'active')
ORDER BY r.schedule_id, r.id FOR UPDATE
"""
_OPEN_CASES = """
SELECT c.id, c.booking_id, c.state FROM disruption_cases c JOIN disruptions d ON d.id = c.disruption_id
WHERE d.schedule_id = %(id)s AND d.kind = 'swapped' AND c.state <> 'done' ORDER BY c.id
"""
_PEOPLE = """
SELECT r.id AS reservation_id, r.from_position, r.to_position, r.expires_at, r.holder_label, r.basket_id, b.id AS booking_id,
  b.reference, p.id AS passenger_id, p.place, p.full_name, t.status AS ticket_status,
  x.layout_id, x.id AS seat_id, x.number, x.deck, x.row, x."column", x.type AS seat_type, x.features
FROM reservations r JOIN passengers p ON p.reservation_id = r.id JOIN seats x ON x.id = p.seat_id
LEFT JOIN bookings b ON b.reservation_id = r.id LEFT JOIN tickets t ON t.passenger_id = p.id
WHERE r.schedule_id = %(id)s AND (
  (r.status = 'active' AND r.expires_at > app_now())
  OR (b.status IN ('confirmed', 'checked_in') AND t.status <> 'cancelled'))
ORDER BY r.id, p.place
"""
_BLOCKED = """
SELECT x.number, l.leg, l.expires_at, l.reason FROM seat_locks l JOIN seats x ON x.id = l.seat_id
WHERE l.schedule_id = %(id)s AND l.kind = 'blocked' AND (l.expires_at IS NULL OR l.expires_at > app_now())
ORDER BY x.deck, x.row, x."column", l.leg
"""


@dataclass(frozen=True, slots=True)
class Person:
    """A passenger with a seat: a ticket's, or (`booking_id` None) one that is only held."""

    id: UUID
    reservation_id: UUID
    booking_id: UUID | None
    reference: str | None
    holder: str
    place: int
    name: str | None
    seat: PlanSeat
    ticket_status: str | None
    from_position: int
    to_position: int
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Blocked:
    """A seat that staff keep, on one leg."""

    number: str
    leg: int
    expires_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """A run as it is. `cases`: the open case of each booking (by id) that has lost its seats to an earlier swap."""

    schedule: Any
    parties: tuple[Party, ...]
    people: Mapping[UUID, Person]
    blocked: tuple[Blocked, ...]
    cases: Mapping[UUID, UUID]

    def people_of(self, party: Party) -> list[Person]:
        """Those of a party, in their order."""
        return [self.people[sitter.passenger_id] for sitter in party.sitters]

    @property
    def blocked_legs(self) -> dict[str, int]:
        """The same as bits, by the seat's number."""
        legs: dict[str, int] = {}
        for each in self.blocked:
            legs[each.number] = legs.get(each.number, 0) | stretch_mask(each.leg, each.leg + 1)
        return legs


def lock_all(schedule_id: UUID) -> None:
    """The reservations of a run that the transaction has locked alone, and the open cases of earlier swaps."""
    run(_LOCK_RESERVATIONS, {"id": schedule_id})
    run(f"{_OPEN_CASES} FOR UPDATE OF c", {"id": schedule_id})


def read_facts(schedule_id: UUID) -> Facts:
    """The facts as they are now; under lock they stay so. In the open transaction. Raises NotFound.

    Who has chosen another departure or the money after an earlier swap is no longer seated.
    """
    found = {"id": schedule_id}
    schedule = run(_SCHEDULE, found).fetchone()
    if schedule is None:
        raise NotFound("There is no such departure.")
    cases = run(_OPEN_CASES, found).fetchall()
    leaving = {case.booking_id for case in cases if case.state == "due"}
    rows = [row for row in run(_PEOPLE, found) if row.booking_id not in leaving]
    parties = [
        _party(list(group), schedule.layout_id) for _, group in groupby(rows, lambda r: r.reservation_id)
    ]
    return Facts(
        schedule,
        tuple(parties),
        {row.passenger_id: _person(row) for row in rows},
        tuple(Blocked(*row) for row in run(_BLOCKED, found)),
        {case.booking_id: case.id for case in cases if case.state != "due"},
    )


def _party(rows: Sequence[Any], layout_id: UUID) -> Party:
    first = rows[0]
    sitters = tuple(Sitter(row.passenger_id, _seat(row)) for row in rows)
    seated = all(row.layout_id == layout_id for row in rows)
    stretch = (first.from_position, first.to_position)
    return Party(first.reservation_id, first.booking_id is not None, *stretch, sitters, seated)


def _person(row: Any) -> Person:
    return Person(
        row.passenger_id, row.reservation_id, row.booking_id, row.reference, row.holder_label, row.place, row.full_name,
        _seat(row), row.ticket_status, row.from_position, row.to_position, None if row.booking_id else row.expires_at,
    )  # fmt: skip


def _seat(row: Any) -> PlanSeat:
    place = (row.deck, row.row, row.column)
    return PlanSeat(row.seat_id, row.number, *place, row.seat_type, tuple(row.features))
