"""Paying for a basket: once, for all of it. Vouchers and parts are for single reservations.

As with a single one the intent is recorded and the grace given in one transaction and the gateway asked after it; its
message makes all bookings or none (`core.booking.settle`). Cash makes them at once, and so does a price of nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from core.booking.basket import lock_members, prolong_all
from core.booking.confirm import SeatsGone, confirm
from core.booking.errors import BadPassenger, HoldExpired, NotActive
from core.booking.own import Locked
from core.booking.parties import Holder
from core.booking.pay import PaymentStarted, ask
from core.booking.rules import with_grace
from core.booking.sale import lock_sale
from core.kernel.activity import Actor
from core.kernel.db import run, transaction
from core.kernel.money import Money
from core.payments import records
from core.payments.gateways.base import PaymentIntent
from core.payments.gateways.catalogue import gateway, gateway_for
from core.payments.words import Account, Method, PaymentStatus
from core.till.drawer import cash_shift

_LOCK_SCHEDULES = """
SELECT 1 FROM schedules s WHERE s.id IN (SELECT schedule_id FROM reservations WHERE basket_id = %(id)s)
ORDER BY s.id FOR KEY SHARE OF s
"""
_GRACE = "UPDATE reservations SET expires_at = %(expires_at)s, grace_used = true WHERE id = ANY(%(ids)s)"


def begin_basket_payment(
    basket_id: UUID,
    holder: Holder,
    actor: Actor,
    method: str,
    *,
    return_url: str | None = None,
    behaviour: str | None = None,
    terminal_of: UUID | None = None,
) -> PaymentStarted:
    """Start one payment for all reservations of a basket; `payment_id` is that of the leading one, `amount` the sum.
    ``terminal_of``: the kiosk whose own card terminal is to charge.

    Raises NotFound, HoldExpired, NotActive, BadPassenger `unknown_method`, Unavailable (see `pay.begin_payment`).
    """
    if method not in set(Method) - {Method.CASH, Method.VOUCHER}:
        raise BadPassenger("A basket is paid at once, by one method.", field="method", code="unknown_method")
    through = gateway("terminal") if terminal_of else gateway_for(method)
    with transaction():
        members = lock_payable(basket_id, holder)
        amount = total_of(members)
        payment_ids = intend(members, through.name, method, actor) if amount.amount else []
    if not payment_ids:
        paid = take_cash_for_basket(basket_id, holder, actor)
        return PaymentStarted(paid[0], PaymentStatus.COMPLETED, None, amount)
    intent = _intent(members, payment_ids[0], amount, method, return_url, behaviour)
    answer = ask(through.name, replace(intent, kiosk_id=terminal_of))
    return PaymentStarted(payment_ids[0], answer.status, answer.pay_url, amount)


def total_of(members: Sequence[Locked]) -> Money:
    """What all of it costs."""
    return Money(sum(member.row.total for member in members), members[0].row.currency)


def lock_payable(basket_id: UUID, holder: Holder | None) -> list[Locked]:
    """All of it under lock, in the order of the schedules. Raises NotFound, HoldExpired, NotActive."""
    members = lock_members(basket_id, holder)
    for member in members:
        member.require_open()
    return members


def intend(members: Sequence[Locked], through: str, method: str, actor: Actor) -> list[UUID]:
    """Record one payment for each reservation, the first of which leads; give the grace. Returns their ids."""
    payment_ids = []
    for member in members:
        row = member.row
        share = Money(row.total, row.currency)
        links = (row.id, row.operator_id, through, method)
        payment_ids.append(records.start_payment(actor, *links, share))
        records.follow(payment_ids[-1], payment_ids[0])
    _give_grace(members)
    return payment_ids


def _give_grace(members: Sequence[Locked]) -> None:
    """As for a single reservation, once; all end together, when the first of them has to."""
    ends = [with_grace(m.now, m.row.expires_at, m.row.payment_grace_minutes, m.last_moment) for m in members]
    expires_at = min(ends)
    if any(m.row.grace_used for m in members) or expires_at <= members[0].row.expires_at:
        return
    prolong_all(members, expires_at)
    run(_GRACE, {"expires_at": expires_at, "ids": [member.row.id for member in members]})


def _intent(
    members: Sequence[Locked],
    lead_id: UUID,
    amount: Money,
    method: str,
    return_url: str | None,
    behaviour: str | None,
) -> PaymentIntent:
    first = members[0].row
    return PaymentIntent(
        payment_id=lead_id,
        amount=amount,
        method=method,
        description=", ".join(dict.fromkeys(member.row.operator_name for member in members)),
        return_url=return_url,
        language=first.language,
        in_person=first.channel in ("kiosk", "counter"),
        behaviour=behaviour,
    )


def take_cash_for_basket(basket_id: UUID, holder: Holder | None, actor: Actor) -> list[UUID]:
    """The whole amount was taken in cash: book all of it at once. Returns the payments' ids, one a booking.

    Raises NotFound, HoldExpired (nothing was taken: give the cash back), NotActive, NoOpenShift and OtherCurrency (of the
    actor's drawer).
    """
    try:
        with transaction():
            run(_LOCK_SCHEDULES, {"id": basket_id})
            return [_take_cash(member, actor) for member in lock_payable(basket_id, holder)]
    except SeatsGone:
        raise HoldExpired from None


def _take_cash(member: Locked, actor: Actor) -> UUID:
    sale = lock_sale(member.row.id)
    if sale.row.schedule_status == "cancelled":
        raise NotActive("This departure was cancelled.")
    row = sale.row
    shift_id = cash_shift(actor, row.total, row.currency)
    payment_id = records.create_payment(row.id, row.operator_id, "cash", Method.CASH, sale.total)
    after = {"method": "cash", "amount": row.total, "currency": row.currency}
    records.complete_and_tell(actor, payment_id, f"cash-{payment_id}", row.operator_id, after)
    confirm(sale, payment_id, Account.CASH_DRAWER, actor, shift_id=shift_id)
    return payment_id
