"""What must be true of money: every cent that came is in the books, and ends as a booking or goes back."""

from core.proof.invariant import Invariant

#: Payments of the sales looked at, with what the books and the refunds say about each.
#: Accounts where money lies are all but what was earned, what is owed back, and what parts of a price wait for.
_PAID = """
  SELECT p.*, p.status IN ('completed', 'refunded') AS came,
    coalesce(l.lying, 0) AS lying, coalesce(l.owed, 0) AS owed, coalesce(l.sold, false) AS sold,
    coalesce(f.processed, 0) AS processed, coalesce(f.pending, 0) AS pending, coalesce(f.failed, 0) AS failed
  FROM payments p JOIN sales s ON s.id = p.reservation_id
  LEFT JOIN (
    SELECT o.payment_id, bool_or(o.kind IN ('sale', 'part')) AS sold,
      sum(e.amount) FILTER (WHERE e.account NOT IN ('revenue', 'fees', 'taxes', 'refunds_due', 'prepayments'))
        AS lying,
      -sum(e.amount) FILTER (WHERE e.account = 'refunds_due') AS owed
    FROM ledger_postings o JOIN ledger_entries e ON e.posting_id = o.id
    WHERE o.payment_id IS NOT NULL GROUP BY 1
  ) l ON l.payment_id = p.id
  LEFT JOIN (
    SELECT payment_id, sum(amount) FILTER (WHERE status = 'processed') AS processed,
      sum(amount) FILTER (WHERE status = 'pending') AS pending, sum(amount) FILTER (WHERE status = 'failed') AS failed
    FROM refunds GROUP BY 1
  ) f ON f.payment_id = p.id
"""

BOOKED_IS_PAID = Invariant(
    "booked_is_paid",
    "The sales in the books of a booking come to its total, in its currency, each from a payment that completed.",
    """
    SELECT b.reference AS subject, 'total ' || b.total || ', in the books ' || coalesce(-sum(e.amount), 0) AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id
    LEFT JOIN ledger_postings o ON o.reservation_id = s.id AND o.kind = 'sale' AND o.currency = b.currency
      AND EXISTS (SELECT 1 FROM payments p WHERE p.id = o.payment_id AND p.reservation_id = s.id
        AND p.status IN ('completed', 'refunded'))
    LEFT JOIN ledger_entries e ON e.posting_id = o.id AND e.account IN ('revenue', 'fees', 'taxes')
    GROUP BY b.id HAVING coalesce(-sum(e.amount), 0) <> b.total
    """,
)

PAID_IS_BOOKED_OR_GIVEN_BACK = Invariant(
    "paid_is_booked_or_given_back",
    "Every completed payment has paid for a booking, waits for the other parts, or all of it is being given back.",
    f"""
    SELECT p.id::text AS subject,
      p.amount || ' ' || p.currency || ' came, no sale, refunds of ' || p.processed + p.pending + p.failed AS detail
    FROM ({_PAID}) p
    WHERE p.came AND p.amount > 0 AND NOT p.waiting AND p.processed + p.pending + p.failed < p.amount
      AND NOT (p.sold AND EXISTS (SELECT 1 FROM bookings b WHERE b.reservation_id = p.reservation_id))
    """,
)

PAID_IS_IN_THE_BOOKS = Invariant(
    "paid_is_in_the_books",
    "What the books say lies somewhere from a payment is what came of it, less what has gone back.",
    f"""
    SELECT p.id::text AS subject, p.status || ' ' || p.amount || ', gone back ' || p.processed || ', in the books '
      || p.lying AS detail
    FROM ({_PAID}) p WHERE p.lying <> CASE WHEN p.came THEN p.amount - p.processed ELSE 0 END
    """,
)

