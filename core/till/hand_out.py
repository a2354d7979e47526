"""Cash back at the counter: what was paid in cash goes back by hand, out of the open drawer of who gives it."""

from uuid import UUID

from sqlalchemy import select

from core.kernel.activity import Actor
from core.kernel.db import transaction
from core.kernel.errors import NotFound, RuleBroken
from core.payments.gateways.base import RefundAnswer
from core.payments.models import Payment, Refund
from core.payments.refunds import settle_refund
from core.payments.words import RefundStatus
from core.till.drawer import cash_shift


class NotCash(RuleBroken):
    """Money that came by another way goes back by that way."""

    code = "not_cash"
    message = "This was not paid in cash: the money goes back the way it came."


def hand_out(refund_id: UUID, actor: Actor, payment_id: UUID | None = None) -> bool:
    """The cash of a refund was given to the customer: it has left the drawer. True for the one who noted it.

    Raises NotFound (also for a refund of another payment than the named one), NotCash, NoOpenShift, OtherCurrency.
    """
    with transaction() as session:
        of_refund = select(Payment.id, Payment.gateway, Refund.amount, Refund.currency, Refund.status).join(
            Refund, Refund.payment_id == Payment.id
        )
        found = session.execute(of_refund.where(Refund.id == refund_id)).one_or_none()
        if found is None or payment_id not in (None, found.id):
            raise NotFound("There is no such refund.")
        if found.gateway != "cash":
            raise NotCash
        if found.status != RefundStatus.PENDING:
            return False
        shift_id = cash_shift(actor, found.amount, found.currency)
        return settle_refund(
            refund_id, RefundAnswer("processed", f"cash-{refund_id}"), actor, shift_id=shift_id
        )
