"""The manager's day in a real browser: watch holds, release one, see a sale arrive as money and as mail, change a run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from core.accounts import users
from core.booking.parties import Holder
from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.jobs.deliver import deliver
from core.kernel.activity import SYSTEM, ActivityEntry, Actor
from core.kernel.db import db
from core.kernel.outbox import OutboxEvent
from core.live import emitter
from tests.support.factories import CLERK, Office, make_office
from tests.support.web import LiveServer

pytestmark = pytest.mark.browser

PASSWORD = "a long enough word"
KIOSK = Holder("kiosk", "k1:one", "Kiosk 1")
DEVICE = Actor("kiosk", "k1", "Kiosk 1", "192.0.2.7")


@dataclass(frozen=True)
class Desk:
    """An office with live seats, and pages of a manager who is signed in."""

    server: LiveServer
    office: Office
    page: Page
    faults: list[str]

    def open(self, path: str) -> Page:
        """Show a page of the admin."""
        self.page.goto(f"{self.server.url}/admin/{path}")
        return self.page

    def hold(self, *seats: int, **more: object) -> object:
        """A kiosk holds seats."""
        with self.server.app.app_context():
            return reserve(self.office.ask(*seats, channel="kiosk", **more), KIOSK, DEVICE).reservation_id

    def sell(self, *seats: int, **more: object) -> None:
        """Seats that a kiosk holds are sold for cash."""
        reservation_id = self.hold(*seats, **more)
        with self.server.app.app_context():
            take_cash(reservation_id, KIOSK, CLERK)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A manager's screen."""
    made = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def desk(live_server: LiveServer, context: BrowserContext) -> Iterator[Desk]:
    """A signed-in admin of an office whose one departure leaves within the hour."""
    with live_server.app.app_context():
        office = make_office(departs_in=timedelta(minutes=50))
        users.create("ana@example.com", "Ana Ionescu", PASSWORD, SYSTEM, role="admin")
    telling = emitter.start(live_server.app)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None
    )
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Ana Ionescu")).to_be_visible()
    yield Desk(live_server, office, page, faults)
    telling.stop()
    assert not faults, "\n".join(faults)


def test_a_hold_appears_and_is_released_while_another_screen_watches(desk: Desk) -> None:
    page = desk.open("reservations/")
    expect(page.get_by_text("Nobody holds seats at this moment.")).to_be_visible()
    desk.hold(0, 1)
    row = page.get_by_role("row").filter(has_text="Kiosk 1")
    expect(row).to_contain_text("1A 1B")
    first = row.locator("[data-clock]").text_content()
    watching = desk.page.context.new_page()
    watching.goto(f"{desk.server.url}/admin/schedules/{desk.office.schedule_id}/")
    seat = watching.locator("[data-seat='1A']")
    expect(seat).to_have_attribute("data-state", "reserved")
    expect(watching.locator("#claims")).to_contain_text("Kiosk 1")
    expect(row.locator("[data-clock]")).not_to_have_text(first or "")
    row.get_by_role("button", name="Release…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("held by Kiosk 1")
    dialog.get_by_role("button", name="Release the seats").click()
    expect(dialog, "a reason is missing, so nothing happens").to_be_visible()
    dialog.get_by_label("Why?").fill("The kiosk hangs")
    dialog.get_by_role("button", name="Release the seats").click()
    expect(seat).to_have_attribute("data-state", "available", timeout=1_500)
    expect(page.get_by_role("status")).to_contain_text("The seats are free again")
    with desk.server.app.app_context():
        deed = db.session.scalars(
            select(ActivityEntry).where(ActivityEntry.action == "reservation.released")
        ).one()
    assert deed.reason == "The kiosk hangs"


def test_seats_are_blocked_by_mouse_and_sold_again_by_keyboard_while_a_screen_watches(desk: Desk) -> None:
    desk.hold(5)
    path = f"schedules/{desk.office.schedule_id}/"
    watching = desk.page.context.new_page()
    watching.goto(f"{desk.server.url}/admin/{path}")
    page = desk.open(path)
    form = page.locator("#blocking")
    expect(form).to_contain_text("Choose seats on the map")
    expect(form.get_by_role("button", name="Block")).to_be_hidden()
    page.locator("[data-seat='1A']").click()
    page.locator("[data-seat='2B']").click()
    expect(form).to_contain_text("Chosen: 1A, 2B")
    form.get_by_label("Why?").fill("Broken seat belt")
    form.get_by_role("button", name="Block").click()
    expect(page.get_by_role("alert").or_(page.get_by_role("status"))).to_contain_text("2B is held by Kiosk 1")
    expect(page.locator("[data-seat='1A']")).to_have_attribute("data-state", "available")

    page.locator("[data-seat='1A']").click()
    page.locator("[data-seat='1B']").click()
    form.get_by_label("Why?").fill("Broken seat belt")
    form.get_by_role("button", name="Block").click()
    expect(page.get_by_role("status")).to_contain_text("2 seats are blocked")
    expect(watching.locator("[data-seat='1B']")).to_have_attribute("data-state", "blocked", timeout=1_500)
    expect(page.locator("#claims")).to_contain_text("Broken seat belt")

    page.locator("[data-seat='1A']").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-seat='1B']")).to_be_focused()
    page.keyboard.press("Space")
    expect(form).to_contain_text("Chosen: 1A, 1B")
    form.get_by_role("button", name="Sell again").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("2 seats are sold again")
    expect(watching.locator("[data-seat='1A']")).to_have_attribute("data-state", "available", timeout=1_500)


