"""Money on its way back: opened with what makes it due, sent by a job, safe to run twice, tried again until it arrives.

The intent is a row (`open_refund`), the gateway is asked outside of any transaction with the refund's id as its key,
and the answer is a second transaction (`process_refund`). Who opens a refund also posts what is owed to the ledger
(`refund_due_lines`); processing posts `refund_paid_lines`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import aliased

from core.kernel import activity, outbox
from core.kernel.clock import app_now
from core.kernel.db import require_transaction, run, transaction
from core.kernel.errors import Conflict, NotFound
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments.gateways.base import (
    EventKind,
    GatewayEvent,
    GatewayRefused,
    GatewayUnavailable,
    RefundAnswer,
    RefundState,
)
from core.payments.gateways.catalogue import gateway
from core.payments.ledger import post
from core.payments.models import Payment, Refund
from core.payments.retry_rules import TRY_AFTER, next_question, next_try
from core.payments.rules import PostingKind, account_received, refund_paid_lines
from core.payments.words import PaymentStatus, RefundStatus

_SAID: dict[str, RefundState] = {
    EventKind.REFUND_PROCESSED: "processed",
    EventKind.REFUND_FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class _Due:
    """A refund with the payment that it belongs to."""

    id: UUID
    status: str
    reason: str
    money: Money
    payment_id: UUID
    reservation_id: UUID
    operator_id: UUID
    gateway: str
    payment_reference: str | None
    reference: str | None
    attempts: int
    refusals: int
    age: timedelta


class RefundSettled(Conflict):
    """It has arrived, or somebody has to hand it out."""

    code = "refund_settled"
    message = "There is nothing to be tried again with this refund."


_COUNT = """
UPDATE refunds SET attempts = %(attempts)s, next_try_at = app_now() + %(wait)s::interval
WHERE id = %(id)s AND status = 'pending'
"""
_PUT_OFF = """
UPDATE refunds SET failure = %(failure)s, refusals = refusals + %(refused)s::int WHERE id = %(id)s AND status = 'pending'
"""
_REVIVE = """
UPDATE refunds SET status = 'pending', settled_at = NULL, attempts = 0, gateway_reference = NULL,
  refusals = refusals + (gateway_reference IS NOT NULL)::int, next_try_at = app_now()
