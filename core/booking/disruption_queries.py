"""Reads of disruptions: how far one is, who chose what, and what a passenger may choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.booking.cancellation_facts import read_many
from core.booking.disruption import refund_of
from core.booking.disruption_models import CaseState, Choice
from core.booking.rebooking import OtherDeparture, may_move, other_departures
from core.kernel.db import fetch
from core.kernel.errors import NotFound
from core.kernel.money import Money

_DISRUPTION = """
SELECT d.id, d.schedule_id, d.kind, d.delay_minutes, d.reason, d.created_at, d.choose_by, d.default_choice, d.released,
  d.opened_at, s.departure_at, s.status AS schedule_status, s.currency, r.name AS route_name, o.timezone
FROM disruptions d JOIN schedules s ON s.id = d.schedule_id JOIN routes r ON r.id = s.route_id
JOIN operators o ON o.id = d.operator_id
"""
_ONE = _DISRUPTION + "WHERE d.id = %(id)s"
_OF_SCHEDULE = _DISRUPTION + "WHERE d.schedule_id = %(id)s ORDER BY d.created_at DESC LIMIT 1"
_COUNTS = """
SELECT c.state, c.choice, b.currency, count(*) AS cases, coalesce(sum(c.refund), 0)::bigint AS refund
FROM disruption_cases c JOIN bookings b ON b.id = c.booking_id
WHERE c.disruption_id = %(id)s GROUP BY c.state, c.choice, b.currency
"""
_SETTLED = """
SELECT disruption_id, count(*) FILTER (WHERE state = 'done') AS done, count(*) AS cases FROM disruption_cases
WHERE disruption_id = ANY(%(ids)s) GROUP BY disruption_id
"""
_CASES = """
SELECT c.id, c.disruption_id, c.booking_id, b.reference, c.state, c.choice, c.chosen_by, c.chosen_at, c.refund, c.note,
  b.currency, c.to_schedule_id, t.departure_at AS to_departure_at, r.contact_email, r.contact_phone,
  (SELECT count(*) FROM passengers p WHERE p.reservation_id = r.id) AS passengers,
  (SELECT string_agg(p.full_name, ', ' ORDER BY p.place) FROM passengers p WHERE p.reservation_id = r.id) AS names
FROM disruption_cases c JOIN bookings b ON b.id = c.booking_id JOIN reservations r ON r.id = b.reservation_id
LEFT JOIN schedules t ON t.id = c.to_schedule_id
"""
_LIST = f"""
{_CASES}
WHERE c.disruption_id = %(id)s AND (%(state)s::text IS NULL OR c.state = %(state)s)
  AND (%(after)s::uuid IS NULL OR (b.confirmed_at, b.id) > (SELECT x.confirmed_at, x.id FROM bookings x
    JOIN disruption_cases y ON y.booking_id = x.id WHERE y.id = %(after)s))
ORDER BY b.confirmed_at, b.id LIMIT %(limit)s
"""  # noqa: S608 - put together from constants
_CASE = _CASES + "WHERE c.id = %(id)s"


@dataclass(frozen=True, slots=True)
class Disruption:
    """A disruption and how far it is. `refunded` is what went back until now, exactly; `counts` has cases by what came
    of them: waiting, due, failed, refund, rebook, keep.
    """

    id: UUID
    schedule_id: UUID
    kind: str
    delay_minutes: int | None
    reason: str
    created_at: datetime
    choose_by: datetime
    default_choice: str
    released: int
    opened: bool
    departure_at: datetime
    timezone: str
    route_name: str
    counts: dict[str, int]
    refunded: tuple[Money, ...]

    @property
    def cases(self) -> int:
        """How many bookings it touches."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many of them are settled."""
        return sum(self.counts.get(choice, 0) for choice in Choice)

    @property
    def working(self) -> bool:
        """Whether the job has something to do now."""
        return not self.opened or self.counts.get(CaseState.DUE, 0) > 0

    def as_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {
            "id": str(self.id),
            "schedule_id": str(self.schedule_id),
            "kind": self.kind,
            "delay_minutes": self.delay_minutes,
            "reason": self.reason,
            "created_at": self.created_at.isoformat(),
            "choose_by": self.choose_by.isoformat(),
            "default_choice": self.default_choice,
            "holds_released": self.released,
            "cases": self.cases,
            "done": self.done,
            "working": self.working,
            "counts": self.counts,
            "refunded": [each.as_json() for each in self.refunded],
        }


