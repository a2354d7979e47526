"""The pay page in a real browser: usable by thumb and by keyboard alone, readable by a screen reader."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from core.payments.gateways.base import PaymentIntent
from tests.core.payments.cast import PRICE, begin, set_stage
from tests.core.payments.conftest import Office
from tests.support.gateway import until

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A telephone on which no script may fail and no policy be broken."""
    page = browser.new_page(viewport=PHONE)
    page.set_default_timeout(10_000)
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    page.close()
    # What looks for barriers writes styles of its own, which the page's policy stops.
    assert not [fault for fault in faults if "Applying inline style" not in fault]


def open_page(office: Office, page: Page, **more: object) -> None:
    intent = PaymentIntent(begin(set_stage()), PRICE, "phone", "Carpathia Bus, seat 1A", **more)
    page.goto(str(office.gateway.begin(intent).pay_url))


def assert_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_it_says_what_is_paid_and_that_no_money_moves(office: Office, phone: Page) -> None:
    open_page(office, phone)
    expect(phone.get_by_text("RON\u00a050.00", exact=True)).to_be_visible()
    expect(phone.get_by_text("Carpathia Bus, seat 1A")).to_be_visible()
    expect(phone.get_by_text("No money moves and no card is asked for")).to_be_visible()
    for button in phone.get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 56
        assert box["y"] + box["height"] <= PHONE["height"], "all is seen without scrolling"
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert_accessible(phone)


def test_it_is_paid_by_keyboard_alone(office: Office, phone: Page) -> None:
    open_page(office, phone)
    phone.keyboard.press("Tab")
    expect(phone.get_by_role("button", name="Pay RON")).to_be_focused()
    phone.keyboard.press("Enter")
    expect(phone.get_by_role("heading", name="Paid", exact=True)).to_be_visible()
    assert_accessible(phone)
    until(lambda: office.effects() == ["completed"])


def test_it_waits_for_a_slow_bank_and_goes_on_by_itself(office: Office, phone: Page) -> None:
    open_page(office, phone)
    phone.get_by_role("button", name="Pay, but let it take").click()
    expect(phone.get_by_role("heading", name="Paid", exact=True)).to_be_visible()


def test_declined_it_says_so(office: Office, phone: Page) -> None:
    open_page(office, phone)
    phone.get_by_role("button", name="Decline").click()
    expect(phone.get_by_role("status")).to_contain_text("declined. Nothing was taken")
    assert_accessible(phone)


def test_it_leads_back_to_the_office(office: Office, phone: Page) -> None:
    open_page(office, phone, return_url=office.url + "/home")
    phone.get_by_role("button", name="Pay RON").click()
    expect(phone.get_by_role("heading", name="Home")).to_be_visible()


def test_it_reads_from_right_to_left_where_people_do(office: Office, phone: Page) -> None:
    open_page(office, phone, language="ar")
    expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    expect(phone.locator("html")).to_have_attribute("lang", "ar")


def test_a_language_nobody_knows_is_english(office: Office, phone: Page) -> None:
    open_page(office, phone, language="xx-QQ")
    expect(phone.get_by_role("heading", name="To pay")).to_be_visible()
