"""Issuing invoices and credit notes, after the sale: by the job that tells of it, never while somebody buys.

One writer at a time for each operator and kind (an advisory lock of the transaction): the next number is the last one plus
one, and whoever fails gives it back by rolling back. So nothing waits at a counter on the way to a booking.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

from core.booking.invoice_models import Invoice, InvoiceKind
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
SELECT b.id AS booking_id, b.operator_id, b.total, b.currency, b.reference, b.confirmed_at, r.quote, o.name, o.address,
  o.tax_number, o.language, o.timezone, s.departure_at, f.name AS origin, t.name AS destination
FROM bookings b JOIN reservations r ON r.id = b.reservation_id JOIN operators o ON o.id = b.operator_id
JOIN schedules s ON s.id = b.schedule_id
LEFT JOIN pattern_stops ps ON ps.pattern_id = s.pattern_id AND ps.position = r.from_position
LEFT JOIN places f ON f.id = ps.place_id
LEFT JOIN pattern_stops pt ON pt.pattern_id = s.pattern_id AND pt.position = r.to_position
LEFT JOIN places t ON t.id = pt.place_id
"""
_BOOKED = text(f"{_SALE} WHERE b.id = :id")
_REFUNDED = text(f"""
SELECT sale.*, d.id AS refund_id, d.amount, d.reason, i.year AS invoice_year, i.number AS invoice_number, i.facts AS invoiced
FROM refunds d JOIN cancellations c ON c.id = d.cancellation_id JOIN ({_SALE}) sale ON sale.booking_id = c.booking_id
LEFT JOIN invoices i ON i.booking_id = c.booking_id AND i.kind = 'invoice'
WHERE d.id = :id AND d.status = 'processed'
""")  # noqa: S608 - put together from constants


def issue_invoice(booking_id: UUID) -> UUID | None:
    """The invoice of a booking, once; its id, or None when there is no such booking. Raises Busy: try again."""
    with transaction() as session:
        row = session.execute(_BOOKED, {"id": booking_id}).one_or_none()
        return _invoice(row) if row else None


def issue_credit_note(refund_id: UUID) -> UUID | None:
    """The credit note of a refund that was processed and belongs to a cancellation, once; its id. None for a refund of
    money that no invoice is about. Raises Busy: try again.
    """
    with transaction() as session:
        row = session.execute(_REFUNDED, {"id": refund_id}).one_or_none()
        if row is None:
            return None
        if row.invoice_number is None:
            _invoice(row)
            row = session.execute(_REFUNDED, {"id": refund_id}).one()
        return _credit(row)


def _invoice(row: Any) -> UUID:
    def made() -> dict[str, Any]:
        lines = [
            _line(each["label"], each["amount"], each.get("included", False)) for each in row.quote["lines"]
        ]
        return {"total": row.quote["total"], "facts": {**_facts(row), "lines": lines}}

    return _once(InvoiceKind.INVOICE, row, made, Invoice.booking_id == row.booking_id)


def _credit(row: Any) -> UUID:
    def made() -> dict[str, Any]:
        of = f"{row.invoice_year}-{row.invoice_number:06}"
        return {
            "total": -row.amount,
            "refund_id": row.refund_id,
            "facts": {**_facts(row), "of": of, "lines": _credit_lines(row)},
        }

    return _once(InvoiceKind.CREDIT, row, made, Invoice.refund_id == row.refund_id)


def _once(kind: InvoiceKind, row: Any, made: Callable[[], dict[str, Any]], same: Any) -> UUID:
    """Under the lock: the one that there is, or a new one with the next number."""
    session, key = require_transaction(), {"operator_id": row.operator_id, "kind": kind.value}
    _lock(key)
    there: UUID | None = session.execute(
        select(Invoice.id).where(Invoice.kind == kind, same)
    ).scalar_one_or_none()
    if there:
        return there
    numbered, new = session.execute(_NEXT, key).one(), new_id()
    values = {"year": numbered.year, "number": numbered.number, "currency": row.currency, **made()}
    session.execute(insert(Invoice).values(id=new, **key, booking_id=row.booking_id, **values))
    record(
        SYSTEM, f"{kind.value}.issued", "invoice", new, operator_id=row.operator_id,
        after={"year": numbered.year, "number": numbered.number, "total": values["total"]},
    )  # fmt: skip
    return new


def _lock(key: dict[str, Any]) -> None:
    require_transaction().execute(_LOCK, key)


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


def _credit_lines(row: Any) -> list[dict[str, Any]]:
    """What goes back, with the part of each contained tax that is in it: minor units, rounded half up."""
    taxes = [each for each in row.invoiced["lines"] if each["included"]]
    whole = row.quote["total"] or 1
    shares = [(2 * each["amount"] * row.amount + whole) // (2 * whole) for each in taxes]
    return [
        _line("Refund", -row.amount, included=False),
        *(_line(each["label"], -share, included=True) for each, share in zip(taxes, shares, strict=True)),
    ]


def _line(label: str, amount: int, included: bool) -> dict[str, Any]:
    return {"label": label, "amount": amount, "included": included}
