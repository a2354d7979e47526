"""The ticket on paper: what is on it, that a scanner reads it, and that nothing typed can break it."""

from pathlib import Path

import pypdfium2
import pytest
from flask import Flask

from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.tickets.keys import public_keys
from core.tickets.pdf import pdf_of, ticket_pdf, to_pdf
from core.tickets.printing import FONTS, OnlyFonts, RefusedAddress
from core.tickets.qr import verify
from core.tickets.queries import tickets_of
from tests.core.tickets.samples import a_ticket
from tests.support.bad_strings import BAD_STRINGS
from tests.support.codes import codes_in_pdf, text_of_pdf
from tests.support.sales import sell


@pytest.fixture(autouse=True)
def _context(app: Flask):
    with app.app_context():
        yield


def test_one_page_a_passenger_each_with_its_signed_code(db_session: object) -> None:
    booking_id = sell(0, 1, 2)
    tickets = tickets_of(booking_id)

    pages = codes_in_pdf(ticket_pdf(booking_id))

    assert pages == [[each.qr] for each in tickets]
    assert [verify(page[0], public_keys()).ticket_id for page in pages] == [each.id for each in tickets]


def test_the_page_says_all_that_a_traveller_needs() -> None:
    (page,) = text_of_pdf(pdf_of([a_ticket()]))

    for words in (
        "Transcarpatic", "București Nord – Brașov", "14:45", "17:25", "Friday 20 November 2026", "2 h 40", "Bay", "8A",
        "Ștefania", "B-4KX-7QM2TRA-9", "Booking fee", "of which VAT 9 %", "78.50", "Until 24 hours", "+40 21 555 0100",
    ):  # fmt: skip
        assert words.casefold() in page.casefold(), words


def test_times_are_local_at_both_ends_and_zones_are_named_when_they_differ() -> None:
    (page,) = text_of_pdf(pdf_of([a_ticket(destination="Budapest", destination_timezone="Europe/Budapest")]))

    assert "14:45 EET" in page
    assert "16:25 CET" in page


def test_a_code_is_read_from_a_coarse_print() -> None:
    ticket = a_ticket()

    assert codes_in_pdf(pdf_of([ticket]), dots_per_inch=75) == [[ticket.qr]]


@pytest.mark.parametrize("part", [0, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 2, 3))])
def test_hostile_names_never_break_the_page(part: int) -> None:
    """Every string once, a quarter of them day by day: as the name of a passenger, of a place or of a route."""
    quarter = BAD_STRINGS[part::4]
    tickets = [
        a_ticket(passenger_name=name, origin=origin, destination=destination, route_name=route)
        for name, origin, destination, route in zip(
            quarter[0::4], quarter[1::4], quarter[2::4], quarter[3::4], strict=False
        )
    ]

    pages = codes_in_pdf(pdf_of(tickets), dots_per_inch=100)

    assert pages == [[each.qr] for each in tickets]


def test_a_name_as_long_as_allowed_stays_on_one_page() -> None:
    ticket = a_ticket(passenger_name="Wolfeschlegelsteinhausen " * 8, origin="Ö" * 200, destination="W" * 200)

    assert codes_in_pdf(pdf_of([ticket])) == [[ticket.qr]]


def test_the_page_is_tagged_for_screen_readers() -> None:
    data = pdf_of([a_ticket()])

    with pypdfium2.PdfDocument(data) as document:
        assert pypdfium2.raw.FPDFCatalog_IsTagged(document.raw)
        assert document.get_metadata_value("Title") == "București Nord – Brașov, B-4KX-7QM2TRA-9"


def test_other_scripts_and_currencies_are_written() -> None:
    (page,) = text_of_pdf(pdf_of([a_ticket(passenger_name="Γιώργος Ελένη Иван", price=Money(1200, "JPY"))]))

    assert "Γιώργος" in page
    assert "Иван" in page


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/x.png", "https://example.org/x", "file:///etc/passwd", "ftp://x/y", "data:text/plain,x",
     f"file://{FONTS}/../../../../package.json", "file:///etc/../etc/hostname"],
)  # fmt: skip
def test_pages_load_nothing_from_elsewhere(address: str) -> None:
    with pytest.raises(RefusedAddress):
        OnlyFonts().fetch(address)


def test_a_page_that_asks_for_a_file_gets_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("swordfish")

    data = to_pdf(
        f'<html lang="en"><head><title>x</title></head><body><img src="{secret.as_uri()}" alt=""/></body></html>'
    )

    assert "swordfish" not in text_of_pdf(data)[0]
    assert b"swordfish" not in data


def test_a_booking_without_tickets_has_no_pdf(db_session: object) -> None:
    with pytest.raises(NotFound):
        ticket_pdf(new_id())
