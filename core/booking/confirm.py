"""A paid reservation becomes a booking: its holds turn to sold, tickets are issued, the ledger is posted, mail is due.

Everything happens in the caller's transaction, or nothing does.
"""

import json
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from core.booking.rules import make_reference
from core.booking.sale import Sale
from core.inventory.locks import take_sold
from core.kernel.activity import SYSTEM, Actor
from core.kernel.db import after_commit, run
from core.kernel.ids import new_id
from core.kernel.outbox import nudge
from core.payments import ledger
from core.payments.rules import PostingKind, sale_lines
from core.payments.words import Account
from core.tickets.issue import issue


class SeatsGone(Exception):
    """The hold had run out and somebody else has the seats now. The caller rolls back and gives the money back."""


_BOOK = """
WITH booked AS (
  INSERT INTO bookings (id, reservation_id, schedule_id, operator_id, reference, total, currency)
  VALUES (%(booking_id)s, %(reservation_id)s, %(schedule_id)s, %(operator_id)s, %(reference)s, %(total)s, %(currency)s)
  ON CONFLICT (reference) DO NOTHING RETURNING id
), confirmed AS (
  UPDATE reservations SET status = 'confirmed', closed_at = app_now(), closed_reason = NULL
  WHERE id = %(reservation_id)s AND EXISTS (SELECT 1 FROM booked)
), noted AS (
  INSERT INTO activity_log (actor_kind, actor_id, actor_label, address, action, subject_kind, subject_id, operator_id,
    after)
  SELECT %(actor_kind)s, %(actor_id)s, %(actor_label)s, %(address)s, 'booking.confirmed', 'booking', %(booking_id)s::text,
    %(operator_id)s, %(after)s::jsonb FROM booked
), told AS (
  INSERT INTO outbox (kind, payload)
  SELECT x.kind, x.payload FROM booked, (VALUES
    ('booking.confirmed', jsonb_build_object('booking_id', %(booking_id)s::text)),
    ('seats.changed', jsonb_build_object('schedule_id', %(schedule_id)s::text))) AS x (kind, payload)
  RETURNING id, kind
)
SELECT id, kind FROM told
"""


def confirm(sale: Sale, payment_id: UUID, received_in: Account, actor: Actor = SYSTEM) -> UUID:
    """Make the booking that ``payment_id`` has paid for; returns its id. Raises SeatsGone."""
    if take_sold(sale.claim()):
        raise SeatsGone
    booking_id = new_id()
    reference = _book(sale, booking_id, actor)
    issue(sale.ticket_facts(booking_id, reference))
    row = sale.row
    lines = sale_lines(row.quote, received_in)
    links = {"payment_id": payment_id, "reservation_id": row.id, "route_id": row.route_id}
    ledger.post(PostingKind.SALE, row.operator_id, row.currency, lines, **links)
    return booking_id


def _book(sale: Sale, booking_id: UUID, actor: Actor) -> str:
    """Write the booking under a fresh reference; another one in the rare case that it is taken."""
    while True:
        values = _values(sale, booking_id, actor)
        told = run(_BOOK, values).fetchall()
        if told:
            for event in told:
                after_commit(partial(nudge, event.id, event.kind))
            return str(values["reference"])


def _values(sale: Sale, booking_id: UUID, actor: Actor) -> dict[str, Any]:
    row = sale.row
    today = row.now.astimezone(ZoneInfo(row.operator_timezone)).date()
    reference = make_reference(row.reference_prefix, today)
    after = {"reference": reference, "total": row.total, "currency": row.currency, "seats": row.seat_count}
    return {
        "booking_id": booking_id,
        "reservation_id": row.id,
        "schedule_id": row.schedule_id,
        "operator_id": row.operator_id,
        "reference": reference,
        "total": row.total,
        "currency": row.currency,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label[:120],
        "address": actor.address,
        "after": json.dumps(after),
    }
