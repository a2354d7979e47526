"""What must be true of messages: what has to be told was told, or waits in the outbox."""

from core.proof.invariant import Invariant

#: An address that was given after the sale got nothing that was sent before.
_ADDRESS_OF_THE_SALE = """
      s.contact_email IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM activity_log a JOIN bookings c ON a.subject_id = c.id::text
        WHERE c.reservation_id = s.id AND a.subject_kind = 'booking' AND a.action = 'booking.contact_changed')
"""

BOOKED_IS_TOLD = Invariant(
    "booked_is_told",
    "Who left an address has the message with the tickets, or it waits in the outbox.",
    f"""
    SELECT b.reference AS subject, 'no message about it, and none waiting' AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id
    WHERE {_ADDRESS_OF_THE_SALE}
      AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.cause = 'booking.confirmed:' || b.id)
      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.done_at IS NULL AND o.kind = 'booking.confirmed'
        AND o.payload ->> 'booking_id' = b.id::text)
    """,  # noqa: S608 - put together from constants
)

REFUND_IS_SENT = Invariant(
    "refund_is_sent",
    "A pending refund waits in the outbox or at its gateway, or has a time when it is tried again.",
    """
    SELECT f.id::text AS subject, 'pending, and nobody will send it' AS detail
    FROM refunds f JOIN payments p ON p.id = f.payment_id JOIN sales s ON s.id = p.reservation_id
    WHERE f.status = 'pending' AND f.gateway_reference IS NULL AND f.next_try_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.done_at IS NULL AND o.kind = 'refund.due'
        AND o.payload ->> 'refund_id' = f.id::text)
    """,
)

REFUND_IS_TOLD = Invariant(
    "refund_is_told",
    "Who left an address has the message about money that has gone back, or it waits in the outbox.",
    f"""
    SELECT f.id::text AS subject, 'no message about it, and none waiting' AS detail
    FROM refunds f JOIN payments p ON p.id = f.payment_id JOIN sales s ON s.id = p.reservation_id
    WHERE f.status = 'processed' AND {_ADDRESS_OF_THE_SALE}
      AND NOT EXISTS (SELECT 1 FROM messages m WHERE m.cause = 'refund.processed:' || f.id)
      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.done_at IS NULL AND o.kind = 'refund.processed'
        AND o.payload ->> 'refund_id' = f.id::text)
    """,  # noqa: S608
)

QUEUED_WILL_BE_SENT = Invariant(
    "queued_will_be_sent",
    "A message that is not sent yet has a row in the outbox that will send it.",
    """
    SELECT m.id::text AS subject, m.kind || ' is queued, and nothing will send it' AS detail
    FROM messages m
    WHERE m.status = 'queued'
      AND (CAST(:schedules AS uuid[]) IS NULL OR m.reservation_id IN (SELECT id FROM sales))
      AND NOT EXISTS (SELECT 1 FROM outbox o CROSS JOIN LATERAL jsonb_each_text(o.payload) AS held (name, value)
        WHERE o.done_at IS NULL AND o.kind <> 'seats.changed'
          AND held.value IN (m.id::text, split_part(m.cause, ':', 2)))
    """,
)

WORDS = (BOOKED_IS_TOLD, REFUND_IS_SENT, REFUND_IS_TOLD, QUEUED_WILL_BE_SENT)
