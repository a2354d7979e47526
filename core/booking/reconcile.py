"""Asking the gateways about payments that they did not tell us of: a message may be lost, and so may an answer.

Run by cron. Nothing is charged by asking; what is learned is settled like a message.
"""

from core.booking.settle import settle
from core.kernel.db import transaction
from core.payments import records
from core.payments.gateways.base import EventKind, GatewayAnswer, GatewayEvent, GatewayUnavailable
from core.payments.gateways.catalogue import gateway

NOBODY_PAID = "Nobody paid."


def reconcile(limit: int = 100) -> int:
    """Look up payments that are open for a while; returns how many changed by it.

    A gateway that does not answer is left alone until the next time.
    """
    with transaction():
        open_ones = records.unsettled(limit)
    away: set[str] = set()
    changed = 0
    for payment in open_ones:
        if payment.gateway in away:
            continue
        try:
            changed += _look_up(payment)
        except GatewayUnavailable:
            away.add(payment.gateway)
    return changed


def _look_up(payment: records.Unsettled) -> bool:
    answer = gateway(payment.gateway).find(payment.id)
    if answer is not None and answer.status not in (payment.status, "pending"):
        settle(payment.gateway, _as_event(payment, answer))
        return True
    if payment.given_up and payment.status == "pending":
        with transaction():
            return records.fail(payment.id, NOBODY_PAID)
    return False


def _as_event(payment: records.Unsettled, answer: GatewayAnswer) -> GatewayEvent:
    kind = EventKind.PAYMENT_COMPLETED if answer.status == "completed" else EventKind.PAYMENT_FAILED
    return GatewayEvent(
        event_id=f"asked-{payment.id}-{answer.status}",
        kind=kind,
        payment_id=payment.id,
        reference=answer.reference,
        amount=answer.amount,
        failure=answer.failure,
    )
