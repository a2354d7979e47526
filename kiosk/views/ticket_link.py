"""The page of a text message's link: the tickets of one booking, for whoever has the link."""

import secrets
from uuid import UUID

from flask import Blueprint, Response

from core.booking.links import TICKET, check_proof
from core.booking.queries import language_of
from core.tickets.html import ticket_html

page = Blueprint("ticket_link", __name__, url_prefix="/ticket")


@page.get("/<uuid:booking_id>/<link>")
def show(booking_id: UUID, link: str) -> Response:
    """The tickets as they are now. Raises NotFound for a link that was not made here."""
    check_proof(TICKET, booking_id, link)
    nonce = secrets.token_urlsafe(16)
    answer = Response(ticket_html(booking_id, language_of(booking_id), nonce), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
