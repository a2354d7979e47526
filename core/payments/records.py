"""The rows of payments and of gateways' messages, written by the use cases above in their own transaction.

Every change of status is a conditional UPDATE whose row count says who was first.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from core.kernel import activity
from core.kernel.activity import Actor
from core.kernel.clock import app_now
from core.kernel.db import require_transaction, run, run_alone
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.payments.gateways.base import GatewayAnswer, GatewayEvent
from core.payments.models import Payment
from core.payments.words import PaymentStatus

#: A payment whose message has not come after this is asked about; after that nobody will pay it any more.
ASK_AFTER = timedelta(seconds=30)
GIVE_UP_AFTER = timedelta(hours=1)
#: Gateways that are never waited for.
_SETTLED_AT_ONCE = ("cash", "voucher")


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """What settling a payment needs to know of it."""

    id: UUID
    reservation_id: UUID
    operator_id: UUID
    gateway: str
    method: str
    amount: Money
    status: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A payment of which no message has come. `given_up`: so old that nobody will pay it any more."""

    id: UUID
    gateway: str
    status: str
    given_up: bool


@dataclass(frozen=True, slots=True)
class EventRow:
    """A message that was written down for the first time; `payment_id` is None when no such payment is here."""

    id: UUID
    payment_id: UUID | None


_CREATE = """
INSERT INTO payments (id, reservation_id, operator_id, gateway, method, amount, currency)
VALUES (%(id)s, %(reservation_id)s, %(operator_id)s, %(gateway)s, %(method)s, %(amount)s, %(currency)s)
"""
#: Parts (`made`, `noted`) of a larger statement that begin a payment of what a row `found` of `reservations` costs.
START_FOUND = """
made AS (
  INSERT INTO payments (id, reservation_id, operator_id, gateway, method, amount, currency)
  SELECT %(payment_id)s, id, operator_id, %(gateway)s, %(method)s, total, currency FROM found
), noted AS (
  INSERT INTO activity_log (actor_kind, actor_id, actor_label, address, action, subject_kind, subject_id, operator_id,
    after)
  SELECT %(actor_kind)s, %(actor_id)s, %(actor_label)s, %(address)s, 'payment.started', 'payment', %(payment_id)s::text,
    operator_id, jsonb_build_object('method', %(method)s::text, 'amount', total, 'currency', currency) FROM found
)
"""
_START = f"WITH made AS ({_CREATE}) {activity.write_statement()}"

_ANSWER = """
UPDATE payments SET gateway_reference = %(reference)s, pay_url = %(pay_url)s WHERE id = %(id)s RETURNING id
"""

_COMPLETE = """
UPDATE payments SET status = 'completed', settled_at = app_now(), failure = NULL,
  gateway_reference = coalesce(%(reference)s, gateway_reference)
WHERE id = %(id)s AND status IN ('pending', 'failed')
"""
_COMPLETE_AND_TELL = f"""
WITH done AS ({_COMPLETE} RETURNING id), told AS ({activity.write_statement("done")}) SELECT id FROM done
"""  # noqa: S608 - put together from constants

_FAIL = """
UPDATE payments SET status = 'failed', settled_at = app_now(), failure = %(failure)s
WHERE (id = %(id)s OR lead_id = %(id)s) AND status = 'pending' RETURNING id, operator_id
"""

#: Returns the row's `id` and `payment_id`, or nothing when the message was processed before.
NOTE_EVENT = """
INSERT INTO webhook_events AS known (id, gateway, event_id, payment_id, payload, effect)
VALUES (%(id)s, %(gateway)s, %(event_id)s, (SELECT id FROM payments WHERE id = %(payment_id)s), %(payload)s::jsonb,
  %(effect)s)
ON CONFLICT (gateway, event_id) DO UPDATE SET effect = excluded.effect, payment_id = excluded.payment_id
WHERE known.effect = 'parked'
RETURNING id, payment_id
"""


def create_payment(reservation_id: UUID, operator_id: UUID, gateway: str, method: str, amount: Money) -> UUID:
    """Write down the intent to take this money, before anybody is asked for it."""
    payment_id = new_id()
    values = {"id": payment_id, "reservation_id": reservation_id, "operator_id": operator_id, "gateway": gateway,
              "method": str(method), "amount": amount.amount, "currency": amount.currency}  # fmt: skip
    run(_CREATE, values)
    return payment_id


def join_split(payment_id: UUID, split_id: UUID) -> None:
    """Say that the payment is a part of a split."""
    run(
        "UPDATE payments SET split_id = %(split_id)s WHERE id = %(id)s",
        {"id": payment_id, "split_id": split_id},
    )


def follow(payment_id: UUID, lead_id: UUID) -> None:
    """Say that the money of a payment comes with that of another one (or of itself)."""
    run("UPDATE payments SET lead_id = %(lead_id)s WHERE id = %(id)s", {"id": payment_id, "lead_id": lead_id})


