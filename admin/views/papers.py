"""A booking's ticket for staff: the preview and the PDF that the traveller gets."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_admin import expose
from sqlalchemy import select

from admin.base_views import StaffView
from admin.listing import as_uuid
from admin.views.sales import boards_here
from core.booking.invoice_pdf import invoice_pdf, invoices_of
from core.booking.models import Booking
from core.booking.queries import language_of
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.tickets.html import ticket_html
from core.tickets.pdf import ticket_pdf


class Papers(StaffView):
    """Not in the menu: bookings lead here."""

    permission = "tickets.read"

    def is_visible(self) -> bool:
        return False

    @expose("/")
    def index(self) -> Any:
        raise NotFound

    @expose("/<booking_id>/preview")
    def preview(self, booking_id: str) -> Response:
        """The ticket as a page."""
        found = _known(booking_id)
        answer = Response(ticket_html(found, language_of(found)), mimetype="text/html")
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'"
        )
        return answer

    @expose("/<booking_id>/ticket.pdf")
    def pdf(self, booking_id: str) -> Response:
        """The ticket as the traveller prints it."""
        found = _known(booking_id)
        reference = db.session.scalar(select(Booking.reference).where(Booking.id == found))
        answer = Response(ticket_pdf(found, language_of(found)), mimetype="application/pdf")
        answer.headers.set("Content-Disposition", "inline", filename=f"{reference}.pdf")
        return answer

    @expose("/<booking_id>/invoice/<invoice_id>.pdf")
    def invoice(self, booking_id: str, invoice_id: str) -> Response:
        """An invoice or a credit note of the booking."""
        known, wanted = _known(booking_id), as_uuid(invoice_id)
        if wanted not in [each.id for each in invoices_of(known)]:
            raise NotFound
        name, document = invoice_pdf(wanted)
        answer = Response(document, mimetype="application/pdf")
        answer.headers.set("Content-Disposition", "inline", filename=name)
        return answer


def _known(booking_id: str) -> UUID:
    found = as_uuid(booking_id)
    statement = boards_here(select(Booking.id).where(Booking.id == found), Booking.reservation_id)
    if found is None or db.session.scalar(statement) is None:
        raise NotFound
    return found
