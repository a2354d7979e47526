"""Part of a sale goes back through one payment: owed from this moment on, and taken out of the sale in the books."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.booking.cancellation_facts import Part
from core.kernel.activity import Actor
from core.kernel.money import Money
from core.payments import ledger
from core.payments.refunds import open_refund
from core.payments.rules import PostingKind, cancellation_lines


def give_back(
    booking: Any,
    quote: Mapping[str, Any],
    part: Part,
    why: str,
    actor: Actor,
    cancellation_id: UUID | None = None,
) -> UUID:
    """Open the refund and post it, in the open transaction; returns the refund's id.

    ``booking`` has the columns of `Bought.row`, ``quote`` is what the sale is booked by now.
    """
    money = Money(part.amount, booking.currency)
    refund_id = open_refund(part.payment_id, money, why, actor, cancellation_id)
    lines = cancellation_lines(quote, part.before, part.amount)
    links = {
        "payment_id": part.payment_id,
        "refund_id": refund_id,
        "reservation_id": booking.reservation_id,
        "route_id": booking.route_id,
    }
    ledger.post(PostingKind.CANCELLATION, booking.operator_id, booking.currency, lines, **links)
    return refund_id