def start_payment(
    actor: Actor, reservation_id: UUID, operator_id: UUID, gateway: str, method: str, amount: Money
) -> UUID:
    """The same as `create_payment`, and a line in the activity log: somebody has begun to pay."""
    payment_id = new_id()
    values = {"id": payment_id, "reservation_id": reservation_id, "gateway": gateway, "method": str(method),
              "amount": amount.amount, "currency": amount.currency}  # fmt: skip
    after = {"method": method, "amount": amount.amount, "currency": amount.currency}
    links = {"operator_id": operator_id, "after": after}
    run(_START, values | activity.parameters(actor, "payment.started", "payment", payment_id, **links))
    return payment_id


def note_answer(payment_id: UUID, answer: GatewayAnswer) -> None:
    """Keep where the payment is found at the gateway, in a transaction of its own.

    Its status is changed by `complete` and `fail` alone.
    """
    run_alone(_ANSWER, {"id": payment_id, "reference": answer.reference, "pay_url": answer.pay_url})


def lock_payment(payment_id: UUID) -> PaymentFacts | None:
    """The payment, locked until the end of the transaction; None when there is none."""
    row = (
        require_transaction()
        .execute(select(Payment.__table__).where(Payment.id == payment_id).with_for_update())
        .one_or_none()
    )
    if row is None:
        return None
    return PaymentFacts(
        row.id,
        row.reservation_id,
        row.operator_id,
        row.gateway,
        row.method,
        Money(row.amount, row.currency),
        row.status,
        row.gateway_reference,
    )


def unsettled(limit: int) -> list[Unsettled]:
    """Payments that a gateway may know more about than we do: those that are pending for a while, those whose beginning
    got no answer, and those that failed lately, as it may have changed its mind and the message of it been lost. The last
    ones come last; otherwise in no order, so that none is always left out.
    """
    silent = (Payment.status == PaymentStatus.PENDING) & (Payment.created_at < app_now() - ASK_AFTER)
    failed = (Payment.status == PaymentStatus.FAILED) & (Payment.created_at > app_now() - GIVE_UP_AFTER)
    declined = (Payment.status == PaymentStatus.FAILED) & Payment.gateway_reference.is_not(None)
    leads = Payment.lead_id.is_(None) | (Payment.lead_id == Payment.id)
    rows = require_transaction().execute(
        select(Payment.id, Payment.gateway, Payment.status, Payment.created_at < app_now() - GIVE_UP_AFTER)
        .where(Payment.gateway.not_in(_SETTLED_AT_ONCE), silent | failed, leads)
        .order_by(declined, func.random())
        .limit(limit)
    )
    return [Unsettled(*row) for row in rows]


def complete(payment_id: UUID, reference: str | None = None) -> bool:
    """The money is here. True for the one who noted it; False when the payment was completed before.

    A failed payment may still complete: gateways change their mind in this direction, and the money counts.
    """
    return run(_COMPLETE, {"id": payment_id, "reference": reference}).rowcount == 1


def complete_and_tell(
    actor: Actor, payment_id: UUID, reference: str | None, operator_id: UUID, after: Mapping[str, Any],
    was: str = PaymentStatus.PENDING,
) -> bool:  # fmt: skip
    """The same as `complete`, and a line in the activity log with what is known now (`after`) of one that ``was`` so."""
    values = {"id": payment_id, "reference": reference}
    links = {"operator_id": operator_id, "before": {"status": was}, "after": dict(after)}
    told = activity.parameters(actor, "payment.completed", "payment", payment_id, **links)
    return run(_COMPLETE_AND_TELL, values | told).fetchone() is not None


def fail(payment_id: UUID, failure: str | None) -> bool:
    """No money will come, nor for what the payment leads, and a line in the activity log for each. True for the one who
    noted it; False when it is no longer pending.
    """
    words = (failure or "The payment did not succeed.")[:200]
    rows = run(_FAIL, {"id": payment_id, "failure": words}).fetchall()
    change = {"before": {"status": "pending"}, "after": {"status": "failed", "failure": words}}
    for row in rows:
        operator = {"operator_id": row.operator_id}
        activity.record(activity.SYSTEM, "payment.failed", "payment", row.id, **operator, **change)
    return bool(rows)


def record_event(gateway: str, event: GatewayEvent, effect: str) -> EventRow | None:
    """Write a gateway's message down, in the transaction of its effect; None when it was processed before.

    Of two that arrive at once the second waits here until the first has committed. `effect` is what is expected to
    come of it; `set_effect` corrects it. An unknown payment is no error: the row's `payment_id` is then None, and the
    message, parked, is taken up again when the gateway repeats it.
    """
    row = run(NOTE_EVENT, event_parameters(gateway, event, effect)).fetchone()
    return EventRow(row.id, row.payment_id) if row else None


def event_parameters(gateway: str, event: GatewayEvent, effect: str) -> dict[str, Any]:
    """For statements that write a message down."""
    return {"id": new_id(), "gateway": gateway, "event_id": event.event_id, "payment_id": event.payment_id,
            "payload": json.dumps(event.payload), "effect": effect}  # fmt: skip


def set_effect(event_row_id: UUID, effect: str) -> None:
    """Say what came of the message after all."""
    run(
        "UPDATE webhook_events SET effect = %(effect)s WHERE id = %(id)s",
        {"id": event_row_id, "effect": effect},
    )
