"""A paid reservation becomes a booking: its holds turn to sold, tickets are issued, the ledger is posted, mail is due.

Everything happens in one statement of the caller's transaction, or nothing does: `all_or_nothing` refuses it when not all
of the seats can be had.
"""

import json
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from core.booking.rules import make_reference
from core.booking.sale import Sale
from core.inventory.locks import NOT_ALL, take_statement
from core.inventory.models import LockKind
from core.kernel.activity import SYSTEM, Actor
from core.kernel.db import after_commit, run
from core.kernel.ids import new_id
from core.kernel.outbox import nudge
from core.payments import ledger
from core.payments.rules import PostingKind, sale_lines
from core.payments.words import Account
from core.tickets.issue import as_parameter, drafts, issue_drafts, issue_statement

#: The fact of the outbox whose letter is the confirmation.
CONFIRMED = "booking.confirmed"


class SeatsGone(Exception):
    """The hold had run out and somebody else has the seats now. The caller rolls back and gives the money back."""


_CONFIRM = f"""
WITH booked AS (
  INSERT INTO bookings (id, reservation_id, schedule_id, operator_id, reference, total, currency)
  VALUES (%(booking_id)s, %(reservation_id)s, %(schedule_id)s, %(operator_id)s, %(reference)s, %(total)s, %(currency)s)
  ON CONFLICT (reference) DO NOTHING RETURNING id
), taken AS ({take_statement(LockKind.SOLD, source="booked CROSS JOIN ")}
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
    ('{CONFIRMED}', jsonb_build_object('booking_id', %(booking_id)s::text)),
    ('seats.changed', jsonb_build_object('schedule_id', %(schedule_id)s::text))) AS x (kind, payload)
  RETURNING id, kind
), issued AS ({issue_statement("booked")}
), {ledger.post_statement("booked")}
SELECT (SELECT id FROM told WHERE kind = '{CONFIRMED}') AS event_id, (SELECT array_agg(id) FROM issued) AS issued,
  all_or_nothing((SELECT array_agg(seat_id) FROM taken), %(lock_count)s)
FROM booked
"""  # noqa: S608 - put together from constants


def confirm(
    sale: Sale, payment_id: UUID, received_in: Account, actor: Actor = SYSTEM, *, shift_id: UUID | None = None
) -> UUID:
    """Make the booking that ``payment_id`` has paid for; returns its id. Cash has come into the drawer of a shift.

    Raises SeatsGone.
    """
    row, claim = sale.row, sale.claim()
    booking_id = new_id()
    links = {
        "payment_id": payment_id,
        "reservation_id": row.id,
        "route_id": row.route_id,
        "shift_id": shift_id,
    }
    lines = sale_lines(row.quote, received_in)
    fixed = ledger.parameters(PostingKind.SALE, row.operator_id, row.currency, lines, **links)
    fixed |= claim.parameters() | {"lock_count": claim.size}
    while True:  # until the reference is a new one, which it nearly always is
        values = _values(sale, booking_id, actor)
        tickets = drafts(sale.ticket_facts(booking_id, values["reference"]))
        done = _write(fixed | values | {"tickets": as_parameter(tickets)})
        if done is not None:
            break
    after_commit(partial(nudge, done.event_id, CONFIRMED))
    issue_drafts({key: row for key, row in tickets.items() if UUID(key) not in set(done.issued or ())})
    return booking_id


def _write(values: dict[str, Any]) -> Any:
    try:
        return run(_CONFIRM, values).fetchone()
    except psycopg.DatabaseError as error:
        if error.sqlstate != NOT_ALL:
            raise
        raise SeatsGone from None


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
