"""The invoice on paper: A4 in the look of the tickets, in the operator's language, on its clock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from core.booking.invoice_models import Invoice, InvoiceKind
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.kernel.languages import known_language, plain_date, words_of
from core.kernel.money import Money, format_money
from core.tickets.pages import render
from core.tickets.pdf import to_pdf
from core.tickets.rules import grouped_reference
from core.tickets.words import sentence


@dataclass(frozen=True, slots=True)
class Line:
    """One line in words."""

    label: str
    amount: str
    included: bool


def invoices_of(booking_id: UUID) -> list[Invoice]:
    """The invoice of a booking and its credit notes, in the order in which they were issued."""
    found = select(Invoice).where(Invoice.booking_id == booking_id)
    return list(db.session.execute(found.order_by(Invoice.issued_at, Invoice.id)).scalars())


def invoice_pdf(invoice_id: UUID) -> tuple[str, bytes]:
    """A file name and the document. Raises NotFound."""
    invoice = db.session.get(Invoice, invoice_id)
    if invoice is None:
        raise NotFound("There is no such invoice.")
    page = invoice_html(invoice)
    return f"{invoice.kind}-{invoice.spoken}.pdf", to_pdf(page, stylesheet="invoices/print.css")


def invoice_html(invoice: Invoice) -> str:
    """The page that is printed."""
    facts = invoice.facts
    language, zone = known_language(facts["language"]), ZoneInfo(facts["timezone"])
    words = words_of(language)

    def day(moment: datetime) -> str:
        return plain_date(moment.astimezone(zone), language)

    def money(amount: int) -> str:
        written = format_money(Money(abs(amount), invoice.currency), language)
        return f"−{written}" if amount < 0 else written

    lines = [
        Line(sentence(words, each["label"]), money(each["amount"]), each["included"])
        for each in facts["lines"]
    ]
    return render(
        "invoices/invoice.html",
        language,
        number=invoice.spoken,
        credit=invoice.kind == InvoiceKind.CREDIT,
        facts=facts,
        lines=lines,
        total=money(invoice.total),
        issued=day(invoice.issued_at),
        travel=day(datetime.fromisoformat(facts["departure_at"])),
        reference=grouped_reference(facts["reference"]),
    )