WHERE id = %(id)s AND status = 'failed'
"""
_DUE = """
SELECT f.id, p.gateway FROM refunds f JOIN payments p ON p.id = f.payment_id
WHERE f.status = 'pending' AND f.next_try_at <= app_now() ORDER BY f.next_try_at LIMIT %(limit)s
"""


def open_refund(
    payment_id: UUID,
    amount: Money,
    reason: str,
    actor: activity.Actor = activity.SYSTEM,
    cancellation_id: UUID | None = None,
) -> UUID:
    """Owe this money back, in the open transaction; a job sends it (outbox `refund.due`). Returns the refund's id.

    Raises RefundTooHigh when the payment's refunds would be more than was paid.
    """
    session = require_transaction()
    refund_id = new_id()
    values = {"amount": amount.amount, "currency": amount.currency, "reason": reason[:200]}
    links = {"payment_id": payment_id, "cancellation_id": cancellation_id}
    session.execute(insert(Refund).values(id=refund_id, **links, **values))
    activity.record(
        actor, "refund.opened", "refund", refund_id, after={**values, "payment_id": str(payment_id)}
    )
    outbox.publish("refund.due", {"refund_id": str(refund_id)})
    return refund_id


def process_refund(refund_id: UUID) -> str:
    """Send the money back, or ask about what was sent, and write down what came of it.

    Processed; pending: on its way, or refused or unanswered and tried again later (`retry_rules`); failed: for a person to
    look after. A refund that is no longer pending is left as it is. Raises NotFound.
    """
    return _process(refund_id)[0]


def _process(refund_id: UUID) -> tuple[str, bool]:
    """What came of it, and whether the gateway answered."""
    due = _begin(refund_id)
    if due.status != RefundStatus.PENDING:
        return due.status, True
    try:
        answer = _ask(due)
    except GatewayRefused as error:
        return _put_off(due, error.message, refused=True), True
    except GatewayUnavailable:
        return _put_off(due, "The payment service did not answer.", refused=False), False
    with transaction():
        settle_refund(refund_id, answer)
    return answer.status, True


def try_again(refund_id: UUID, actor: activity.Actor) -> str:
    """Somebody asks for another try of a refund that failed or takes long, now; returns what came of it.

    It is the same refund, so it is never paid out twice. Raises NotFound, RefundSettled, RefundTooHigh.
    """
    with transaction():
        due = _read(refund_id)
        if due.status == RefundStatus.PROCESSED or due.gateway == "cash":
            raise RefundSettled
        if run(_REVIVE, {"id": refund_id}).rowcount:
            change = {"before": {"status": due.status}, "after": {"status": RefundStatus.PENDING}}
            activity.record(
                actor, "refund.revived", "refund", refund_id, operator_id=due.operator_id, **change
            )
    return process_refund(refund_id)


def chase(limit: int = 50) -> int:
    """Try again what was put off, and ask about what is on its way. Run by cron; returns how many came to an end.

    A gateway that does not answer is left alone until the next time.
    """
    with transaction():
        due = run(_DUE, {"limit": limit}).fetchall()
    away: set[str] = set()
    ended = 0
    for each in due:
        if each.gateway in away:
            continue
        status, answered = _process(each.id)
        ended += status != RefundStatus.PENDING
        if not answered:
            away.add(each.gateway)
    return ended


def settle_refund(
    refund_id: UUID,
    answer: RefundAnswer,
    actor: activity.Actor = activity.SYSTEM,
    *,
    shift_id: UUID | None = None,
) -> bool:
    """Write the gateway's word on a refund down, in the open transaction. True for the one who ended it.

    ``shift_id`` is the shift out of whose drawer cash was given.
    """
    if answer.status == "pending":
        _change(refund_id, {"gateway_reference": answer.reference, "failure": None})
        return False
    ended: dict[str, object] = {
        "status": answer.status,
        "settled_at": app_now(),
        "failure": answer.failure,
        "next_try_at": None,
    }
    if answer.reference:
        ended["gateway_reference"] = answer.reference
    if not _change(refund_id, ended):
        return False
    due = _read(refund_id)
    if answer.status == "processed":
        _post_paid(due, shift_id)
        _mark_refunded(due.payment_id)
        outbox.publish("refund.processed", {"refund_id": str(refund_id)})
    _log(due, answer, actor)
    return True


def settle_refund_event(event: GatewayEvent) -> str:
    """What a webhook about a refund comes to, in the open transaction: `refunded`, `failed`, `ignored` or `parked`."""
    status = _SAID.get(event.kind)
    if status is None or event.refund_id is None:
        return "ignored"
    known = require_transaction().execute(select(Refund.id).where(Refund.id == event.refund_id)).first()
    if known is None:
        return "parked"
    if not settle_refund(event.refund_id, RefundAnswer(status, event.reference, event.failure)):
        return "ignored"
    return "refunded" if status == "processed" else "failed"


def refund_due(event_id: int, payload: Mapping[str, Any]) -> None:  # noqa: ARG001 - the form of every handler
    """Handler of the outbox fact `refund.due {refund_id}`: the first try, safe to run twice; cron does the others."""
    process_refund(UUID(payload["refund_id"]))


def _begin(refund_id: UUID) -> _Due:
    """Count a try, and say when the next one is due should this process not come back."""
    with transaction():
        due = _read(refund_id)
        if due.status != RefundStatus.PENDING:
            return due
        known = due.reference is not None
        tries = due.attempts + (not known)
        wait = next_question(due.age) if known else next_try(tries) or TRY_AFTER[-1]
        by_hand = due.gateway == "cash"
        values = {"id": refund_id, "attempts": tries, "wait": None if by_hand else wait}
        run(_COUNT, values)
        return replace(due, attempts=tries)


def _put_off(due: _Due, why: str, *, refused: bool) -> str:
    """No success: to be tried again at its time, or given to a person after the last try."""
    with transaction():
        if due.reference is None and next_try(due.attempts) is None:
            settle_refund(due.id, RefundAnswer("failed", "", why))
            return RefundStatus.FAILED
        if run(_PUT_OFF, {"id": due.id, "failure": why[:200], "refused": refused}).rowcount:
            before = {"status": due.status, "tries": due.attempts - 1}
            change = {"before": before, "after": {"failure": why, "tries": due.attempts}}
            activity.record(
                activity.SYSTEM, "refund.put_off", "refund", due.id, operator_id=due.operator_id, **change
            )
    return RefundStatus.PENDING


def _read(refund_id: UUID) -> _Due:
    lead = aliased(Payment)
    row = (
        require_transaction()
        .execute(
            select(
                Refund.status,
                Refund.reason,
                Refund.amount,
                Refund.currency,
                Refund.gateway_reference.label("reference"),
                Refund.attempts,
                Refund.refusals,
                (app_now() - Refund.created_at).label("age"),
                Payment.id.label("payment_id"),
                Payment.reservation_id,
                Payment.operator_id,
                Payment.gateway,
                func.coalesce(Payment.gateway_reference, lead.gateway_reference).label("gateway_reference"),
            )
            .join(Payment, Payment.id == Refund.payment_id)
            .outerjoin(lead, lead.id == Payment.lead_id)
            .where(Refund.id == refund_id)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound("There is no such refund.")
    return _Due(
        refund_id,
        row.status,
        row.reason,
        Money(row.amount, row.currency),
        row.payment_id,
        row.reservation_id,
        row.operator_id,
        row.gateway,
        row.gateway_reference,
        row.reference,
        row.attempts,
        row.refusals,
        row.age,
    )


def _ask(due: _Due) -> RefundAnswer:
    """The gateway's answer. Money that is not known there can only be looked for by a person."""
    if due.payment_reference is None:
        return RefundAnswer("failed", "", "The payment has no reference at its gateway.")
    try:
        return gateway(due.gateway).refund(due.payment_reference, due.id, due.money, due.reason, due.refusals)
    except NotFound as error:
        return RefundAnswer("failed", "", error.message)


