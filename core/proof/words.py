"""What must be true of messages: what has to be told was told, or waits in the outbox."""

from core.proof.invariant import Invariant

#: An address that was given after the sale got nothing that was sent before.
_ADDRESS_OF_THE_SALE = """
      s.contact_email IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM activity_log a JOIN bookings c ON a.subject_id = c.id::text
        WHERE c.reservation_id = s.id AND a.subject_kind = 'booking' AND a.action = 'booking.contact_changed')
"""


def _told(kind: str, key: str, column: str, cause: str = "m.cause") -> str:
    """The conditions of a thing (its id in ``column``, by ``key`` in the outbox) of which nobody was told, nor will be."""
    return f"""
      NOT EXISTS (SELECT 1 FROM messages m WHERE {cause} = '{kind}:' || {column})
      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.done_at IS NULL AND o.kind = '{kind}'
        AND o.payload ->> '{key}' = {column}::text)
    """


BOOKED_IS_TOLD = Invariant(
    "booked_is_told",
    "Who left an address has the message with the tickets, or it waits in the outbox.",
    f"""
    SELECT b.reference AS subject, 'no message about it, and none waiting' AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id
    WHERE {_ADDRESS_OF_THE_SALE}
      AND {_told("booking.confirmed", "booking_id", "b.id")}
    """,
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
      AND {_told("refund.processed", "refund_id", "f.id")}
    """,
)

CANCELLED_IS_TOLD = Invariant(
    "cancelled_is_told",
    "Who left an address has the message about what was cancelled, or it waits in the outbox.",
    f"""
    SELECT c.id::text AS subject, 'no message about it, and none waiting' AS detail
    FROM cancellations c JOIN bookings b ON b.id = c.booking_id JOIN sales s ON s.id = b.reservation_id
    WHERE {_ADDRESS_OF_THE_SALE} AND {_told("booking.cancelled", "cancellation_id", "c.id")}
    """,
)

CHANGED_IS_TOLD = Invariant(
    "changed_is_told",
    "Who left an address has the tickets of a changed booking, or they wait in the outbox.",
    f"""
    SELECT b.reference AS subject, 'changed, no message about it, and none waiting' AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id
    WHERE {_ADDRESS_OF_THE_SALE}
      AND EXISTS (SELECT 1 FROM activity_log a WHERE a.subject_kind = 'booking' AND a.subject_id = b.id::text
        AND a.action IN ('booking.changed', 'booking.moved'))
      AND {_told("booking.changed", "booking_id", "b.id", "split_part(m.cause, ':', 1) || ':' || split_part(m.cause, ':', 2)")}
    """,
)

REMINDED_IS_TOLD = Invariant(
    "reminded_is_told",
    "Whoever was to be reminded and still travels has the reminder, or it waits in the outbox.",
    f"""
    SELECT b.reference AS subject, 'to be reminded, no message about it, and none waiting' AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id
    WHERE b.reminded_at IS NOT NULL AND b.status = 'confirmed' AND {_ADDRESS_OF_THE_SALE}
      AND {_told("reminder.due", "booking_id", "b.id")}
    """,
)

CHOICE_IS_TOLD = Invariant(
    "choice_is_told",
    "Who is to choose after a disruption and left an address has the message, or it waits in the outbox.",
    f"""
    SELECT d.id::text AS subject, 'to be chosen, no message about it, and none waiting' AS detail
    FROM disruption_cases d JOIN bookings b ON b.id = d.booking_id JOIN sales s ON s.id = b.reservation_id
    WHERE d.state = 'waiting' AND {_ADDRESS_OF_THE_SALE} AND {_told("disruption.choice", "case_id", "d.id")}
    """,
)

OFFER_IS_TOLD = Invariant(
    "offer_is_told",
    "Who is offered seats by a waiting list has the message while they are held, or it waits in the outbox.",
    f"""
    SELECT e.id::text AS subject, 'offered, no message about it, and none waiting' AS detail
    FROM waiting_entries e JOIN sales s ON s.id = e.reservation_id
    WHERE e.status = 'offered' AND s.status = 'active' AND s.expires_at > app_now()
      AND {_told("waiting.offered", "entry_id", "e.id", "split_part(m.cause, ':', 1) || ':' || split_part(m.cause, ':', 2)")}
    """,
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

WORDS = (
    BOOKED_IS_TOLD, REFUND_IS_SENT, REFUND_IS_TOLD, CANCELLED_IS_TOLD, CHANGED_IS_TOLD, REMINDED_IS_TOLD, CHOICE_IS_TOLD,
    OFFER_IS_TOLD, QUEUED_WILL_BE_SENT,
)  # fmt: skip
