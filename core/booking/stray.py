"""Money that came and bought nothing, and does not go back by itself: staff send it back, and say why."""

from uuid import UUID

from core.booking.errors import NotRefundable, ReasonMissing
from core.booking.rules import clean_text
from core.booking.sale import lock_sale
from core.booking.settle import give_back
from core.kernel.activity import Actor, record
from core.kernel.db import run, transaction
from core.kernel.errors import NotFound
from core.kernel.money import Money

_PAYMENT = """
SELECT p.reservation_id, p.operator_id, p.amount, p.currency,
  p.status = 'completed' AND p.amount > 0 AND p.split_id IS NULL
  AND NOT EXISTS (SELECT 1 FROM ledger_postings l WHERE l.payment_id = p.id)
  AND NOT EXISTS (SELECT 1 FROM refunds f WHERE f.payment_id = p.id) AS stray
FROM payments p WHERE p.id = %(payment_id)s
"""


def give_back_stray(payment_id: UUID, reason: str, actor: Actor) -> UUID:
    """Owe it back from now on, and send it through its gateway; the customer is told. Returns the refund's id.

    Raises NotFound, NotRefundable (it bought something, or goes back already), ReasonMissing, BadPassenger (reason).
    """
    said = clean_text(reason, "reason")
    if said is None:
        raise ReasonMissing(field="reason")
    with transaction():
        found = run(_PAYMENT, {"payment_id": payment_id}).fetchone()
        if found is None:
            raise NotFound("There is no such payment.")
        sale = lock_sale(found.reservation_id)
        now = run(_PAYMENT, {"payment_id": payment_id}).fetchone()
        if now is None or not now.stray:
            raise NotRefundable
        refund_id = give_back(sale, payment_id, Money(now.amount, now.currency), said)
        after = {"refund_id": str(refund_id), "amount": now.amount, "currency": now.currency}
        record(
            actor, "payment.given_back", "payment", payment_id, operator_id=now.operator_id, reason=said,
            after=after,
        )  # fmt: skip
        return refund_id