PARTS_WAIT_OR_ARE_USED = Invariant(
    "parts_wait_or_are_used",
    "What the books keep as prepayments of a sale are the parts that wait for the others.",
    """
    SELECT s.id::text AS subject, 'kept ' || coalesce(k.kept, 0) || ', waiting ' || coalesce(w.waiting, 0) AS detail
    FROM sales s
    LEFT JOIN (SELECT coalesce(b.reservation_id, o.reservation_id) AS reservation_id, -sum(e.amount) AS kept
      FROM ledger_postings o JOIN ledger_entries e ON e.posting_id = o.id AND e.account = 'prepayments'
      LEFT JOIN booking_changes c ON c.reservation_id = o.reservation_id AND c.done_at IS NOT NULL
      LEFT JOIN bookings b ON b.id = c.booking_id GROUP BY 1) k ON k.reservation_id = s.id
    LEFT JOIN (SELECT reservation_id, sum(amount) AS waiting FROM payments WHERE waiting GROUP BY 1) w
      ON w.reservation_id = s.id
    WHERE coalesce(k.kept, 0) <> coalesce(w.waiting, 0)
    """,
)

INTAKE_IS_KEPT = Invariant(
    "intake_is_kept",
    "What the books keep as money in kiosks' boxes is what these took for a sale and neither used nor gave back.",
    """
    SELECT s.id::text AS subject, 'kept ' || coalesce(k.kept, 0) || ', in the box ' || coalesce(i.left_in, 0) AS detail
    FROM sales s
    LEFT JOIN (SELECT o.reservation_id, -sum(e.amount) AS kept FROM ledger_postings o
      JOIN ledger_entries e ON e.posting_id = o.id AND e.account = 'intake' GROUP BY 1) k ON k.reservation_id = s.id
    LEFT JOIN (SELECT reservation_id, sum(inserted - used - paid_out) AS left_in FROM cash_intakes GROUP BY 1) i
      ON i.reservation_id = s.id
    WHERE coalesce(k.kept, 0) <> coalesce(i.left_in, 0)
    """,
)

VOUCHERS_ARE_OWED = Invariant(
    "vouchers_are_owed",
    "What is left on a voucher is what its entries come to, and never below nothing.",
    """
    SELECT v.id::text AS subject, 'balance ' || v.balance || ', entries ' || coalesce(sum(n.amount), 0) AS detail
    FROM vouchers v LEFT JOIN voucher_entries n ON n.voucher_id = v.id
    GROUP BY v.id HAVING v.balance <> coalesce(sum(n.amount), 0) OR v.balance < 0
    """,
)

OWED_IS_ON_ITS_WAY = Invariant(
    "owed_is_on_its_way",
    "What the books owe back of a payment is what its pending refunds will give back, or a failed one could not.",
    f"""
    SELECT p.id::text AS subject, 'owed ' || p.owed || ', pending ' || p.pending || ', failed ' || p.failed AS detail
    FROM ({_PAID}) p WHERE p.owed < p.pending OR p.owed > p.pending + p.failed
    """,
)

REFUNDS_WITHIN_PAYMENT = Invariant(
    "refunds_within_payment",
    "Refunds are of completed payments, in their currency, and never more than was paid; all of it means refunded.",
    f"""
    SELECT p.id::text AS subject, p.status || ' ' || p.amount || ', going back ' || p.processed + p.pending AS detail
    FROM ({_PAID}) p
    WHERE p.processed + p.pending > CASE WHEN p.came THEN p.amount ELSE 0 END
      OR (p.status = 'refunded') <> (p.came AND p.amount > 0 AND p.processed = p.amount)
      OR EXISTS (SELECT 1 FROM refunds f WHERE f.payment_id = p.id AND f.currency <> p.currency)
    """,
)

POSTING_BALANCES = Invariant(
    "posting_balances",
    "Every posting has at least two entries, and they add up to nothing.",
    """
    SELECT o.id::text AS subject, count(e.id) || ' entries, sum ' || coalesce(sum(e.amount), 0) AS detail
    FROM ledger_postings o LEFT JOIN ledger_entries e ON e.posting_id = o.id
    WHERE CAST(:schedules AS uuid[]) IS NULL OR o.reservation_id IN (SELECT id FROM sales)
    GROUP BY o.id HAVING coalesce(sum(e.amount), 0) <> 0 OR count(e.id) < 2
    """,
)