def _change(refund_id: UUID, values: dict[str, object]) -> bool:
    changed = require_transaction().execute(
        update(Refund)
        .where(Refund.id == refund_id, Refund.status == RefundStatus.PENDING)
        .values(**values)
        .returning(Refund.id)
    )
    return changed.scalar_one_or_none() is not None


def _post_paid(due: _Due, shift_id: UUID | None) -> None:
    lines = refund_paid_lines(due.money.amount, account_received(due.gateway))
    post(
        PostingKind.REFUND_PAID,
        due.operator_id,
        due.money.currency,
        lines,
        payment_id=due.payment_id,
        refund_id=due.id,
        reservation_id=due.reservation_id,
        shift_id=shift_id,
    )


def _mark_refunded(payment_id: UUID) -> None:
    """A payment is called refunded once all of it has gone back."""
    given_back = (
        select(func.sum(Refund.amount))
        .where(Refund.payment_id == payment_id, Refund.status == RefundStatus.PROCESSED)
        .scalar_subquery()
    )
    require_transaction().execute(
        update(Payment)
        .where(
            Payment.id == payment_id,
            Payment.status == PaymentStatus.COMPLETED,
            Payment.amount == given_back,
        )
        .values(status=PaymentStatus.REFUNDED)
    )


def _log(due: _Due, answer: RefundAnswer, actor: activity.Actor) -> None:
    activity.record(
        actor,
        f"refund.{answer.status}",
        "refund",
        due.id,
        operator_id=due.operator_id,
        before={"status": "pending"},
        after={"status": answer.status, "failure": answer.failure}
        if answer.failure
        else {"status": answer.status},
    )
