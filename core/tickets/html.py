"""The ticket on a screen: one HTML page that needs nothing else, made from the same words as the paper."""

from functools import lru_cache
from uuid import UUID

from markupsafe import Markup

from core.kernel.context import TEMPLATES
from core.kernel.errors import NotFound
from core.kernel.settings import PROJECT_ROOT
from core.tickets.pages import render
from core.tickets.queries import TicketView, tickets_of
from core.tickets.view import sheets


def ticket_html(booking_id: UUID, language: str = "en", nonce: str | None = None) -> str:
    """All tickets of the booking as one page; `nonce` is that of a content security policy. Raises `NotFound`."""
    return html_of(tickets_of(booking_id), language, nonce)


def html_of(tickets: list[TicketView], language: str = "en", nonce: str | None = None) -> str:
    """The same for tickets that were read already, of one booking."""
    if not tickets:
        raise NotFound("There is no ticket for this booking.")
    pages = sheets(tickets, language)
    title = f"{pages[0].origin.place} – {pages[0].destination.place}, {pages[0].reference}"
    return render("tickets/preview.html", language, sheets=pages, title=title, style=_style(), nonce=nonce)


@lru_cache(maxsize=1)
def _style() -> Markup:
    tokens = (PROJECT_ROOT / "core" / "static" / "tokens.css").read_text(encoding="utf-8")
    own = (TEMPLATES / "tickets" / "preview.css").read_text(encoding="utf-8")
    return Markup(tokens + own)  # noqa: S704 - our own files