def test_the_list_renews_itself_without_taking_the_focus(desk: Desk) -> None:
    desk.hold(0)
    page = desk.open("reservations/")
    button = page.get_by_role("row").filter(has_text="Kiosk 1").get_by_role("button", name="Release…")
    button.focus()
    with desk.server.app.app_context():
        reserve(desk.office.ask(5, channel="api"), Holder("guest", "g", "guest, bea@mail.example"), DEVICE)
    expect(page.get_by_role("row").filter(has_text="b•••@mail.example")).to_be_visible()
    expect(button).to_be_focused()


def test_a_sale_shows_in_the_figures_and_in_the_chart(desk: Desk) -> None:
    page = desk.open("")
    expect(page.locator("canvas[data-chart]")).to_have_attribute("data-drawn", "0")
    desk.sell(0, 1)
    page = desk.open("")
    expect(page.locator(".tile").filter(has_text="Revenue today")).to_contain_text("52.00 EUR")
    expect(page.locator(".tile").filter(has_text="Tickets")).to_contain_text("2")
    expect(page.locator("canvas[data-chart]")).to_have_attribute("data-drawn", "1")
    expect(page.locator(".load").first).to_contain_text("17 %")
    page.get_by_role("link", name="Open report").click()
    expect(page.locator("canvas[data-chart='routes-data']")).to_have_attribute("data-drawn", "1")
    expect(page.get_by_role("row").filter(has_text="Lisboa – Porto")).to_contain_text("52.00")


def test_a_booking_leads_to_its_ticket_and_the_mail_with_its_pdf(desk: Desk) -> None:
    desk.sell(0, contact_email="maria@mail.example")
    page = desk.open("mailbox/")
    expect(page.get_by_text("No mail yet.")).to_be_visible()
    with desk.server.app.app_context():
        due = list(db.session.scalars(select(OutboxEvent.id).where(OutboxEvent.kind == "booking.confirmed")))
        for event in due:
            assert deliver(event)
    page.get_by_role("link", name=re.compile("maria@mail.example")).click()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Porto")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"\.pdf")).click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    page = desk.open("bookings/")
    page.get_by_role("link", name=re.compile(r"^B[A-Z0-9]{11}$")).click()
    expect(page.get_by_role("heading", name="Lisboa → Porto")).to_be_visible()
    answer = page.request.get(page.url.rstrip("/").replace("bookings", "papers") + "/ticket.pdf")
    assert answer.headers["content-type"] == "application/pdf"


def test_a_platform_is_changed(desk: Desk) -> None:
    page = desk.open(f"schedules/{desk.office.schedule_id}/")
    page.get_by_role("link", name="Change").click()
    page.get_by_label("Platform").fill("12 B")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("dd").filter(has_text="12 B")).to_be_visible()
    page = desk.open("activity/?kind=schedule")
    page.get_by_text("1 change", exact=True).click()
    expect(page.locator(".diff")).to_contain_text("12 B")


PAGES = (
    "",
    "reservations/",
    "bookings/",
    "schedules/",
    "operators/new/",
    "kiosks/",
    "people/",
    "activity/",
    "revenue/",
)


def test_pages_have_no_barriers_in_light_and_dark(desk: Desk) -> None:
    desk.sell(0)
    desk.hold(5)
    pages = (*PAGES, f"schedules/{desk.office.schedule_id}/")
    for path in pages:
        desk.open(path)
    assert not desk.faults, "every page obeys its own policy"
    found: dict[str, list[str]] = {}
    page = desk.page.context.new_page()  # axe itself sets styles, which the policy refuses
    page.emulate_media(reduced_motion="reduce")
    for path in pages:
        page.goto(f"{desk.server.url}/admin/{path}")
        for theme in ("light", "dark"):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
            violations = Axe().run(page, options=rules).response["violations"]
            found[f"{path} {theme}"] = [
                f"{each['id']}: {each['nodes'][0]['html'][:160]}" for each in violations
            ]
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(desk: Desk) -> None:
    desk.page.set_viewport_size({"width": 390, "height": 844})
    page = desk.open("bookings/")
    menu = page.get_by_role("button", name="Menu")
    expect(page.get_by_role("link", name="Activity log")).to_be_hidden()
    menu.press("Enter")
    expect(page.get_by_role("link", name="Activity log")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Activity log")).to_be_hidden()
    expect(menu).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_cancellation_shows_its_refund_first(desk: Desk) -> None:
    """Within the hour the rules give nothing back; a manager may, and sees how much before agreeing."""
    desk.sell(0, 1)
    page = desk.open("bookings/")
    page.locator(".row-link").first.click()
    page.get_by_role("button", name="Cancel…").click()
    dialog = page.get_by_role("dialog", name="Cancel this booking?")
    refund = dialog.locator("[data-total]")
    expect(dialog).to_contain_text("It is too late to cancel this journey.")
    expect(refund).to_have_text("€0.00")
    dialog.get_by_label("Give everything back").check()
    expect(refund).to_have_text("€52.00")
    dialog.get_by_label("1A").uncheck()
    expect(refund).to_have_text("€26.00")
    dialog.get_by_label("Why?").fill("The heating is broken")
    dialog.get_by_role("button", name="Cancel and refund").click()
    expect(page.get_by_text("the refund is on its way")).to_be_visible()
    expect(page.get_by_role("row", name="1B")).to_contain_text("cancelled")
    expect(page.get_by_role("row", name="1A")).to_contain_text("valid")
