"""A run is called off or late: what that touches is shown first; agreeing writes it down, and a job carries it out.

The run's new state, the disruption and the outbox row of the job are one transaction, so that nothing dies between them.
From then on the job (`disruption_run`) opens a case for each booking and works through them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.booking.cancellation_facts import Bought, read_many
from core.booking.disruption_models import Choice, DisruptionKind
from core.booking.errors import RefundChanged
from core.kernel.activity import Actor, record
from core.kernel.clock import now
from core.kernel.db import fetch, run, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.kernel.outbox import publish
from core.tickets.models import TicketStatus
from core.timetable.service import checks
from core.timetable.service.schedules import call_off, delay

_LONGEST_DELAY = 7 * 24 * 60

_SCHEDULE = """
SELECT s.id, s.operator_id, s.currency, s.departure_at, p.choice_hours, p.choice_default
FROM schedules s JOIN policies p ON p.operator_id = s.operator_id AND p.active WHERE s.id = %(schedule_id)s
"""
_OPEN = """
SELECT id FROM bookings WHERE schedule_id = %(schedule_id)s AND status IN ('confirmed', 'checked_in')
ORDER BY confirmed_at, id
"""
_HELD = """
SELECT count(*) AS holds, coalesce(sum(seat_count), 0) AS seats FROM reservations
WHERE schedule_id = %(schedule_id)s AND status = 'active' AND expires_at > app_now()
"""
_WRITE = """
INSERT INTO disruptions (id, schedule_id, operator_id, kind, delay_minutes, reason, choose_by, default_choice)
VALUES (%(id)s, %(schedule_id)s, %(operator_id)s, %(kind)s, %(delay_minutes)s, %(reason)s, %(choose_by)s,
  %(default_choice)s)
"""


@dataclass(frozen=True, slots=True)
class Affected:
    """Whom a disruption touches. `refunds`: what goes back if everybody wants their money, one amount a currency."""

    schedule_id: UUID
    bookings: int
    passengers: int
    holds: int
    held_seats: int
    checked_in: int
    used_tickets: int
    refunds: tuple[Money, ...]
    at: datetime

    def as_json(self) -> dict[str, Any]:
        """The shape of the API."""
        plain = ("bookings", "passengers", "holds", "held_seats", "checked_in", "used_tickets")
        shown = {name: getattr(self, name) for name in plain}
        return {
            "schedule_id": str(self.schedule_id),
            **shown,
            "refunds": [each.as_json() for each in self.refunds],
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to happen to a run: called off, or `delay_minutes` late (then passengers may stay on it)."""

    kind: str
    delay_minutes: int | None = None

    def check(self) -> None:
        """Raises RuleBroken `invalid_kind`, `invalid_delay_minutes`."""
        if self.kind not in (DisruptionKind.CANCELLED, DisruptionKind.DELAYED):
            checks.refuse("kind", "A run is cancelled or delayed.")
        if self.kind == DisruptionKind.DELAYED:
            checks.whole(self.delay_minutes, "delay_minutes", 1, _LONGEST_DELAY)
        elif self.delay_minutes is not None:
            checks.refuse("delay_minutes", "Only a delay has minutes.")


def preview_disruption(schedule_id: UUID) -> Affected:
    """Who is affected now, and what the refunds come to if all are chosen. Changes nothing. Raises NotFound."""
    _schedule(schedule_id)
    bought = open_bookings(schedule_id)
    held = fetch(_HELD, {"schedule_id": schedule_id})[0]
    people = [person for each in bought for person in each.travelling]
    return Affected(
        schedule_id=schedule_id,
        bookings=len(bought),
        passengers=len(people),
        holds=held.holds,
        held_seats=int(held.seats),
        checked_in=sum(each.row.status == "checked_in" for each in bought),
        used_tickets=sum(person.ticket_status == TicketStatus.USED for person in people),
        refunds=_totals(bought),
        at=now(),
    )


def disrupt(
    schedule_id: UUID, plan: Plan, reason: str, actor: Actor, *, agreed: Sequence[Money] | None = None
) -> UUID:
    """Call the run off or delay it, and let each of its passengers choose; returns the disruption's id.

    ``agreed`` are the refunds that were shown. Raises NotFound, RuleBroken `invalid_<field>`, Conflict `not_cancellable`,
    `not_delayable`, RefundChanged (somebody bought or cancelled since: look again).
    """
    plan.check()
    reason = checks.text(reason, "reason", 300)
    with transaction():
        late = plan.kind == DisruptionKind.DELAYED
        if late:
            delay(schedule_id, plan.delay_minutes or 0, actor)
        else:
            call_off(schedule_id, actor, reason)
        found = _totals(open_bookings(schedule_id))
        if agreed is not None and sorted(agreed, key=str) != sorted(found, key=str):
            raise RefundChanged(refunds=[each.as_json() for each in found])
        return _write(_schedule(schedule_id), plan, reason, actor)


def open_bookings(schedule_id: UUID) -> list[Bought]:
    """The facts of the bookings of a run that are neither cancelled nor over, oldest first."""
    ids = [row.id for row in fetch(_OPEN, {"schedule_id": schedule_id})]
    by_id = {each.row.id: each for each in read_many(ids)}
    return [by_id[booking_id] for booking_id in ids]


def refund_of(bought: Bought) -> int:
    """What goes back when everybody who still travels gets everything, in minor units: as `cancel_booking` reckons it."""
    return min(bought.left, sum(bought.paid_by(person) for person in bought.travelling))


def _totals(bought: Sequence[Bought]) -> tuple[Money, ...]:
    sums: dict[str, int] = defaultdict(int)
    for each in bought:
        sums[each.row.currency] += refund_of(each)
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))


def _schedule(schedule_id: UUID) -> Any:
    rows = fetch(_SCHEDULE, {"schedule_id": schedule_id})
    if not rows:
        raise NotFound("There is no such departure.")
    return rows[0]


def _write(schedule: Any, plan: Plan, reason: str, actor: Actor) -> UUID:
    late = plan.kind == DisruptionKind.DELAYED
    disruption_id = new_id()
    values = {
        "id": disruption_id,
        "schedule_id": schedule.id,
        "operator_id": schedule.operator_id,
        "kind": plan.kind,
        "delay_minutes": plan.delay_minutes,
        "reason": reason,
        "choose_by": _choose_by(schedule, plan),
        "default_choice": Choice.KEEP.value if late else schedule.choice_default,
    }
    run(_WRITE, values)
    after = {name: values[name] for name in ("kind", "delay_minutes", "default_choice")}
    after |= {"schedule_id": str(schedule.id), "choose_by": values["choose_by"].isoformat()}
    more = {"operator_id": schedule.operator_id, "after": after, "reason": reason}
    record(actor, "disruption.created", "disruption", disruption_id, **more)
    publish("disruption.run", {"disruption_id": str(disruption_id)})
    return disruption_id


def _choose_by(schedule: Any, plan: Plan) -> datetime:
    """So many hours from now as the policy gives; who is late may choose until the run leaves, and no longer."""
    given = now() + timedelta(hours=schedule.choice_hours)
    if plan.kind != DisruptionKind.DELAYED:
        return given
    leaves: datetime = schedule.departure_at + timedelta(minutes=plan.delay_minutes or 0)
    if leaves <= now():
        raise RuleBroken("With this delay the run would have left already.", code="invalid_delay_minutes")
    return min(given, leaves)
