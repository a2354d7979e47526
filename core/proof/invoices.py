"""What must be true of invoices: numbers without gaps, and on paper what is kept for a booking."""

from core.proof.invariant import Invariant

#: Papers that wait in the outbox: the invoices of a booking `b`, the credit notes of refunds of its reservation.
_INVOICE_WAITS = """
  EXISTS (SELECT 1 FROM outbox o WHERE o.done_at IS NULL
    AND o.kind IN ('booking.confirmed', 'invoice.due') AND o.payload ->> 'booking_id' = b.id::text)
"""
_CREDIT_WAITS = """
  EXISTS (SELECT 1 FROM outbox o WHERE o.done_at IS NULL
    AND o.kind IN ('refund.processed', 'credit.due') AND o.payload ->> 'refund_id' = d.id::text)
"""
#: Refunds that came out of a sale, not of money that bought nothing.
_TAKEN_BACK = """
  refunds d JOIN ledger_postings p ON p.refund_id = d.id AND p.kind = 'cancellation'
"""

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

PAPER_ADDS_UP = Invariant(
    "paper_adds_up",
    "The lines of an invoice or credit note come to its total.",
    """
    SELECT i.kind || ' ' || i.year || '-' || i.number AS subject, 'total ' || i.total || ', lines ' || l.amount AS detail
    FROM invoices i JOIN bookings b ON b.id = i.booking_id JOIN sales s ON s.id = b.reservation_id
    CROSS JOIN LATERAL (SELECT coalesce(sum((x ->> 'amount')::bigint) FILTER (WHERE NOT (x ->> 'included')::boolean), 0) AS amount
      FROM jsonb_array_elements(i.facts -> 'lines') x) l
    WHERE i.total <> l.amount
    """,
)

BOOKED_IS_INVOICED = Invariant(
    "booked_is_invoiced",
    "The invoices of a booking come to what was sold, differences that were paid later too, or one waits in the outbox.",
    f"""
    SELECT b.reference AS subject, 'sold for ' || b.total || ', ' || coalesce('invoiced ' || i.total, 'no invoice')
      || ', and none waiting' AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id
    LEFT JOIN (SELECT booking_id, sum(total) AS total FROM invoices WHERE kind = 'invoice' GROUP BY 1) i ON i.booking_id = b.id
    WHERE i.total IS DISTINCT FROM b.total AND NOT {_INVOICE_WAITS}
    """,
)

TAKEN_BACK_IS_CREDITED = Invariant(
    "taken_back_is_credited",
    "What went back out of a sale has a credit note over as much, or one waits in the outbox.",
    f"""
    SELECT d.id::text AS subject, 'went back ' || d.amount || ', credited ' || coalesce(-i.total, 0) AS detail
    FROM {_TAKEN_BACK} JOIN sales s ON s.id = p.reservation_id
    LEFT JOIN invoices i ON i.refund_id = d.id
    WHERE d.status = 'processed' AND i.total IS DISTINCT FROM -d.amount AND NOT {_CREDIT_WAITS}
    """,
)

KEPT_IS_ON_PAPER = Invariant(
    "kept_is_on_paper",
    "The invoices of a booking less its credit notes come to what the books keep for it, but for what has no note yet.",
    f"""
    SELECT b.reference AS subject, 'kept ' || k.kept + coalesce(w.going, 0) || ', on paper ' || coalesce(i.total, 0) AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id
    JOIN (SELECT p.reservation_id, -sum(e.amount) AS kept FROM ledger_postings p JOIN ledger_entries e ON e.posting_id = p.id
      WHERE e.account IN ('revenue', 'fees', 'taxes') GROUP BY 1) k ON k.reservation_id = s.id
    LEFT JOIN (SELECT booking_id, sum(total) AS total FROM invoices GROUP BY 1) i ON i.booking_id = b.id
    LEFT JOIN (SELECT p.reservation_id, sum(d.amount) AS going FROM {_TAKEN_BACK}
      WHERE NOT EXISTS (SELECT 1 FROM invoices c WHERE c.refund_id = d.id) GROUP BY 1) w ON w.reservation_id = s.id
    WHERE k.kept + coalesce(w.going, 0) <> coalesce(i.total, 0) AND NOT {_INVOICE_WAITS}
    """,
)

CREDITED_WITHIN = Invariant(
    "credited_within",
    "The credit notes of a booking come to no more than its invoices.",
    """
    SELECT b.reference AS subject, 'credited more than was invoiced' AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id JOIN invoices i ON i.booking_id = b.id
    GROUP BY b.id, b.reference HAVING sum(i.total) < 0
    """,
)

INVOICES = (
    NUMBERED_WITHOUT_GAPS,
    PAPER_ADDS_UP,
    BOOKED_IS_INVOICED,
    TAKEN_BACK_IS_CREDITED,
    KEPT_IS_ON_PAPER,
    CREDITED_WITHIN,
)
