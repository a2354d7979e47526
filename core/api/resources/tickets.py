"""Tickets: as data, as a PDF, as a page, and the keys that their codes are checked with."""

import secrets
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import select

from core.accounts.callers import Caller
from core.api.endpoints import ANYONE, NOBODY_ASKED, endpoint
from core.api.parties import visible_booking
from core.api.schemas.fields import instant
from core.api.schemas.sales import TicketKeys, TicketOut
from core.booking.queries import language_of
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.tickets.keys import published_keys
from core.tickets.models import Ticket
from core.tickets.pdf import ticket_pdf


@endpoint("GET", "/tickets/keys", access=NOBODY_ASKED, answer=TicketKeys)
def keys() -> Any:
    """The public keys that a scanner without a network checks codes with."""
    return {"keys": published_keys()}


@endpoint("GET", "/tickets/<uuid:ticket_id>", access=ANYONE, answer=TicketOut, errors=(404,))
def show(caller: Caller, ticket_id: UUID) -> Any:
    """A ticket, for its holder and for staff."""
    ticket = _visible(caller, ticket_id)
    return {
        "id": str(ticket.id),
        "number": ticket.number,
        "status": ticket.status,
        "booking_id": str(ticket.booking_id),
        "passenger_id": str(ticket.passenger_id),
        "issued_at": instant(ticket.issued_at),
        "used_at": instant(ticket.used_at),
        "qr": ticket.qr,
        "facts": ticket.facts,
    }


@endpoint(
    "GET", "/tickets/<uuid:ticket_id>/download", access=ANYONE, content_type="application/pdf", errors=(404,)
)
def download(caller: Caller, ticket_id: UUID | None = None, booking_id: UUID | None = None) -> Response:
    """The booking's tickets to print: a PDF of A4 pages, one a passenger."""
    found = _booking_id(caller, ticket_id, booking_id)
    answer = Response(ticket_pdf(found, language_of(found)), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="ticket-{found}.pdf"'
    return answer


@endpoint("GET", "/tickets/<uuid:ticket_id>/preview", access=ANYONE, content_type="text/html", errors=(404,))
def preview(caller: Caller, ticket_id: UUID | None = None, booking_id: UUID | None = None) -> Response:
    """The booking's tickets as a page."""
    from core.tickets.html import ticket_html

    found, nonce = _booking_id(caller, ticket_id, booking_id), secrets.token_urlsafe(16)
    answer = Response(ticket_html(found, language_of(found), nonce), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    )
    return answer


def _visible(caller: Caller, ticket_id: UUID) -> Ticket:
    ticket = db.session.execute(select(Ticket).where(Ticket.id == ticket_id)).scalar_one_or_none()
    if ticket is None:
        raise NotFound
    visible_booking(caller, ticket.booking_id, "tickets.read")
    return ticket


def _booking_id(caller: Caller, ticket_id: UUID | None, booking_id: UUID | None) -> UUID:
    if ticket_id is not None:
        return _visible(caller, ticket_id).booking_id
    if booking_id is None:
        raise NotFound
    return visible_booking(caller, booking_id, "tickets.read").id
