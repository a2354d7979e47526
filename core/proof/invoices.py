"""What must be true of invoices: numbers without gaps, one for each booking."""

from core.proof.invariant import Invariant

NUMBERED_WITHOUT_GAPS = Invariant(
    "numbered_without_gaps",
    "Invoices and credit notes of an operator and year are numbered from 1 without a gap.",
    """
    SELECT i.operator_id::text || ' ' || i.kind || ' ' || i.year AS subject,
      count(*) || ' numbers up to ' || max(i.number) AS detail
    FROM invoices i
    WHERE CAST(:schedules AS uuid[]) IS NULL OR i.operator_id IN (SELECT operator_id FROM sales)
    GROUP BY i.operator_id, i.kind, i.year HAVING count(*) <> max(i.number)
    """,
)

BOOKED_IS_INVOICED = Invariant(
    "booked_is_invoiced",
    "A booking has its invoice over what it came to when it was sold, or one waits in the outbox.",
    """
    SELECT b.reference AS subject, coalesce('an invoice over ' || i.total, 'no invoice, and none waiting') AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id
    LEFT JOIN invoices i ON i.booking_id = b.id AND i.kind = 'invoice'
    WHERE i.id IS NULL AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.done_at IS NULL
        AND o.kind IN ('booking.confirmed', 'invoice.due') AND o.payload ->> 'booking_id' = b.id::text)
      OR i.total <> (SELECT coalesce(sum((l ->> 'amount')::bigint), 0) FROM jsonb_array_elements(i.facts -> 'lines') l
        WHERE NOT (l ->> 'included')::boolean)
    """,
)

CREDITED_WITHIN = Invariant(
    "credited_within",
    "The credit notes of a booking come to no more than its invoice.",
    """
    SELECT b.reference AS subject, 'credited more than was invoiced' AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id JOIN invoices i ON i.booking_id = b.id
    GROUP BY b.id, b.reference HAVING sum(i.total) < 0
    """,
)

INVOICES = (NUMBERED_WITHOUT_GAPS, BOOKED_IS_INVOICED, CREDITED_WITHIN)
