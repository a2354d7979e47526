"""Carrying out one case: what was chosen is done to its booking, once.

The booking is changed by the same use cases as always, in their own transactions, and each of them knows what was done
before: so the case can be carried out again after a crash between the deed and the note of it. Whoever works on a case has
claimed it; a claim of a process that died runs out.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.booking.cancellation import cancel_booking
from core.booking.cancellation_facts import Bought, read_many
from core.booking.disruption_models import CaseState, Choice
from core.booking.errors import SeatTaken
from core.booking.move import move_booking
from core.booking.rebooking import OtherDeparture, destination_on, may_move, other_departures, ride_on
from core.kernel.activity import SYSTEM, record
from core.kernel.db import fetch, run, transaction
from core.kernel.errors import Busy, DomainError, Unavailable

_CASE = """
SELECT c.id, c.state, c.choice, c.booking_id, c.to_schedule_id, d.schedule_id, d.kind,
  d.reason, r.from_position AS own_first, r.to_position AS own_last
FROM disruption_cases c JOIN disruptions d ON d.id = c.disruption_id
JOIN bookings b ON b.id = c.booking_id JOIN reservations r ON r.id = b.reservation_id
WHERE c.id = %(case_id)s
"""
#: A claim older than this belongs to a process that died.
CLAIM_LASTS = "interval '60 seconds'"
_CLAIM = f"""
UPDATE disruption_cases SET claimed_at = app_now()
WHERE id = %(case_id)s AND state = 'due' AND (claimed_at IS NULL OR claimed_at < app_now() - {CLAIM_LASTS})
RETURNING id
"""  # noqa: S608 - put together from constants
_LET_GO = "UPDATE disruption_cases SET claimed_at = NULL WHERE id = %(case_id)s AND state = 'due'"
_NOTE = """
UPDATE disruption_cases SET state = %(state)s::text, choice = CASE WHEN %(state)s::text = 'waiting' THEN NULL ELSE %(choice)s END,
  note = %(note)s, refund = %(refund)s, cancellation_id = %(cancellation_id)s, to_schedule_id = %(to_schedule_id)s,
  done_at = CASE WHEN %(state)s::text = 'done' THEN app_now() END, claimed_at = NULL
WHERE id = %(case_id)s AND state = 'due'
"""
#: Somebody else may take a seat between looking and moving.
_TRIES = 4


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a case; `choice` is what was done in the end."""

    state: str
    choice: str
    note: str | None = None
    refund: int | None = None
    cancellation_id: UUID | None = None
    to_schedule_id: UUID | None = None


def carry_out(case_id: UUID) -> str:
    """Do what was chosen, unless somebody else is at it; returns the case's state afterwards: done, failed, due, or waiting
    again when it could not be moved there. Raises Busy and Unavailable, after which it can be done again.
    """
    if _claim(case_id):
        (case,) = fetch(_CASE, {"case_id": case_id})
        outcome = _tried(case)
        with transaction():
            run(_NOTE, _values(case_id, outcome))
            _log(case, outcome)
    return str(fetch(_CASE, {"case_id": case_id})[0].state)


def _claim(case_id: UUID) -> bool:
    """The row count says who got it."""
    with transaction():
        return run(_CLAIM, {"case_id": case_id}).rowcount > 0


def _tried(case: Any) -> _Outcome:
    try:
        return _do(case)
    except (Busy, Unavailable):
        with transaction():
            run(_LET_GO, {"case_id": case.id})
        raise
    except DomainError as error:
        again = CaseState.WAITING if case.choice == Choice.REBOOK else CaseState.FAILED
        return _Outcome(again, case.choice, error.message)


def _values(case_id: UUID, outcome: _Outcome) -> dict[str, Any]:
    note = outcome.note[:300] if outcome.note else None
    names = ("state", "choice", "refund", "cancellation_id", "to_schedule_id")
    return {"case_id": case_id, "note": note, **{name: getattr(outcome, name) for name in names}}


def _log(case: Any, outcome: _Outcome) -> None:
    after = {"state": outcome.state, "choice": outcome.choice, "refund": outcome.refund}
    change = {"before": {"state": str(CaseState.DUE), "choice": case.choice}, "after": after}
    record(SYSTEM, "disruption.carried_out", "disruption_case", case.id, **change)


def _do(case: Any) -> _Outcome:
    (bought,) = read_many([case.booking_id])
    here = bought.row.schedule_id
    if here != case.schedule_id:
        note = None if here == case.to_schedule_id else "Was moved to another departure meanwhile."
        return _Outcome(CaseState.DONE, Choice.REBOOK, note, to_schedule_id=here)
    if case.choice == Choice.KEEP:
        return _Outcome(CaseState.DONE, Choice.KEEP)
    if case.choice == Choice.REBOOK and bought.row.status != "cancelled":
        return _rebook(case, bought)
    return _refund(case)


def _refund(case: Any) -> _Outcome:
    done = cancel_booking(case.booking_id, SYSTEM, case.reason, waive=True, schedule_id=case.schedule_id)
    return _Outcome(
        CaseState.DONE, Choice.REFUND, refund=done.refund.amount, cancellation_id=done.cancellation_id
    )


def _rebook(case: Any, bought: Bought) -> _Outcome:
    """To the departure that was named, else the nearest with seats; a party that cannot be moved gets its money back
    unless somebody chose the departure for it.
    """
    own = (case.schedule_id, case.own_first, case.own_last)
    if case.to_schedule_id is not None:
        return _move(bought, ride_on(own, case.to_schedule_id))
    for ride in other_departures(own, len(bought.passengers)) if may_move(bought) else ():
        try:
            return _move(bought, ride)
        except SeatTaken:
            continue
    return _refund(case)


def _move(bought: Bought, ride: OtherDeparture) -> _Outcome:
    for left in reversed(range(_TRIES)):
        try:
            move_booking(bought.row.id, destination_on(bought, ride), SYSTEM, waive=True)
            break
        except SeatTaken:
            if not left:
                raise
    return _Outcome(CaseState.DONE, Choice.REBOOK, to_schedule_id=ride.schedule_id)
