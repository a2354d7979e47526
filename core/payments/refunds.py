"""Money on its way back: opened with what makes it due, sent by a job, safe to run twice.

The intent is a row (`open_refund`), the gateway is asked outside of any transaction with the refund's id as its key,
and the answer is a second transaction (`process_refund`). Who opens a refund also posts what is owed to the ledger
(`refund_due_lines`); processing posts `refund_paid_lines`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import aliased

from core.kernel import activity, outbox
from core.kernel.clock import app_now
from core.kernel.db import require_transaction, transaction
from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments.gateways.base import EventKind, GatewayEvent, GatewayRefused, RefundAnswer, RefundState
from core.payments.gateways.catalogue import gateway
from core.payments.ledger import post
from core.payments.models import Payment, Refund
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
    """Send the money back and write down what came of it: processed, pending (a webhook will tell) or failed.

    A refund that is no longer pending is left as it is. Raises NotFound, and GatewayUnavailable when it is to be
    tried again later.
    """
    due = _due(refund_id)
    if due.status != RefundStatus.PENDING:
        return due.status
    answer = _ask(due)
    with transaction():
        settle_refund(refund_id, answer)
    return answer.status


def settle_refund(refund_id: UUID, answer: RefundAnswer, actor: activity.Actor = activity.SYSTEM) -> bool:
    """Write the gateway's word on a refund down, in the open transaction. True for the one who ended it."""
    if answer.status == "pending":
        _change(refund_id, {"gateway_reference": answer.reference})
        return False
    changed = _change(
        refund_id, {"status": answer.status, "gateway_reference": answer.reference, "settled_at": app_now()}
    )
    if not changed:
        return False
    due = _read(refund_id)
    if answer.status == "processed":
        _post_paid(due)
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
    """Handler of the outbox fact `refund.due {refund_id}`: safe to run twice, raises to be tried again."""
    process_refund(UUID(payload["refund_id"]))


def _due(refund_id: UUID) -> _Due:
    with transaction():
        return _read(refund_id)


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
    )


def _ask(due: _Due) -> RefundAnswer:
    """The gateway's answer; its refusal is a failed refund, for a person to look after."""
    if due.payment_reference is None:
        return RefundAnswer("failed", "", "The payment has no reference at its gateway.")
    try:
        return gateway(due.gateway).refund(due.payment_reference, due.id, due.money, due.reason)
    except (GatewayRefused, NotFound) as error:
        return RefundAnswer("failed", "", error.message)


def _change(refund_id: UUID, values: dict[str, object]) -> bool:
    changed = require_transaction().execute(
        update(Refund)
        .where(Refund.id == refund_id, Refund.status == RefundStatus.PENDING)
        .values(**values)
        .returning(Refund.id)
    )
    return changed.scalar_one_or_none() is not None


def _post_paid(due: _Due) -> None:
    lines = refund_paid_lines(due.money.amount, account_received(due.gateway))
    post(
        PostingKind.REFUND_PAID,
        due.operator_id,
        due.money.currency,
        lines,
        payment_id=due.payment_id,
        refund_id=due.id,
        reservation_id=due.reservation_id,
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
