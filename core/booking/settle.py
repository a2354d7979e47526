"""What a gateway's message does here: exactly once per event, in one transaction with its effect.

Money that comes in time makes a booking. Money that comes after the hold ran out makes one if the seats are still free.
Any other money (a second payment, a wrong amount, seats gone, a released hold, a cancelled schedule) goes back: a refund
is opened at once and the customer is told.
"""

from typing import Any
from uuid import UUID

from core.booking import parts
from core.booking.basket_due import lock_due
from core.booking.confirm import SeatsGone
from core.booking.difference_paid import lock_both, make_good
from core.booking.sale import Sale, lock_sale
from core.kernel.activity import SYSTEM
from core.kernel.db import run, transaction
from core.kernel.money import Money
from core.kernel.outbox import publish
from core.payments import ledger, records
from core.payments.gateways.base import EventKind, GatewayEvent
from core.payments.refunds import open_refund, settle_refund_event
from core.payments.rules import PostingKind, refund_due_lines
from core.payments.words import Account, PaymentStatus

BOOKED, REFUND_DUE, FAILED = "booked", "refund_due", "failed"
PARKED, DUPLICATE, IGNORED, DISAGREES = "parked", "duplicate", "ignored", "disagrees"

#: Writes the message down and finds its payment, if it is here.
_NOTE = f"""
WITH noted AS ({records.NOTE_EVENT})
SELECT noted.id AS event_row, p.id, p.reservation_id, p.operator_id, p.amount, p.currency, p.status, p.split_id, p.lead_id,
  p.gateway,
  (SELECT c.booking_id FROM booking_changes c WHERE c.reservation_id = p.reservation_id) AS changes_booking_id
FROM noted LEFT JOIN payments p
  ON p.id = %(payment_id)s OR (p.gateway = %(gateway)s AND p.gateway_reference = %(reference)s)
"""  # noqa: S608 - put together from constants
_RECEIVED = "UPDATE payments SET amount = %(amount)s, currency = %(currency)s WHERE id = %(id)s"

#: What usually comes of a message; the rare other effect is written afterwards.
_EXPECTED: dict[str, str] = {EventKind.PAYMENT_COMPLETED: BOOKED, EventKind.PAYMENT_FAILED: FAILED}
#: A gateway may tell of other things, too; those have no effect.
_KNOWN = frozenset(EventKind)


def settle(gateway: str, event: GatewayEvent) -> str:
    """Process one verified event; returns its effect (one of the words above). Safe to call any number of times."""
    try:
        return _settle(gateway, event, seats_gone=False)
    except SeatsGone:
        return _settle(gateway, event, seats_gone=True)


def _settle(gateway: str, event: GatewayEvent, *, seats_gone: bool) -> str:
    with transaction():
        expected = _EXPECTED.get(event.kind) or _unknown(event)
        values = records.event_parameters(gateway, event, expected)
        noted = run(_NOTE, values | {"reference": event.reference}).fetchone()
        if noted is None:
            return DUPLICATE
        effect = settle_refund_event(event) if event.refund_id else _unknown(event)
        if noted.reservation_id and not event.refund_id:
            effect = _effect(noted, event, seats_gone)
        if effect != expected:
            records.set_effect(noted.event_row, effect)
    return effect


def _unknown(event: GatewayEvent) -> str:
    return PARKED if event.kind in _KNOWN else IGNORED


def _effect(payment: Any, event: GatewayEvent, seats_gone: bool) -> str:
    if event.kind == EventKind.PAYMENT_FAILED:
        return _failed(payment, event)
    if event.kind == EventKind.PAYMENT_COMPLETED:
        return _completed(payment, event, seats_gone)
    return IGNORED


def _failed(payment: Any, event: GatewayEvent) -> str:
    why = event.failure or "The payment was declined."
    sale = lock_sale(payment.reservation_id) if payment.split_id else None
    if not records.fail(payment.id, why):
        # What was paid and bought stays bought; that the gateway calls it failed now needs a person.
        return DISAGREES if payment.status == PaymentStatus.COMPLETED else IGNORED
    if sale:
        parts.give_up(sale, payment.split_id, parts.NOT_COMPLETED)
    return FAILED


