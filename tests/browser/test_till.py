"""A clerk's day at the drawer, in a browser and mostly by keyboard: open, sell, refund, close with a variance, print."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from core.accounts import users
from core.booking.models import Booking
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from core.till.close import close_shift
from core.till.drawer import Drawer
from core.till.models import Shift
from core.till.queries import open_shift_at
from core.till.words import DrawerKind
from tests.browser.conftest import Till
from tests.support.agents import give_cash_box
from tests.support.codes import text_of_pdf
from tests.support.factories import Office, make_office
from tests.support.kiosk import Kiosk
from tests.support.web import LiveServer

pytestmark = pytest.mark.browser

PASSWORD = "a long enough word"


@pytest.fixture
def office(live_server: LiveServer) -> Office:
    """Departs in three days, so that everything comes back; a clerk and a manager work here."""
    with live_server.app.app_context():
        made = make_office(departs_in=timedelta(days=3))
        place = made.places[0]
        users.create("dan@example.com", "Dan Georgescu", PASSWORD, SYSTEM, role="agent", stations=[place])
        users.create("ana@example.com", "Ana Ionescu", PASSWORD, SYSTEM, role="manager")
        return made


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    made.set_default_timeout(10_000)
    yield made
    made.close()


def sign_in(context: BrowserContext, server: LiveServer, email: str) -> Page:
    page = context.new_page()
    page.goto(f"{server.url}/admin/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def hold(page: Page, server: LiveServer, office: Office, seat: int) -> str:
    """As the counter does, with the session of who is signed in; the reservation's id."""
    stretch = {"schedule_id": str(office.schedule_id), "from_position": 0, "to_position": 5}
    people = [{"seat_id": str(office.seats[seat]), "full_name": "Ana Pop"}]
    address = f"{server.url}/api/v1/reservations/create"
    return str(page.request.post(address, data={**stretch, "passengers": people}).json()["id"])


def pay(page: Page, server: LiveServer, reservation: str) -> dict[str, Any]:
    paying = {"reservation_id": reservation, "method": "cash"}
    return dict(page.request.post(f"{server.url}/api/v1/payments/initiate", data=paying).json())


def count(page: Page, *counted: tuple[int, int]) -> None:
    """Type pieces into the lines of these notes, by keyboard: Enter goes on to the next line."""
    page.locator("[data-worth]").first.focus()
    for worth, number in counted:
        while page.evaluate("document.activeElement.dataset.worth") != str(worth):
            page.keyboard.press("Enter")
        page.keyboard.type(str(number))
    while page.evaluate("document.activeElement.tagName") != "BUTTON":
        page.keyboard.press("Enter")


def test_a_clerks_day(
    live_server: LiveServer, office: Office, context: BrowserContext, tmp_path: Path
) -> None:
    page = sign_in(context, live_server, "dan@example.com")
    first = hold(page, live_server, office, 1)
    assert pay(page, live_server, first)["code"] == "no_open_shift"

    page.get_by_role("link", name="My shift").click()
    count(page, (2000, 2), (50, 10))
    expect(page.locator(".count-total output")).to_have_text("€45.00")
    page.keyboard.press("Enter")
    expect(page.get_by_text("with a float of €45.00")).to_be_visible()

    assert pay(page, live_server, first)["booking_id"]
    booking = pay(page, live_server, hold(page, live_server, office, 2))["booking_id"]
    page.goto(f"{live_server.url}/admin/bookings/{booking}/")
    page.get_by_role("button", name="Cancel…").click()
    page.get_by_role("dialog").get_by_label("Why?").fill("The traveller is ill")
    page.get_by_role("dialog").get_by_role("button", name="Cancel and refund").click()
    page.get_by_role("button", name="Cash handed out").click()
    expect(page.get_by_text("Noted: the cash was handed out")).to_be_visible()

    page.get_by_role("link", name="My shift").click()
    page.get_by_label("Amount").fill("20")
    page.get_by_label("Why?").fill("Notes to the safe")
    page.get_by_role("button", name="Take out").click()
    expect(page.get_by_text("Noted: taken out.")).to_be_visible()
    assert "51.00" not in page.content(), "what should be there is not shown to who counts"

    count(page, (2000, 2), (500, 2))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[data-total]")).to_have_text("€50.00")
    dialog.get_by_role("button", name="Close the shift").click()

    expect(page.locator(".tiles")).to_contain_text("€51.00")
    expect(page.locator(".tiles")).to_contain_text("−€1.00")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Report as PDF").click()
    assert coming.value.suggested_filename.endswith("-dan-georgescu.pdf")
    [text] = text_of_pdf(coming.value.path().read_bytes())
    for words in ("Dan Georgescu", "€51.00", "€50.00", "−€1.00", "Notes to the safe", "−€26.00"):
        assert words in text
    with live_server.app.app_context():
        references = db.session.scalars(select(Booking.reference)).all()
    assert all(reference in text for reference in references)
    late = hold(page, live_server, office, 3)
    assert pay(page, live_server, late)["code"] == "no_open_shift", "the day is over"


def test_a_manager_approves_what_a_colleague_miscounted(
    live_server: LiveServer, office: Office, context: BrowserContext
) -> None:
    page = sign_in(context, live_server, "ana@example.com")
    with live_server.app.app_context():
        found = db.session.scalars(select(Shift)).one()
        close_shift(found.id, {2000: 1}, SYSTEM)
    page.get_by_role("link", name="Shifts").click()
    page.get_by_role("row").filter(has_text="Station clerk").get_by_role("link").click()
    expect(page.locator(".notice.warn")).to_contain_text("more than the limit")
    page.get_by_role("button", name="Approve…").click()
    page.get_by_role("dialog").get_by_label("Why?").fill("Somebody forgot the float")
    page.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(page.locator(".notice.go").last).to_contain_text("Somebody forgot the float")


def test_a_kiosk_without_an_open_shift_offers_no_cash(kiosk: Kiosk, till: Till) -> None:
    with till.server.app.app_context():
        give_cash_box(db.session.scalars(select(Shift.kiosk_id).where(Shift.kiosk_id.is_not(None))).one())
    kiosk.to_pay()
    expect(kiosk.page.locator("#method-cash")).to_be_visible()
    with till.server.app.app_context():
        box = db.session.scalars(select(Shift.kiosk_id).where(Shift.kiosk_id.is_not(None))).one()
        close_shift(open_shift_at(Drawer(DrawerKind.KIOSK, box)).id, {}, SYSTEM)
    expect(kiosk.page.locator("#method-cash")).to_have_count(0, timeout=10_000)
    expect(kiosk.page.locator("#method-card")).to_have_attribute("aria-checked", "true")
