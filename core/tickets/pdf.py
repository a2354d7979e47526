"""The ticket on paper: A4, one page a passenger, tagged for screen readers (PDF/UA-1)."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from core.kernel.errors import NotFound
from core.tickets.pages import render
from core.tickets.qr import drawing
from core.tickets.queries import TicketView, tickets_of
from core.tickets.view import sheets


def ticket_pdf(booking_id: UUID, language: str = "en") -> bytes:
    """All tickets of the booking as one PDF. Raises `NotFound` when it has none."""
    return pdf_of(tickets_of(booking_id), language)


def pdf_of(tickets: list[TicketView], language: str = "en") -> bytes:
    """The same for tickets that were read already, of one booking."""
    if not tickets:
        raise NotFound("There is no ticket for this booking.")
    codes: dict[str, CodeImage] = {}
    pages = sheets(tickets, language, partial(_image, codes))
    title = f"{pages[0].origin.place} – {pages[0].destination.place}, {pages[0].reference}"
    return to_pdf(render("tickets/print.html", language, sheets=pages, title=title), codes)


def to_pdf(
    page: str, images: Mapping[str, "CodeImage"] | None = None, stylesheet: str = "tickets/print.css"
) -> bytes:
    """A page of our own making as PDF, with a stylesheet of `templates/` and the ticket's fonts; `images` by their address."""
    # Late: a process that prints nothing starts in three quarters of the time and is spared a third of its memory.
    from core.tickets.printing import printed

    return printed(page, dict(images or {}), stylesheet)


class CodeImage:
    """A QR code that draws itself into the page as one shape: as sharp as an SVG, which takes 10 ms to be read.

    It has the two methods that WeasyPrint asks of an image, and is handed over in its cache of images.
    """

    def __init__(self, text: str) -> None:
        self._size, self._bars = drawing(text)

    def get_intrinsic_size(self, _resolution: float, _font_size: float) -> tuple[int, int, float]:
        """Width, height and their ratio; the stylesheet says how large it becomes."""
        return self._size, self._size, 1.0

    def draw(self, stream: Any, width: float, height: float, style: Any) -> None:
        """Bars in the colour of the text, on the paper's white."""
        stream.transform(a=width / self._size, d=height / self._size)
        stream.set_color(style["color"])
        # As `stream.rectangle()` writes them, all 800 at once.
        stream.stream.append("\n".join(f"{x} {y} {length} 1 re" for x, y, length in self._bars).encode())
        stream.fill()


def _image(codes: dict[str, CodeImage], text: str) -> str:
    address = f"code:{len(codes)}"
    codes[address] = CodeImage(text)
    return f'<img src="{address}" alt="QR code of the ticket">'
