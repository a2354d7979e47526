"""Issuing invoices and credit notes, after the sale: by the job that tells of it, never while somebody buys.

What a booking came to and no invoice says yet is invoiced: all of it at first, then each difference that was paid later. What
went back out of the sale is credited: by a cancellation, for something cheaper, out of goodwill. So the invoices less the credit
notes of a booking are what is kept for it.

One writer at a time for each operator and kind (an advisory lock of the transaction): the next number is the last one plus
one, and whoever fails gives it back by rolling back. So nothing waits at a counter on the way to a booking.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

from core.booking.invoice_models import Invoice, InvoiceKind
from core.booking.invoice_rules import credit_lines, difference_lines, whole_lines
from core.kernel.activity import SYSTEM, record
from core.kernel.db import require_transaction, transaction
from core.kernel.ids import new_id

_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('invoices:' || CAST(:operator_id AS text) || :kind, 0))"
)
#: A statement of its own after the lock, so that it sees what the last one has committed.
_NEXT = text("""
SELECT y.year, coalesce(max(i.number), 0) + 1 AS number
FROM (SELECT CAST(extract(year FROM app_now() AT TIME ZONE timezone) AS int) AS year FROM operators WHERE id = :operator_id) y
LEFT JOIN invoices i ON i.operator_id = :operator_id AND i.kind = :kind AND i.year = y.year
GROUP BY y.year
""")
_SALE = """
SELECT b.id AS booking_id, b.reservation_id, b.operator_id, b.total, b.currency, b.reference, b.confirmed_at, r.quote, o.name, o.address,
  o.tax_number, o.language, o.timezone, s.departure_at, f.name AS origin, t.name AS destination
FROM bookings b JOIN reservations r ON r.id = b.reservation_id JOIN operators o ON o.id = b.operator_id
JOIN schedules s ON s.id = b.schedule_id
LEFT JOIN pattern_stops ps ON ps.pattern_id = s.pattern_id AND ps.position = r.from_position
LEFT JOIN places f ON f.id = ps.place_id
LEFT JOIN pattern_stops pt ON pt.pattern_id = s.pattern_id AND pt.position = r.to_position
LEFT JOIN places t ON t.id = pt.place_id
"""
_OWNER = text("SELECT operator_id FROM bookings WHERE id = :id")
_BOOKED = text(f"{_SALE} WHERE b.id = :id")
#: Money that went back without having bought anything has no such posting. The books say what of it was tax.
_REFUNDED = text(f"""
SELECT sale.*, d.id AS refund_id, d.amount, coalesce(taken_back.tax, 0) AS tax
FROM refunds d
JOIN ledger_postings p ON p.refund_id = d.id AND p.kind = 'cancellation'
JOIN ({_SALE}) sale ON sale.reservation_id = p.reservation_id
CROSS JOIN LATERAL (SELECT sum(e.amount)::bigint AS tax FROM ledger_entries e WHERE e.posting_id = p.id AND e.account = 'taxes') taken_back
WHERE d.id = :id AND d.status = 'processed'
""")  # noqa: S608 - put together from constants


def issue_invoice(booking_id: UUID) -> UUID | None:
    """The invoice over what of a booking was sold and is not invoiced yet; its id, or that of the last one when all is, or
    None when there is no such booking. Raises Busy: try again.
    """
    with transaction() as session:
        operator_id = session.execute(_OWNER, {"id": booking_id}).scalar_one_or_none()
        return _invoice(operator_id, booking_id)[-1].id if operator_id else None


def issue_credit_note(refund_id: UUID) -> UUID | None:
    """The credit note of a refund that was processed and came out of a sale, once; its id. None for a refund of money
    that no invoice is about. Raises Busy: try again.
    """
    with transaction() as session:
        row = session.execute(_REFUNDED, {"id": refund_id}).one_or_none()
        if row is None:
            return None
        return _credit(row, _invoice(row.operator_id, row.booking_id))


def _invoice(operator_id: UUID, booking_id: UUID) -> list[Invoice]:
    """Invoice what is missing; returns all invoices of the booking, the newest last."""
    _lock(operator_id, InvoiceKind.INVOICE)
    session = require_transaction()
    row = session.execute(_BOOKED, {"id": booking_id}).one()
    invoices = _issued(Invoice.booking_id == booking_id, Invoice.kind == InvoiceKind.INVOICE)
    missing = row.total - sum(each.total for each in invoices)
    if invoices and missing <= 0:
        return invoices
    said = [each.facts["lines"] for each in invoices]
    lines = difference_lines(row.quote, missing, said) if invoices else whole_lines(row.quote)
    new = _write(InvoiceKind.INVOICE, row, missing, {**_facts(row), "lines": lines})
    return [*invoices, *_issued(Invoice.id == new)]


def _credit(row: Any, invoices: list[Invoice]) -> UUID:
    _lock(row.operator_id, InvoiceKind.CREDIT)
    for there in _issued(Invoice.refund_id == row.refund_id):
        return there.id
    of = ", ".join(each.spoken for each in invoices)
    facts = {**_facts(row), "of": of, "lines": credit_lines(row.quote, row.amount, row.tax)}
    return _write(InvoiceKind.CREDIT, row, -row.amount, facts, row.refund_id)


def _issued(*which: Any) -> list[Invoice]:
    found = select(Invoice).where(*which).order_by(Invoice.year, Invoice.number)
    return list(require_transaction().execute(found).scalars())


def _write(
    kind: InvoiceKind, row: Any, total: int, facts: dict[str, Any], refund_id: UUID | None = None
) -> UUID:
    """Under the lock of its kind: a new one with the next number."""
    session, new = require_transaction(), new_id()
    numbered = session.execute(_NEXT, {"operator_id": row.operator_id, "kind": kind.value}).one()
    values = {
        "id": new, "operator_id": row.operator_id, "kind": kind.value, "year": numbered.year,
        "number": numbered.number, "booking_id": row.booking_id, "refund_id": refund_id, "total": total,
        "currency": row.currency, "facts": facts,
    }  # fmt: skip
    session.execute(insert(Invoice).values(**values))
    record(
        SYSTEM, f"{kind.value}.issued", "invoice", new, operator_id=row.operator_id,
        after={"year": numbered.year, "number": numbered.number, "total": total},
    )  # fmt: skip
    return new


def _lock(operator_id: UUID, kind: InvoiceKind) -> None:
    require_transaction().execute(_LOCK, {"operator_id": operator_id, "kind": kind.value})


def _facts(row: Any) -> dict[str, Any]:
    """The seller and the sale as they are now; a later change of either changes nothing that was issued."""
    return {
        "seller": row.name,
        "address": row.address,
        "tax_number": row.tax_number,
        "language": row.language,
        "timezone": row.timezone,
        "reference": row.reference,
        "sold_at": row.confirmed_at.isoformat(),
        "departure_at": row.departure_at.isoformat(),
        "origin": row.origin,
        "destination": row.destination,
    }
