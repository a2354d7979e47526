"""The ticket on a screen: the same words, a code that a scanner reads, everything typed escaped."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser

from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.tickets.html import html_of, ticket_html
from core.tickets.pages import render
from core.tickets.queries import tickets_of
from tests.core.tickets.samples import a_ticket
from tests.support.bad_strings import BAD_STRINGS
from tests.support.codes import codes_in_png
from tests.support.html import Tags
from tests.support.sales import sell

ALLOWED = {
    "html", "head", "meta", "title", "link", "style", "body", "main", "section", "div", "p", "h1", "h2", "bdi", "time",
    "small", "svg", "path", "table", "tbody", "tr", "th", "td", "br",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _context(app: Flask):
    with app.app_context():
        yield


def test_the_page_says_what_the_paper_says(db_session: object) -> None:
    booking_id = sell(0, 1)

    page = ticket_html(booking_id)

    for each in tickets_of(booking_id):
        assert str(each.facts.seat_number) in page
        assert each.number[:4] in page
    assert "Ticket 2 of 2" in page


@pytest.mark.browser
def test_a_phone_shows_a_code_that_is_read(browser: Browser) -> None:
    tickets = [a_ticket(), a_ticket(seat_number="8B")]
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.set_content(html_of(tickets))

    shown = [codes_in_png(each.screenshot()) for each in page.locator(".qr").all()]
    width = page.evaluate("document.documentElement.scrollWidth")
    page.close()

    assert shown == [[each.qr] for each in tickets]
    assert width <= 390


def test_hostile_names_are_text_and_nothing_else() -> None:
    """Every string once: as the name of a passenger, of a place or of a route."""
    fours = zip(BAD_STRINGS[0::4], BAD_STRINGS[1::4], BAD_STRINGS[2::4], BAD_STRINGS[3::4], strict=False)
    for names in fours:
        fields = dict(zip(("passenger_name", "origin", "destination", "route_name"), names, strict=True))
        tags = Tags(html_of([a_ticket(**fields)]))
        assert tags.seen <= ALLOWED, names
        assert not tags.running, names


def test_styles_carry_the_nonce_of_the_page() -> None:
    page = html_of([a_ticket()], nonce="abc123")

    assert re.findall(r"<style[^>]*>", page) == ['<style nonce="abc123">']
    assert "<script" not in page


@pytest.mark.parametrize("language", ["en", "ro", "pt-BR", "de_AT", "zz", "", "../../etc", "x" * 500])
def test_any_language_makes_a_page(language: str) -> None:
    assert "14:45" in html_of([a_ticket()], language)


def test_dates_are_written_in_the_language() -> None:
    assert "vineri, 20 noiembrie 2026" in html_of([a_ticket()], "ro")


def test_a_ticket_that_is_no_longer_good_says_so() -> None:
    assert "This ticket is cancelled." in html_of([replace(a_ticket(), status="cancelled")])
    assert "This ticket is" not in html_of([a_ticket()])


def test_a_booking_without_tickets_has_no_page(db_session: object) -> None:
    with pytest.raises(NotFound):
        ticket_html(new_id())


def test_a_gap_in_a_template_is_an_error_not_a_blank() -> None:
    with pytest.raises(Exception, match="sheets"):
        render("tickets/preview.html", "en", title="x", style="", nonce=None)
