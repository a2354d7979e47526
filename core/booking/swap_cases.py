"""Who finds no seat in another vehicle chooses the money or another departure: cases of a disruption, only theirs.

Opened in the transaction of the swap itself. Who has lost the seats to an earlier swap keeps the open case of that one; who
finds a seat again has it closed.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.booking.disruption_models import DisruptionKind
from core.booking.swap_write import Swapped
from core.kernel.activity import SYSTEM, Actor, record
from core.kernel.db import run
from core.kernel.ids import new_id
from core.kernel.outbox import publish

_RULES = "SELECT choice_hours, choice_default FROM policies WHERE operator_id = %(id)s AND active"
_WRITE = """
INSERT INTO disruptions (id, schedule_id, operator_id, kind, reason, choose_by, default_choice, opened_at)
VALUES (%(id)s, %(schedule_id)s, %(operator_id)s, %(kind)s, %(reason)s, %(choose_by)s, %(default_choice)s, app_now())
"""
_CASE = "INSERT INTO disruption_cases (id, disruption_id, booking_id) VALUES (%(id)s, %(disruption_id)s, %(booking_id)s)"
_FOUND = """
UPDATE disruption_cases SET state = 'done', choice = 'keep', chosen_by = 'the swap', chosen_at = app_now(),
  note = 'Has a seat again in another vehicle.', done_at = app_now()
WHERE id = %(id)s AND state IN ('waiting', 'failed')
"""


def settle_found(swapped: Swapped) -> None:
    """Close the cases of those who have lost their seats once, and have some again."""
    for party in swapped.seated:
        case_id = _case(swapped, party)
        if case_id:
            run(_FOUND, {"id": case_id})
            change = {"before": {"state": "waiting"}, "after": {"state": "done", "choice": "keep"}}
            record(SYSTEM, "disruption.carried_out", "disruption_case", case_id, **change)


def ask_those_left(swapped: Swapped, reason: str, actor: Actor) -> UUID | None:
    """A disruption with a case and a letter for each booking without seats that is not asked already; its id, if any."""
    left = [party for party in swapped.left if not _case(swapped, party)]
    if not left:
        return None
    disruption_id = _write(swapped.facts.schedule, reason, actor, len(left))
    for party in left:
        booking_id = _booking(swapped, party)
        case_id = new_id()
        run(_CASE, {"id": case_id, "disruption_id": disruption_id, "booking_id": booking_id})
        publish("disruption.choice", {"case_id": str(case_id), "booking_id": str(booking_id)})
    return disruption_id


def _booking(swapped: Swapped, party: Any) -> UUID | None:
    return swapped.facts.people_of(party)[0].booking_id


def _case(swapped: Swapped, party: Any) -> UUID | None:
    booking_id = _booking(swapped, party)
    return swapped.facts.cases.get(booking_id) if booking_id else None


def _write(schedule: Any, reason: str, actor: Actor, cases: int) -> UUID:
    (rules,) = run(_RULES, {"id": schedule.operator_id}).fetchall()
    values = {
        "id": new_id(),
        "schedule_id": schedule.id,
        "operator_id": schedule.operator_id,
        "kind": DisruptionKind.SWAPPED.value,
        "reason": reason,
        "choose_by": _choose_by(schedule, rules.choice_hours),
        "default_choice": rules.choice_default,
    }
    run(_WRITE, values)
    after = {"kind": values["kind"], "default_choice": rules.choice_default, "cases": cases}
    after |= {"schedule_id": str(schedule.id), "choose_by": values["choose_by"].isoformat()}
    more = {"operator_id": schedule.operator_id, "after": after, "reason": reason}
    record(actor, "disruption.created", "disruption", values["id"], **more)
    return UUID(str(values["id"]))


def _choose_by(schedule: Any, hours: int) -> datetime:
    """So many hours from now as the policy gives, and no longer than until the run leaves."""
    leaves = schedule.estimated_departure_at or schedule.departure_at
    until: datetime = min(schedule.now + timedelta(hours=hours), max(leaves, schedule.now))
    return until
