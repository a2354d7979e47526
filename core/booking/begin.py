"""Writing down that somebody begins to pay: usually one statement, which is its own transaction.

It finds the reservation under lock if it is the holder's, runs, is no part of a basket, costs something and needs no
grace; then the payment and its line in the activity log are written. In every other case it writes nothing, and a
transaction looks closer.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.booking.own import Locked, lock_reservation
from core.booking.parties import Holder
from core.booking.rules import with_grace
from core.kernel.activity import Actor
from core.kernel.db import run, run_alone, transaction
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.kernel.outbox import publish
from core.payments import records

_BEGIN = f"""
WITH found AS MATERIALIZED (
  SELECT r.id, r.operator_id, r.total, r.currency, r.language, r.channel, o.name AS operator_name
  FROM reservations r JOIN policies p ON p.id = r.policy_id JOIN operators o ON o.id = r.operator_id
  WHERE r.id = %(reservation_id)s AND r.holder_kind = %(holder_kind)s AND r.holder_id = %(holder_id)s
    AND r.status = 'active' AND r.expires_at > app_now() AND r.total > 0 AND r.basket_id IS NULL
    AND (r.grace_used OR r.expires_at >= app_now() + make_interval(mins => p.payment_grace_minutes))
  FOR UPDATE OF r
), {records.START_FOUND}
SELECT * FROM found
"""  # noqa: S608 - put together from constants

_GRACE = "UPDATE reservations SET expires_at = %(expires_at)s, grace_used = true WHERE id = %(id)s"


@dataclass(frozen=True, slots=True)
class Begun:
    """A payment that was written down; `payment_id` is None, and nothing written, when there is nothing to pay."""

    payment_id: UUID | None
    amount: Money
    operator_name: str
    language: str
    channel: str


def begin(reservation_id: UUID, holder: Holder, actor: Actor, gateway: str, method: str) -> Begun:
    """Record the intent to pay for the holder's reservation and give the grace if it needs one.

    Raises NotFound, HoldExpired, NotActive, InBasket.
    """
    payment_id = new_id()
    values = {
        "reservation_id": reservation_id,
        "holder_kind": holder.kind,
        "holder_id": holder.id,
        "payment_id": payment_id,
        "gateway": gateway,
        "method": method,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label[:120],
        "address": actor.address,
    }
    rows = run_alone(_BEGIN, values)
    return (
        _begun(rows[0], payment_id)
        if rows
        else _begin_closely(reservation_id, holder, actor, gateway, method)
    )


def give_grace(locked: Locked) -> None:
    """Let the hold last as long as the policy lets a payment take, once; in the open transaction."""
    row = locked.row
    if row.grace_used:
        return
    expires_at = with_grace(locked.now, row.expires_at, row.payment_grace_minutes, locked.last_moment)
    if expires_at > row.expires_at:
        locked.prolong(expires_at)
        run(_GRACE, {"id": row.id, "expires_at": expires_at})
        publish("seats.changed", {"schedule_id": str(row.schedule_id)})


def _begin_closely(reservation_id: UUID, holder: Holder, actor: Actor, gateway: str, method: str) -> Begun:
    with transaction():
        locked = lock_reservation(reservation_id, holder)
        locked.require_open()
        locked.require_alone()
        row, payment_id = locked.row, None
        if row.total:
            give_grace(locked)
            amount = Money(row.total, row.currency)
            payment_id = records.start_payment(actor, row.id, row.operator_id, gateway, method, amount)
    return _begun(row, payment_id)


def _begun(row: Any, payment_id: UUID | None) -> Begun:
    return Begun(payment_id, Money(row.total, row.currency), row.operator_name, row.language, row.channel)
