"""A price that is paid in parts: the booking is made when the parts that came add up to it; else each goes back.

The parts of a split have one `split_id`. What came and waits for the rest is a prepayment in the books. A split is over as
soon as one part failed or went back: then all that came, or still comes, goes back. Called with the sale locked.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.booking.difference_paid import make_good
from core.booking.sale import Sale, lock_sale
from core.kernel.activity import SYSTEM, Actor, record
from core.kernel.db import run, transaction
from core.kernel.money import Money
from core.kernel.outbox import publish
from core.payments import ledger, records, vouchers
from core.payments.gateways.base import RefundAnswer
from core.payments.gateways.voucher.gateway import reference_of
from core.payments.refunds import open_refund, settle_refund
from core.payments.rules import PostingKind, account_received, part_lines, refund_due_lines
from core.payments.words import Account
from core.till.drawer import cash_shift

NOT_COMPLETED = "The other part of the payment did not come."

_PARTS = """
SELECT id, gateway, amount, currency, waiting FROM payments WHERE split_id = %(split_id)s ORDER BY id
"""
#: Parts that wait although nobody holds the seats any more, or another payment bought them.
_ABANDONED = """
SELECT DISTINCT p.split_id, p.reservation_id FROM payments p JOIN reservations r ON r.id = p.reservation_id
WHERE p.waiting AND NOT (r.status = 'active' AND r.expires_at > app_now()) LIMIT %(limit)s
"""
_WAITING = "SELECT DISTINCT split_id FROM payments WHERE reservation_id = %(reservation_id)s AND waiting"
_WAITS = "UPDATE payments SET waiting = true WHERE id = %(id)s"
_WAITED = "UPDATE payments SET waiting = false WHERE split_id = %(split_id)s"


@dataclass(frozen=True, slots=True)
class Part:
    """A payment of a split as it stands."""

    id: UUID
    gateway: str
    amount: Money
    waits: bool
    """Its money is here, and has neither bought anything nor gone back."""


def came(
    sale: Sale,
    payment_id: UUID,
    amount: Money,
    gateway: str,
    *,
    shift_id: UUID | None = None,
    received_in: Account | None = None,
) -> None:
    """Book the money of a part as waiting for the rest; its payment is completed. Cash is in the drawer of a shift, or where
    it was ``received_in``.
    """
    row = sale.row
    lines = part_lines(amount.amount, received_in or account_received(gateway))
    links = {
        "payment_id": payment_id,
        "reservation_id": row.id,
        "route_id": row.route_id,
        "shift_id": shift_id,
    }
    ledger.post(PostingKind.PART, row.operator_id, amount.currency, lines, **links)
    run(_WAITS, {"id": payment_id})


def book_if_whole(
    sale: Sale, split_id: UUID, last: UUID, actor: Actor = SYSTEM, *, seats_gone: bool = False
) -> UUID | None:
    """Make the booking when every part came and they are the price; returns its id, or None. Raises SeatsGone."""
    parts = _parts(split_id)
    whole = all(part.waits for part in parts)
    received = sum(part.amount.amount for part in parts)
    if not whole or received != sale.total.amount or seats_gone or not sale.can_be_booked:
        return None
    booking_id = make_good(sale, last, Account.PREPAYMENTS, actor)
    run(_WAITED, {"split_id": split_id})
    return booking_id


def others_wait(sale: Sale, split_id: UUID, last: UUID) -> bool:
    """Whether with the money of this part the price would be whole."""
    parts = _parts(split_id)
    whole = sum(part.amount.amount for part in parts) == sale.total.amount
    return whole and all(part.waits for part in parts if part.id != last)


def give_up(sale: Sale, split_id: UUID, why: str, *, but: UUID | None = None) -> int:
    """Send back every part that came; returns how many. Onto a voucher at once, else by a job, and told by mail."""
    waiting = [part for part in _parts(split_id) if part.waits and part.id != but]
    for part in waiting:
        _give_back(sale, part, why)
    run(_WAITED, {"split_id": split_id})
    return len(waiting)


def give_up_others(sale: Sale, why: str) -> None:
    """Send back what waits of earlier splits of this reservation: somebody begins to pay anew."""
    for row in run(_WAITING, {"reservation_id": sale.row.id}).fetchall():
        give_up(sale, row.split_id, why)


def give_up_abandoned(limit: int = 100) -> int:
    """Send back parts whose rest did not come while the seats were held. Run by cron; returns how many parts."""
    with transaction():
        abandoned = run(_ABANDONED, {"limit": limit}).fetchall()
    done = 0
    for each in abandoned:
        with transaction():
            sale = lock_sale(each.reservation_id)
            if sale.late or sale.row.status != "active":
                done += give_up(sale, each.split_id, NOT_COMPLETED)
    return done


def _parts(split_id: UUID) -> list[Part]:
    return [_part(row) for row in run(_PARTS, {"split_id": split_id}).fetchall()]


def _part(row: Any) -> Part:
    return Part(row.id, row.gateway, Money(row.amount, row.currency), row.waiting)


def _give_back(sale: Sale, part: Part, why: str) -> None:
    row = sale.row
    refund_id = open_refund(part.id, part.amount, why)
    lines = refund_due_lines(part.amount.amount, Account.PREPAYMENTS)
    links = {
        "payment_id": part.id,
        "refund_id": refund_id,
        "reservation_id": row.id,
        "route_id": row.route_id,
    }
    ledger.post(PostingKind.REFUND_DUE, row.operator_id, part.amount.currency, lines, **links)
    publish("payment.late", {"payment_id": str(part.id), "refund_id": str(refund_id)})
    if part.gateway == "voucher":
        vouchers.give_back(part.id, refund_id, part.amount.amount)
        settle_refund(refund_id, RefundAnswer("processed", reference_of(refund_id)))


def take_voucher(sale: Sale, payment_id: UUID, code: str, amount: Money, actor: Actor) -> None:
    """Complete a part with money of a voucher. Raises VoucherUnknown, VoucherExpired, VoucherTooSmall."""
    vouchers.spend(code, sale.row.operator_id, amount, payment_id)
    _complete(sale, payment_id, reference_of(payment_id), amount, "voucher", actor)


def take_cash_part(sale: Sale, payment_id: UUID, amount: Money, actor: Actor) -> None:
    """Complete a part that was counted in cash. Raises NoOpenShift, OtherCurrency."""
    shift_id = cash_shift(actor, amount.amount, amount.currency)
    _complete(sale, payment_id, f"cash-{payment_id}", amount, "cash", actor, shift_id=shift_id)


def _complete(
    sale: Sale,
    payment_id: UUID,
    reference: str,
    amount: Money,
    gateway: str,
    actor: Actor,
    *,
    shift_id: UUID | None = None,
) -> None:
    records.complete(payment_id, reference)
    came(sale, payment_id, amount, gateway, shift_id=shift_id)
    after = {"method": gateway, "amount": amount.amount, "currency": amount.currency}
    record(actor, "payment.completed", "payment", payment_id, operator_id=sale.row.operator_id, after=after)