BOOKS_BALANCE = Invariant(
    "books_balance",
    "The books of each operator and currency add up to nothing.",
    """
    SELECT coalesce(o.operator_id::text, 'office') || ' ' || o.currency AS subject, 'sum ' || sum(e.amount) AS detail
    FROM ledger_postings o JOIN ledger_entries e ON e.posting_id = o.id
    WHERE CAST(:schedules AS uuid[]) IS NULL OR o.reservation_id IN (SELECT id FROM sales)
    GROUP BY o.operator_id, o.currency HAVING sum(e.amount) <> 0
    """,
)

POSTED_TO_ITS_OWNER = Invariant(
    "posted_to_its_owner",
    "A payment and what is posted of it are booked for the operator of its sale, in the payment's currency.",
    """
    SELECT p.id::text AS subject, p.currency || ', posted in ' || coalesce(string_agg(o.currency, ', '), '-') AS detail
    FROM payments p JOIN sales s ON s.id = p.reservation_id
    LEFT JOIN ledger_postings o ON o.payment_id = p.id
    LEFT JOIN booking_changes c ON c.reservation_id = o.reservation_id AND c.done_at IS NOT NULL
    LEFT JOIN bookings b ON b.id = c.booking_id
    GROUP BY p.id, s.operator_id
    HAVING p.operator_id <> s.operator_id
      OR bool_or(o.operator_id <> p.operator_id OR o.currency <> p.currency
        OR p.reservation_id NOT IN (o.reservation_id, coalesce(b.reservation_id, o.reservation_id)))
    """,
)

EVENT_HAS_ITS_EFFECT = Invariant(
    "event_has_its_effect",
    "A gateway's message that is said to have booked or to be given back did so.",
    """
    SELECT w.gateway || ' ' || w.event_id AS subject, w.effect || ', payment ' || p.status AS detail
    FROM webhook_events w JOIN payments p ON p.id = w.payment_id JOIN sales s ON s.id = p.reservation_id
    WHERE w.effect = 'booked' AND NOT EXISTS (SELECT 1 FROM bookings b WHERE b.reservation_id = s.id)
      OR w.effect = 'refund_due' AND NOT EXISTS (SELECT 1 FROM refunds f WHERE f.payment_id = p.id)
    """,
)

CLOSED_DRAWERS_ARE_EMPTY = Invariant(
    "closed_drawers_are_empty",
    "What a closed shift expected is what its postings came to, the difference is booked, and nothing is left.",
    """
    SELECT h.id::text AS subject, 'expected ' || h.expected || ', counted ' || h.counted || ', over ' || f.over_short
      || ', left ' || f.remains AS detail
    FROM shifts h CROSS JOIN LATERAL (
      SELECT coalesce(sum(e.amount), 0) AS remains,
        coalesce(sum(e.amount) FILTER (WHERE o.kind = 'over_short'), 0) AS over_short,
        coalesce(sum(e.amount) FILTER (WHERE o.kind NOT IN ('over_short', 'drawer_emptied')), 0) AS came
      FROM ledger_postings o JOIN ledger_entries e ON e.posting_id = o.id AND e.account = 'cash_drawer'
      WHERE o.shift_id = h.id AND o.currency = h.currency
    ) f
    WHERE h.closed_at IS NOT NULL
      AND (f.remains <> 0 OR f.came <> h.expected OR f.over_short <> h.counted - h.expected)
    """,
)

MONEY = (
    BOOKED_IS_PAID,
    PAID_IS_BOOKED_OR_GIVEN_BACK,
    PAID_IS_IN_THE_BOOKS,
    PARTS_WAIT_OR_ARE_USED,
    INTAKE_IS_KEPT,
    VOUCHERS_ARE_OWED,
    OWED_IS_ON_ITS_WAY,
    REFUNDS_WITHIN_PAYMENT,
    POSTING_BALANCES,
    BOOKS_BALANCE,
    POSTED_TO_ITS_OWNER,
    EVENT_HAS_ITS_EFFECT,
    CLOSED_DRAWERS_ARE_EMPTY,
)
