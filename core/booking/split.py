"""Paying with a voucher, or in parts by several methods: what is at hand (vouchers, cash) is taken first, in one transaction
with the intent to take the rest; then the gateway is asked for the rest. Single payments have a path of their own
(`core.booking.pay`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from core.booking import parts
from core.booking.begin import give_grace
from core.booking.confirm import SeatsGone
from core.booking.difference_paid import lock_changed
from core.booking.errors import BadPassenger, HoldExpired, NotActive
from core.booking.own import Locked, lock_reservation
from core.booking.parties import Holder
from core.booking.pay import ask
from core.booking.sale import Sale, lock_sale
from core.booking.split_rules import PartRequest, divide
from core.kernel import codes
from core.kernel.activity import Actor, record
from core.kernel.db import transaction
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments import records, vouchers
from core.payments.gateways.base import PaymentIntent
from core.payments.gateways.catalogue import gateway_for
from core.payments.words import Method, PaymentStatus

BEGUN_ANEW = "The payment was begun anew."


@dataclass(frozen=True, slots=True)
class PartStarted:
    """A part of a split: completed at once, or waiting for the customer at `pay_url`."""

    payment_id: UUID
    method: str
    status: str
    amount: Money
    pay_url: str | None = None


@dataclass(frozen=True, slots=True)
class SplitStarted:
    """A split on its way; `booking_id` when all of it was at hand."""

    parts: tuple[PartStarted, ...]
    booking_id: UUID | None


def begin_split(
    reservation_id: UUID,
    holder: Holder | None,
    actor: Actor,
    requests: Sequence[PartRequest],
    *,
    return_url: str | None = None,
    behaviour: str | None = None,
    terminal_of: UUID | None = None,
) -> SplitStarted:
    """Pay a reservation in parts. What came in an earlier split of it that is not whole goes back first.
    ``terminal_of``: the kiosk whose own card terminal is to charge.

    Raises NotFound, HoldExpired, NotActive, BadPassenger `bad_parts` and `unknown_method`, the vouchers' errors,
    NoOpenShift and OtherCurrency for cash, and Unavailable when the gateway did not answer: then all parts go back.
    """
    by_gateway = [_through(each.method, terminal_of) for each in requests]
    split_id = new_id()
    try:
        with transaction():
            lock_changed(reservation_id)
            sale = lock_sale(reservation_id)
            locked = lock_reservation(reservation_id, holder)
            _require_payable(sale, locked)
            parts.give_up_others(sale, BEGUN_ANEW)
            amounts = divide(sale.total, requests, _balances(sale, requests))
            begun = [
                _begin(sale, split_id, each, Money(amount, sale.total.currency), name, actor)
                for each, amount, name in zip(requests, amounts, by_gateway, strict=True)
            ]
            booking_id = parts.book_if_whole(sale, split_id, begun[-1].payment_id, actor)
            if booking_id is None:
                give_grace(locked)
    except SeatsGone:
        raise HoldExpired from None
    if booking_id is not None:
        return SplitStarted(tuple(begun), booking_id)
    intent = _intent(locked, return_url, behaviour, terminal_of)
    return SplitStarted(tuple(_ask(locked, split_id, begun, by_gateway, intent)), None)


def _through(method: str, terminal_of: UUID | None) -> str:
    return "terminal" if terminal_of and method == Method.CARD else gateway_for(method).name


def _require_payable(sale: Sale, locked: Locked) -> None:
    locked.require_open()
    locked.require_alone()
    if sale.row.schedule_status == "cancelled":
        raise NotActive("This departure was cancelled.")
    if not sale.total.amount:
        raise BadPassenger("There is nothing to pay.", field="parts", code="bad_parts")


def _balances(sale: Sale, requests: Sequence[PartRequest]) -> list[int]:
    """What is on each voucher; a code that cannot be used is refused here, before anything is taken."""
    row = sale.row
    given = sorted(
        {codes.plain(each.voucher_code or "") for each in requests if each.method == Method.VOUCHER}
    )
    found = {code: vouchers.balance_of(code, row.operator_id, row.currency) for code in given}
    return [found.get(codes.plain(each.voucher_code or ""), 0) for each in requests]


def _begin(
    sale: Sale, split_id: UUID, request: PartRequest, amount: Money, gateway: str, actor: Actor
) -> PartStarted:
    row = sale.row
    payment_id = records.create_payment(row.id, row.operator_id, gateway, request.method, amount)
    records.join_split(payment_id, split_id)
    if request.method == Method.VOUCHER:
        parts.take_voucher(sale, payment_id, request.voucher_code or "", amount, actor)
    elif request.method == Method.CASH:
        parts.take_cash_part(sale, payment_id, amount, actor)
    else:
        after = {"method": request.method, "amount": amount.amount, "currency": amount.currency}
        record(actor, "payment.started", "payment", payment_id, operator_id=row.operator_id, after=after)
        return PartStarted(payment_id, request.method, PaymentStatus.PENDING, amount)
    return PartStarted(payment_id, request.method, PaymentStatus.COMPLETED, amount)


def _intent(
    locked: Locked, return_url: str | None, behaviour: str | None, terminal_of: UUID | None
) -> PaymentIntent:
    """What a gateway is asked for, but for the payment, its method and its amount."""
    row = locked.row
    return PaymentIntent(
        payment_id=row.id,
        amount=Money(row.total, row.currency),
        method="",
        description=row.operator_name,
        return_url=return_url,
        language=row.language,
        in_person=row.channel in ("kiosk", "counter"),
        behaviour=behaviour,
        kiosk_id=terminal_of,
    )


def _ask(
    locked: Locked,
    split_id: UUID,
    begun: Sequence[PartStarted],
    by_gateway: Sequence[str],
    intent: PaymentIntent,
) -> list[PartStarted]:
    """Ask the gateway for the part that is not at hand."""
    asked = []
    for part, name in zip(begun, by_gateway, strict=True):
        if part.status != PaymentStatus.PENDING:
            asked.append(part)
            continue
        try:
            mine = replace(intent, payment_id=part.payment_id, amount=part.amount, method=part.method)
            answer = ask(name, mine)
        except Exception:
            _give_up(locked.row.id, split_id)
            raise
        asked.append(PartStarted(part.payment_id, part.method, answer.status, part.amount, answer.pay_url))
    return asked


def _give_up(reservation_id: UUID, split_id: UUID) -> None:
    with transaction():
        parts.give_up(lock_sale(reservation_id), split_id, parts.NOT_COMPLETED)
