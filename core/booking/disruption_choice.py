"""What becomes of a booking whose run is called off or late: chosen by its passenger, by staff for one or all, or by the
deadline. A case is chosen once; carrying it out is `disruption_case`'s business.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.booking.disruption_case import CLAIM_LASTS, carry_out
from core.booking.disruption_models import CaseState, Choice
from core.kernel.activity import SYSTEM, Actor, record
from core.kernel.db import fetch, run, transaction
from core.kernel.errors import Conflict, NotFound, RuleBroken
from core.kernel.outbox import publish

_CASE = """
SELECT c.id, c.disruption_id, c.state, c.note, d.operator_id, d.kind, d.choose_by <= app_now() AS too_late
FROM disruption_cases c JOIN disruptions d ON d.id = c.disruption_id WHERE c.id = %(case_id)s
"""
_EXISTS = "SELECT 1 FROM schedules WHERE id = %(id)s"
_DISRUPTION = "SELECT id, operator_id, kind, schedule_id FROM disruptions WHERE id = %(disruption_id)s"

#: The row count says who was first: a passenger and a clerk may choose in the same moment.
_CHOOSE = """
UPDATE disruption_cases SET state = 'due', choice = %(choice)s, chosen_by = %(chosen_by)s, chosen_at = app_now(),
  to_schedule_id = %(to)s, note = NULL
WHERE disruption_id = %(disruption_id)s AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s::uuid[]))
  AND state IN ('waiting', 'failed')
RETURNING id
"""
_OVERDUE = """
SELECT DISTINCT d.id, d.operator_id, d.kind, d.schedule_id, d.default_choice
FROM disruptions d JOIN disruption_cases c ON c.disruption_id = d.id AND c.state = 'waiting'
WHERE d.choose_by <= app_now() LIMIT 50
"""


#: Work that its process left undone: the job is woken for it once more.
_LEFT_UNDONE = f"""
SELECT DISTINCT disruption_id AS id FROM disruption_cases
WHERE state = 'due' AND claimed_at < app_now() - {CLAIM_LASTS} LIMIT 50
"""  # noqa: S608 - put together from constants


#: What the activity log says of a case before somebody chose.
_OPEN = {"choice": None}


@dataclass(frozen=True, slots=True)
class Wish:
    """A choice; a re-booking may name the departure ``to``, else the nearest with seats is taken."""

    choice: str
    to: UUID | None = None

    def check(self, kind: str) -> None:
        """Raises RuleBroken `invalid_choice`, `invalid_to_schedule_id`."""
        known = {Choice.REFUND, Choice.REBOOK} | ({Choice.KEEP} if kind == "delayed" else set())
        if self.choice not in known:
            raise RuleBroken(
                f"The choice is {' or '.join(sorted(known))}.", code="invalid_choice", field="choice"
            )


class AlreadyChosen(Conflict):
    """The choice was made before, or the time for it is over."""

    code = "already_chosen"
    message = "This was chosen already."


def choose(case_id: UUID, wish: Wish, actor: Actor) -> None:
    """The passenger chooses, and it is carried out at once. Raises NotFound, AlreadyChosen, RuleBroken `invalid_choice`,
    `not_carried_out` (no seats left on that departure: the passenger may choose again).
    """
    with transaction():
        case = _only(fetch(_CASE, {"case_id": case_id}), "There is no such choice.")
        wish.check(case.kind)
        if case.too_late:
            raise AlreadyChosen("The time to choose is over.")
        if not _take(case.disruption_id, wish, [case_id], "the passenger"):
            raise AlreadyChosen
        after = {"choice": wish.choice, "case_id": str(case_id)}
        change = {"operator_id": case.operator_id, "before": _OPEN, "after": after}
        record(actor, "disruption.chosen", "disruption", case.disruption_id, **change)
    if carry_out(case_id) != CaseState.DONE:
        note = _only(fetch(_CASE, {"case_id": case_id}), "There is no such choice.").note
        raise RuleBroken(note or "This did not work. Please choose again.", code="not_carried_out")


def choose_for(
    disruption_id: UUID, wish: Wish, actor: Actor, case_ids: Collection[UUID] | None = None
) -> int:
    """Staff choose for these cases, or for all that still wait; the job carries it out. Returns how many.

    Raises NotFound, RuleBroken `invalid_choice`.
    """
    with transaction():
        found = _only(fetch(_DISRUPTION, {"disruption_id": disruption_id}), "There is no such disruption.")
        wish.check(found.kind)
        count = len(_take(disruption_id, wish, case_ids, actor.label))
        after = {"choice": wish.choice, "cases": count, "to": str(wish.to) if wish.to else None}
        more = {"operator_id": found.operator_id, "before": _OPEN, "after": after}
        record(actor, "disruption.chosen", "disruption", disruption_id, **more)
    return count


def settle_overdue() -> int:
    """Who has not chosen by the deadline gets what the policy says; returns how many. Run by cron, which also wakes the job
    for cases whose process died.
    """
    for left in fetch(_LEFT_UNDONE):
        with transaction():
            publish("disruption.run", {"disruption_id": str(left.id)})
    return sum(_settle(row) for row in fetch(_OVERDUE))


def _settle(disruption: Any) -> int:
    with transaction():
        count = len(_take(disruption.id, Wish(disruption.default_choice), None, "the deadline", waiting=True))
        after = {"choice": disruption.default_choice, "cases": count}
        more = {"operator_id": disruption.operator_id, "before": _OPEN, "after": after}
        record(SYSTEM, "disruption.deadline_passed", "disruption", disruption.id, **more)
    return count


def _take(
    disruption_id: UUID, wish: Wish, ids: Collection[UUID] | None, who: str, *, waiting: bool = False
) -> list[UUID]:
    """Write the choice to the cases that are open for one, and wake the job. ``waiting``: not those that failed."""
    values = {
        "disruption_id": disruption_id,
        "ids": None if ids is None else list(ids),
        "choice": wish.choice,
        "chosen_by": who[:120],
        "to": wish.to,
    }
    statement = _CHOOSE.replace("('waiting', 'failed')", "('waiting')") if waiting else _CHOOSE
    taken = [row.id for row in run(statement, values)]
    if taken:
        publish("disruption.run", {"disruption_id": str(disruption_id)})
    return taken


def _only(rows: Sequence[Any], sentence: str) -> Any:
    if not rows:
        raise NotFound(sentence)
    return rows[0]
