"""Paying for a reservation.

By card and the like: the intent is recorded and the grace given in one transaction, the gateway is asked after it,
its answer is recorded in a second one; the booking comes with the gateway's signed message (`core.booking.settle`).
By cash: counted by whoever took it, so the booking is made at once. What costs nothing is booked at once, too: cash of
nothing, whatever the method that was asked for.
"""

from dataclasses import dataclass
from uuid import UUID

from core.booking.begin import begin
from core.booking.confirm import SeatsGone
from core.booking.difference_paid import lock_changed, make_good
from core.booking.errors import BadPassenger, HoldExpired, NotActive
from core.booking.own import lock_reservation
from core.booking.parties import Holder
from core.booking.sale import lock_sale
from core.booking.settle import settle
from core.kernel.activity import Actor
from core.kernel.db import transaction
from core.kernel.money import Money
from core.payments import records
from core.payments.gateways.base import GatewayAnswer, GatewayEvent, GatewayUnavailable, PaymentIntent
from core.payments.gateways.catalogue import gateway, gateway_for
from core.payments.words import Account, Method, PaymentStatus
from core.till.drawer import cash_shift


@dataclass(frozen=True, slots=True)
class PaymentStarted:
    """A payment on its way. `pay_url` is where the customer pays, if the method has such a page."""

    payment_id: UUID
    status: str
    pay_url: str | None
    amount: Money


def begin_payment(
    reservation_id: UUID,
    holder: Holder,
    actor: Actor,
    method: str,
    *,
    return_url: str | None = None,
    behaviour: str | None = None,
    terminal_of: UUID | None = None,
) -> PaymentStarted:
    """Start a payment by a method that goes through a gateway. One of nothing is completed when this returns.
    ``terminal_of``: the kiosk whose own card terminal is to charge.

    Raises NotFound, HoldExpired, NotActive, InBasket, BadPassenger (unknown method), Unavailable (the gateway did not answer twice:
    the payment is marked failed; should money come of it all the same, its message is settled like any other).
    """
    if method not in set(Method) - {Method.CASH, Method.VOUCHER}:
        raise BadPassenger("This way of paying is not known here.", field="method", code="unknown_method")
    through = gateway("terminal") if terminal_of else gateway_for(method)
    begun = begin(reservation_id, holder, actor, through.name, method)
    amount = begun.amount
    if begun.payment_id is None:
        payment_id, _ = _book_at_once(reservation_id, holder, actor)
        return PaymentStarted(payment_id, PaymentStatus.COMPLETED, None, amount)
    intent = PaymentIntent(
        payment_id=begun.payment_id,
        amount=amount,
        method=method,
        description=begun.operator_name,
        return_url=return_url,
        language=begun.language,
        in_person=begun.channel in ("kiosk", "counter"),
        kiosk_id=terminal_of,
        behaviour=behaviour,
    )
    answer = ask(through.name, intent)
    return PaymentStarted(begun.payment_id, answer.status, answer.pay_url, amount)


def ask(name: str, intent: PaymentIntent) -> GatewayAnswer:
    """Ask the gateway outside any transaction and record what it said. Raises when it did not answer, or refused."""
    try:
        answer = _begin(name, intent)
    except Exception:
        with transaction():
            records.fail(intent.payment_id, "The payment service did not answer.")
        raise
    records.note_answer(intent.payment_id, answer)
    if answer.status != "pending":
        _settle_at_once(name, intent, answer)
    return answer


def _begin(name: str, intent: PaymentIntent) -> GatewayAnswer:
    """Ask once more when no answer came: by the same payment id, so that a begun payment is found and not begun again."""
    try:
        return gateway(name).begin(intent)
    except GatewayUnavailable:
        return gateway(name).begin(intent)


def _settle_at_once(name: str, intent: PaymentIntent, answer: GatewayAnswer) -> None:
    kind = "payment.completed" if answer.status == "completed" else "payment.failed"
    event_id = f"answer-{intent.payment_id}"
    amount = answer.amount or intent.amount
    settle(
        name,
        GatewayEvent(event_id, kind, intent.payment_id, answer.reference, amount, failure=answer.failure),
    )


def take_cash(reservation_id: UUID, holder: Holder | None, actor: Actor) -> UUID:
    """The whole amount was taken in cash: book at once. Returns the booking's id.

    Raises NotFound, HoldExpired (nothing was taken: give the cash back), NotActive, NoOpenShift and OtherCurrency (of the
    actor's drawer).
    """
    _, booking_id = _book_at_once(reservation_id, holder, actor)
    return booking_id


def _book_at_once(reservation_id: UUID, holder: Holder | None, actor: Actor) -> tuple[UUID, UUID]:
    """A completed payment in cash, and the booking that it made."""
    try:
        with transaction():
            lock_changed(reservation_id)
            sale = lock_sale(reservation_id)
            locked = lock_reservation(reservation_id, holder)
            locked.require_open()
            locked.require_alone()
            if sale.row.schedule_status == "cancelled":
                raise NotActive("This departure was cancelled.")
            row = sale.row
            shift_id = cash_shift(actor, row.total, row.currency)
            payment_id = records.create_payment(row.id, row.operator_id, "cash", Method.CASH, sale.total)
            after = {"method": "cash", "amount": row.total, "currency": row.currency}
            records.complete_and_tell(actor, payment_id, f"cash-{payment_id}", row.operator_id, after)
            return payment_id, make_good(sale, payment_id, Account.CASH_DRAWER, actor, shift_id=shift_id)
    except SeatsGone:
        raise HoldExpired from None