def _completed(payment: Any, event: GatewayEvent, seats_gone: bool) -> str:
    if payment.lead_id:
        return _basket_completed(payment, event, seats_gone)
    if payment.changes_booking_id:
        lock_both(payment.reservation_id, payment.changes_booking_id)
    sale = lock_sale(payment.reservation_id)
    asked = Money(payment.amount, payment.currency)
    received = event.amount or asked
    after = {"amount": received.amount, "currency": received.currency}
    links = (event.reference, payment.operator_id, after, payment.status)
    if received.amount <= 0 or not records.complete_and_tell(SYSTEM, payment.id, *links):
        return IGNORED
    if payment.split_id and received == asked:
        return _part_completed(sale, payment, asked, seats_gone)
    if payment.split_id:
        parts.give_up(sale, payment.split_id, parts.NOT_COMPLETED, but=payment.id)
    elif received == sale.total and sale.can_be_booked and not seats_gone:
        make_good(sale, payment.id, Account.GATEWAY_RECEIVABLE)
        return BOOKED
    if received != asked:
        run(_RECEIVED, {"id": payment.id, **after})
    give_back(sale, payment.id, received, _why(sale, received == sale.total, seats_gone))
    return REFUND_DUE


def _basket_completed(payment: Any, event: GatewayEvent, seats_gone: bool) -> str:
    """The one payment of a basket: bookings of all its reservations, or all of the money goes back."""
    due = lock_due(payment.lead_id)
    received = event.amount or due.total
    after = {"amount": received.amount, "currency": received.currency}
    links = (event.reference, payment.operator_id, after)
    if received.amount <= 0 or not records.complete_and_tell(SYSTEM, payment.lead_id, *links):
        return IGNORED
    if received == due.total and due.can_be_booked and not seats_gone:
        due.book()
        return BOOKED
    run(_RECEIVED, {"id": payment.lead_id, **after})
    refused = due.obstacle
    due.fail_others()
    why = _why(refused, received == due.total, seats_gone)
    give_back(due.leading, payment.lead_id, received, why)
    return REFUND_DUE


def _part_completed(sale: Sale, payment: Any, received: Money, seats_gone: bool) -> str:
    """A part of a split: the last one makes the booking; one whose split is over, or cannot be booked, goes back."""
    parts.came(sale, payment.id, received, payment.gateway)
    if parts.book_if_whole(sale, payment.split_id, payment.id, seats_gone=seats_gone):
        return BOOKED
    parts.give_up(sale, payment.split_id, _why_not_whole(sale, seats_gone))
    return REFUND_DUE


def _why_not_whole(sale: Sale, seats_gone: bool) -> str:
    if sale.can_be_booked and not seats_gone:
        return parts.NOT_COMPLETED
    return _why(sale, True, seats_gone)


def give_back(sale: Sale, payment_id: UUID, received: Money, why: str) -> UUID:
    """Money that makes no booking: owed to the customer from this moment on, refunded by a job, explained by mail."""
    lines = refund_due_lines(received.amount, Account.GATEWAY_RECEIVABLE)
    row = sale.row
    refund_id = open_refund(payment_id, received, why)
    links = {
        "payment_id": payment_id,
        "refund_id": refund_id,
        "reservation_id": row.id,
        "route_id": row.route_id,
    }
    ledger.post(PostingKind.REFUND_DUE, row.operator_id, received.currency, lines, **links)
    publish("payment.late", {"payment_id": str(payment_id), "refund_id": str(refund_id)})
    return refund_id


def _why(sale: Sale, exact: bool, seats_gone: bool) -> str:
    if sale.row.status == "confirmed":
        return "This reservation was paid already."
    if not exact:
        return "The amount was not the one to be paid."
    if sale.row.schedule_status == "cancelled":
        return "The departure was cancelled."
    if sale.row.status == "cancelled":
        return "The reservation had been given up before the payment arrived."
    if seats_gone and sale.row.changes_booking_id:
        return "The change could not be made any more, so the booking stays as it was."
    if seats_gone:
        return "The payment arrived after the time to pay, and the seats had been sold."
    return "The payment arrived after sales had closed."
