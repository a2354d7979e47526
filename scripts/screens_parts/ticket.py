"""The ticket and the invoice: every page of the PDF as a printer draws it, and the ticket's preview in a browser."""

import pypdfium2

from scripts.screens_parts.admin import signed_in
from scripts.screens_parts.studio import Studio

_DOTS_PER_POINT = 1.6


def draw(studio: Studio) -> None:
    """Of the newest booking of two."""
    studio.lived()
    with signed_in(studio) as page:
        page.goto(f"{studio.office.url}/admin/bookings/?status=confirmed")
        page.locator("a.row-link").first.click()
        pdf = page.locator("a[href$='ticket.pdf']").get_attribute("href")
        invoices = page.locator("a[href*='/invoice/']")  # the worker's work: where none runs there is none
        invoice = invoices.first.get_attribute("href") if invoices.count() else None
        preview = page.locator("a[href$='/preview']").get_attribute("href")
        page.goto(f"{studio.office.url}{preview}")
        studio.shoot(page, "preview", whole=True)
        papers = {
            name: page.request.get(f"{studio.office.url}{address}").body()
            for name, address in (("paper", pdf), ("invoice", invoice))
            if address
        }
    for name, paper in papers.items():
        for number, sheet in enumerate(pypdfium2.PdfDocument(paper), start=1):
            studio.keep(sheet.render(scale=_DOTS_PER_POINT).to_pil(), f"{name}-{number}")
