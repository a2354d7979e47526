"""Money given back while the journey stands: staff refund (part of) a payment, and the books take it out of the sale."""

from uuid import UUID

from core.booking.cancellation_facts import Bought, Part, lock_booking, read_bought
from core.booking.errors import NotRefundable, ReasonMissing
from core.booking.giving_back import give_back
from core.booking.rules import clean_text
from core.kernel.activity import Actor
from core.kernel.db import run, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.money import Money
from core.payments.ledger import RefundTooHigh

_BOOKING = """
SELECT b.id FROM payments p LEFT JOIN bookings b ON b.reservation_id = p.reservation_id WHERE p.id = %(payment_id)s
"""


def refund_payment(payment_id: UUID, amount: Money | None, reason: str, actor: Actor) -> UUID:
    """Give this much of a payment back (None: all that is left of it), through its gateway; returns the refund's id.

    Raises NotFound, NotRefundable, RefundTooHigh, ReasonMissing, RuleBroken `other_currency`, BadPassenger (reason).
    """
    said = clean_text(reason, "reason")
    if said is None:
        raise ReasonMissing(field="reason")
    with transaction():
        found = run(_BOOKING, {"payment_id": payment_id}).fetchone()
        if found is None:
            raise NotFound("There is no such payment.")
        if found.id is None:
            raise NotRefundable
        lock_booking(found.id)
        return _give_back(read_bought(found.id), payment_id, amount, said, actor)


def _give_back(bought: Bought, payment_id: UUID, amount: Money | None, reason: str, actor: Actor) -> UUID:
    left = next((p.amount - int(p.given_back) for p in bought.payments if p.id == payment_id), 0)
    if left <= 0:
        raise NotRefundable
    row = bought.row
    money = amount or bought.money(left)
    if money.currency != row.currency:
        raise RuleBroken("This was paid in another currency.", code="other_currency", field="amount")
    if not 0 < money.amount <= left:
        raise RefundTooHigh(field="amount", left=left)
    part = Part(payment_id, money.amount, bought.given_back)
    return give_back(row, row.quote, part, reason, actor)
