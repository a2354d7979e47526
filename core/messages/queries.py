"""Reads that messages need: refunds and whose they are."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text

from core.booking.invoice_models import Invoice, InvoiceKind
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.payments.models import Payment, Refund
from core.timetable.models import Operator, Policy

#: The same address, or the same holder, on the same departure since.
_ASKED_AGAIN = text("""
SELECT EXISTS (SELECT 1 FROM reservations r JOIN reservations o ON o.schedule_id = r.schedule_id
  WHERE r.id = :id AND o.id <> r.id AND o.created_at >= r.created_at AND o.status IN ('active', 'confirmed')
    AND (lower(o.contact_email) = lower(r.contact_email)
      OR (o.holder_kind = r.holder_kind AND o.holder_id = r.holder_id)))
""")


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


def asked_again(reservation_id: UUID) -> bool:
    """Whether whoever held these seats holds, or has bought, seats on the same departure by now."""
    return bool(db.session.execute(_ASKED_AGAIN, {"id": reservation_id}).scalar_one())


def invoice_by_mail(booking_id: UUID) -> UUID | None:
    """The invoice that comes with the confirmation, the first of the booking; None where the operator's policy does not ask for it."""
    found = (
        select(Invoice.id)
        .join(Policy, (Policy.operator_id == Invoice.operator_id) & Policy.active & Policy.invoice_by_mail)
        .where(Invoice.booking_id == booking_id, Invoice.kind == InvoiceKind.INVOICE)
        .order_by(Invoice.year, Invoice.number)
        .limit(1)
    )
    return db.session.execute(found).scalar_one_or_none()


def operator_of(operator_id: UUID) -> Operator:
    """Who signs a mail."""
    return db.session.execute(select(Operator).where(Operator.id == operator_id)).scalar_one()
