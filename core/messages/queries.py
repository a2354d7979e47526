"""Reads that messages need: refunds and whose they are."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from core.kernel.db import db
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.payments.models import Payment, Refund
from core.timetable.models import Operator


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """Money on its way back, and who gives it."""

    id: UUID
    reservation_id: UUID
    money: Money
    reason: str
    method: str
    operator: Operator


def reservation_of_refund(refund_id: UUID) -> UUID | None:
    """The reservation whose payment is given back, or None when there is no such refund."""
    found = select(Payment.reservation_id).join(Refund, Refund.payment_id == Payment.id)
    return db.session.execute(found.where(Refund.id == refund_id)).scalar_one_or_none()


def refund_facts(refund_id: UUID) -> RefundFacts:
    """What a mail says about a refund. Raises NotFound."""
    row = db.session.execute(
        select(Refund, Payment, Operator)
        .join(Payment, Payment.id == Refund.payment_id)
        .join(Operator, Operator.id == Payment.operator_id)
        .where(Refund.id == refund_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such refund.")
    refund, payment, operator = row
    money = Money(refund.amount, refund.currency)
    return RefundFacts(refund.id, payment.reservation_id, money, refund.reason, payment.method, operator)


def operator_of(operator_id: UUID) -> Operator:
    """Who signs a mail."""
    return db.session.execute(select(Operator).where(Operator.id == operator_id)).scalar_one()