@dataclass(frozen=True, slots=True)
class Case:
    """One booking of a disruption: who chose what, and what came of it."""

    id: UUID
    disruption_id: UUID
    booking_id: UUID
    reference: str
    state: str
    choice: str | None
    chosen_by: str | None
    chosen_at: datetime | None
    refund: Money | None
    note: str | None
    to_schedule_id: UUID | None
    to_departure_at: datetime | None
    contact_email: str | None
    contact_phone: str | None
    passengers: int
    names: str | None

    def as_json(self) -> dict[str, Any]:
        """The shape of the API for staff."""
        plain = ("reference", "state", "choice", "chosen_by", "note", "passengers")
        return {
            **{name: getattr(self, name) for name in plain},
            "id": str(self.id),
            "booking_id": str(self.booking_id),
            "chosen_at": self.chosen_at.isoformat() if self.chosen_at else None,
            "refund": self.refund.as_json() if self.refund else None,
            "to_schedule_id": str(self.to_schedule_id) if self.to_schedule_id else None,
        }


@dataclass(frozen=True, slots=True)
class Options:
    """What a passenger may choose from: the whole price back, one of these rides, or (`may_keep`) to stay."""

    case: Case
    disruption: Disruption
    refund: Money
    rides: tuple[OtherDeparture, ...]
    may_keep: bool


def disruption(disruption_id: UUID) -> Disruption:
    """One disruption. Raises NotFound."""
    return _disruption(fetch(_ONE, {"id": disruption_id}))


def disruption_of(schedule_id: UUID) -> Disruption | None:
    """The newest disruption of a run, if there was one."""
    rows = fetch(_OF_SCHEDULE, {"id": schedule_id})
    return _disruption(rows) if rows else None


def settled_counts(disruption_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Of many disruptions, how many cases are settled and how many there are."""
    rows = fetch(_SETTLED, {"ids": list(disruption_ids)})
    return {row.disruption_id: (row.done, row.cases) for row in rows}


def cases_of(
    disruption_id: UUID, *, state: str | None = None, limit: int = 500, after: UUID | None = None
) -> list[Case]:
    """Its cases in the order of the bookings, from behind the case ``after``."""
    found = {"id": disruption_id, "state": state, "limit": limit, "after": after}
    return [_case(row) for row in fetch(_LIST, found)]


def case(case_id: UUID) -> Case:
    """One case. Raises NotFound."""
    rows = fetch(_CASE, {"id": case_id})
    if not rows:
        raise NotFound("There is no such choice.")
    return _case(rows[0])


def options(case_id: UUID) -> Options:
    """What may be chosen for a case now. Raises NotFound."""
    found = case(case_id)
    whole = disruption(found.disruption_id)
    (bought,) = read_many([found.booking_id])
    rides: list[OtherDeparture] = []
    if found.state in (CaseState.WAITING, CaseState.FAILED) and may_move(bought):
        stretch = fetch(
            "SELECT schedule_id, from_position, to_position FROM reservations WHERE id = %(id)s",
            {"id": bought.row.reservation_id},
        )[0]
        rides = other_departures(tuple(stretch), len(bought.passengers))
    refund = bought.money(refund_of(bought))
    return Options(found, whole, refund, tuple(rides), whole.kind == "delayed")


def _disruption(rows: list[Any]) -> Disruption:
    if not rows:
        raise NotFound("There is no such disruption.")
    row = rows[0]
    counts: dict[str, int] = {}
    refunded: dict[str, int] = {row.currency: 0}
    for each in fetch(_COUNTS, {"id": row.id}):
        what = each.choice if each.state == CaseState.DONE else each.state
        counts[what] = counts.get(what, 0) + each.cases
        refunded[each.currency] = refunded.get(each.currency, 0) + each.refund
    names = ("id", "schedule_id", "kind", "delay_minutes", "reason", "created_at", "choose_by", "default_choice",
             "released", "departure_at", "timezone", "route_name")  # fmt: skip
    return Disruption(
        **{name: getattr(row, name) for name in names},
        opened=row.opened_at is not None,
        counts=counts,
        refunded=tuple(Money(refunded[currency], currency) for currency in sorted(refunded)),
    )


def _case(row: Any) -> Case:
    values = {name: getattr(row, name) for name in Case.__slots__ if name != "refund"}
    return Case(**values, refund=None if row.refund is None else Money(row.refund, row.currency))
