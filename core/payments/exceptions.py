"""What about money needs a person: everything that the office cannot settle by itself, in one list.

One statement with its words written out, so that each part is found by its own small index; a payment without a booking
is looked for among those of the last weeks.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from core.kernel.activity import Actor, record
from core.kernel.db import db, run, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.money import Money

_REASON = range(3, 301)


@dataclass(frozen=True, slots=True)
class MoneyException:
    """Something about money that somebody should look at. `event_id` is the row of a gateway's message.

    `kind`: paid_without_booking, part_without_rest, refund_pending, refund_failed, cash_not_collected, parked_message (about
    a payment that is not here), gateway_disagrees (it calls failed what it had called paid), cash_owed (a kiosk's box could
    not give it back; the note is the slip's code), cash_stray (in a box, and nobody knows whose).
    """

    kind: str
    since: datetime
    payment_id: UUID | None
    refund_id: UUID | None
    reservation_id: UUID | None
    event_id: UUID | None
    amount: Money | None
    note: str


# Parts of a split bought something together, or wait: `split_id` and `waiting` tell.
_FOUND = text("""
SELECT 'paid_without_booking' AS kind, coalesce(p.settled_at, p.created_at) AS since, p.id AS payment_id,
  NULL::uuid AS refund_id, p.reservation_id, NULL::uuid AS event_id, p.amount, p.currency, p.gateway::text AS note
FROM payments p
WHERE p.status = 'completed' AND p.amount > 0 AND p.split_id IS NULL AND p.created_at > app_now() - interval '30 days'
  AND NOT EXISTS (SELECT 1 FROM ledger_postings l
    WHERE l.payment_id = p.id AND l.kind = 'sale' AND l.at > app_now() - interval '31 days')
  AND NOT EXISTS (SELECT 1 FROM refunds f WHERE f.payment_id = p.id)
UNION ALL
SELECT 'part_without_rest', p.settled_at, p.id, NULL, p.reservation_id, NULL, p.amount, p.currency, p.gateway
FROM payments p JOIN reservations r ON r.id = p.reservation_id
WHERE p.waiting AND p.settled_at < app_now() - interval '15 minutes'
  AND (r.status <> 'active' OR r.expires_at < app_now() - interval '15 minutes')
UNION ALL
SELECT CASE WHEN p.gateway = 'cash' THEN 'cash_not_collected' ELSE 'refund_pending' END, f.created_at, f.payment_id, f.id,
  p.reservation_id, NULL, f.amount, f.currency, coalesce(f.failure, f.reason)
FROM refunds f JOIN payments p ON p.id = f.payment_id
WHERE f.status = 'pending'
  AND f.created_at < app_now() - CASE WHEN p.gateway = 'cash' THEN interval '1 day' ELSE interval '15 minutes' END
UNION ALL
SELECT 'refund_failed', f.created_at, f.payment_id, f.id, p.reservation_id, NULL, f.amount, f.currency,
  coalesce(f.failure, f.reason)
FROM refunds f JOIN payments p ON p.id = f.payment_id
WHERE f.status = 'failed' AND NOT EXISTS (SELECT 1 FROM refunds g
  WHERE g.payment_id = f.payment_id AND g.id > f.id AND g.status <> 'failed' AND g.amount >= f.amount)
UNION ALL
SELECT CASE w.effect WHEN 'parked' THEN 'parked_message' ELSE 'gateway_disagrees' END, w.received_at, w.payment_id, NULL,
  p.reservation_id, w.id, p.amount, p.currency, w.gateway || ' ' || w.event_id
FROM webhook_events w LEFT JOIN payments p ON p.id = w.payment_id WHERE w.effect IN ('parked', 'disagrees')
UNION ALL
SELECT 'cash_owed', i.closed_at, i.payment_id, NULL, i.reservation_id, NULL, i.inserted - i.used - i.paid_out, i.currency,
  i.slip_code
FROM cash_intakes i WHERE i.status = 'owed'
UNION ALL
SELECT 'cash_stray', m.at, NULL, NULL, NULL, NULL, m.amount, m.currency, k.name
FROM cash_movements m JOIN kiosks k ON k.id = m.kiosk_id WHERE m.payment_id IS NULL
ORDER BY since LIMIT :limit
""")

_PUT_ASIDE = """
UPDATE webhook_events SET effect = 'put_aside' WHERE id = %(id)s AND effect IN ('parked', 'disagrees')
RETURNING gateway, event_id
"""


def exceptions(limit: int = 100) -> list[MoneyException]:
    """What somebody should look at, oldest first."""
    rows = db.session.execute(_FOUND, {"limit": limit})
    return [
        MoneyException(
            row.kind,
            row.since,
            row.payment_id,
            row.refund_id,
            row.reservation_id,
            row.event_id,
            None if row.amount is None else Money(row.amount, row.currency),
            row.note,
        )
        for row in rows
    ]


def put_aside(event_row_id: UUID, actor: Actor, reason: str) -> None:
    """Somebody looked after a gateway's message: it is off the list, and kept. Raises RuleBroken (no reason), NotFound."""
    said = " ".join(reason.split())
    if len(said) not in _REASON:
        raise RuleBroken("Please say why, in 3 to 300 characters.", code="reason_missing", field="reason")
    with transaction():
        row = run(_PUT_ASIDE, {"id": event_row_id}).fetchone()
        if row is None:
            raise NotFound("There is no such message that waits for somebody.")
        after = {"gateway": row.gateway, "event_id": row.event_id}
        record(actor, "message.put_aside", "webhook_event", event_row_id, reason=said, after=after)
