"""The books of a booking that moves: the old sale out, the new one in, and a difference that was paid in cash."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.kernel.activity import Actor, record
from core.kernel.money import Money
from core.kernel.outbox import publish
from core.payments import ledger, records
from core.payments.rules import PostingKind, cancellation_lines, part_of_sale_lines
from core.payments.words import Account, Method
from core.till.drawer import cash_shift


def book_move(booking: Any, quote: Mapping[str, Any], route_id: UUID) -> None:
    """Take the sale back at its old quote and book it at the new one: what was paid is owed for an instant between."""
    common = {"reservation_id": booking.reservation_id}
    out = cancellation_lines(booking.quote, 0, booking.total)
    back_in = part_of_sale_lines(quote, 0, booking.total, Account.REFUNDS_DUE)
    kind, whose = PostingKind.EXCHANGE, (booking.operator_id, booking.currency)
    ledger.post(kind, *whose, out, route_id=booking.route_id, **common)
    ledger.post(kind, *whose, back_in, route_id=route_id, **common)


def take_difference(booking: Any, quote: Mapping[str, Any], due: int, route_id: UUID, actor: Actor) -> UUID:
    """Cash was counted for the dearer departure: a completed payment, and the rest of the new sale.

    Raises NoOpenShift, OtherCurrency.
    """
    money = Money(due, booking.currency)
    shift_id = cash_shift(actor, due, booking.currency)
    payment_id = records.create_payment(
        booking.reservation_id, booking.operator_id, "cash", Method.CASH, money
    )
    records.complete(payment_id, f"cash-{payment_id}")
    after = {"method": "cash", "amount": due, "currency": booking.currency}
    record(actor, "payment.completed", "payment", payment_id, operator_id=booking.operator_id, after=after)
    lines = part_of_sale_lines(quote, booking.total, due, Account.CASH_DRAWER)
    links = {
        "payment_id": payment_id,
        "reservation_id": booking.reservation_id,
        "route_id": route_id,
        "shift_id": shift_id,
    }
    ledger.post(PostingKind.SALE, booking.operator_id, booking.currency, lines, **links)
    publish("invoice.due", {"booking_id": str(booking.id)})
    return payment_id
