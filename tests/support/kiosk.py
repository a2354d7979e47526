"""A traveller at a kiosk: an office with departures, paired machines, and hands that touch what the screen shows."""

from dataclasses import dataclass
from io import BytesIO

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from core.accounts.kiosks import COOKIE, claim, prepare
from core.kernel.activity import SYSTEM
from tests.support.factories import Office
from tests.support.till import open_till
from tests.support.web import LiveServer

PANEL = (1080, 1920)


@dataclass
class Kiosk:
    """One screen; `touches` counts what the traveller touched."""

    page: Page
    url: str
    touches: int = 0

    def open(self) -> "Kiosk":
        self.page.goto(f"{self.url}/kiosk/")
        expect(self.page.locator(".dep").first).to_be_visible()
        return self

    def touch(self, what: str | Locator) -> None:
        target = self.page.locator(what) if isinstance(what, str) else what
        target.click()
        self.touches += 1

    @property
    def step(self) -> str:
        return str(self.page.locator("#screen").get_attribute("data-step"))

    def at(self, step: str) -> "Kiosk":
        """Wait until the screen shows that step."""
        expect(self.page.locator(f'#screen[data-step="{step}"]')).to_be_visible()
        return self

    def choose_departure(self) -> "Kiosk":
        self.touch(".dep.on_sale >> nth=0")
        self.at("seats")
        expect(self.page.locator('#seat-map [data-mark="mine"]').first).to_be_visible()
        expect(self.go_on).to_be_enabled()
        return self

    def hold(self) -> "Kiosk":
        """From the board to held seats, at the details."""
        self.choose_departure()
        self.touch("#go-on")
        return self.at("details")

    def hold_by_list(self) -> "Kiosk":
        """From the board to held seats where the seats are shown as a list."""
        self.touch(".dep.on_sale >> nth=0")
        self.at("seats")
        expect(self.go_on).to_be_enabled()
        self.touch("#go-on")
        return self.at("details")

    def to_pay(self) -> "Kiosk":
        self.hold()
        self.touch("#go-on")
        return self.at("pay")

    @property
    def go_on(self) -> Locator:
        return self.page.locator("#go-on")

    def seat(self, number: str) -> Locator:
        return self.page.locator(f'#seat-map [data-seat="{number}"]')

    def mark_of(self, number: str) -> str:
        return str(self.seat(number).get_attribute("data-mark"))

    def mine(self) -> list[str]:
        """Numbers of the seats that are shown as this traveller's."""
        found = self.page.locator('#seat-map [data-mark="mine"]')
        return [str(found.nth(n).get_attribute("data-seat")) for n in range(found.count())]


def pair(
    browser: Browser, server: LiveServer, office: Office, name: str = "Kiosk 1", **context: object
) -> Page:
    """A browser that is a paired kiosk at the office's first place."""
    with server.app.app_context():
        kiosk_id, code = prepare(office.places[0], name, SYSTEM)
        open_till(kiosk_id, "kiosk")
        token = claim(code)
    opened = new_context(browser, **context)
    opened.add_cookies(
        [{"name": COOKIE, "value": str(token), "url": server.url, "sameSite": "Strict", "httpOnly": True}]
    )
    return opened.new_page()


def new_context(browser: Browser, **more: object) -> BrowserContext:
    width, height = PANEL
    settings = {"viewport": {"width": width, "height": height}, "locale": "en-GB", **more}
    context = browser.new_context(**settings)
    context.set_default_timeout(10_000)
    return context


def codes_on(page: Page) -> list[str]:
    """The texts of all QR codes that a camera sees on the screen."""
    return [found.text for found in zxingcpp.read_barcodes(Image.open(BytesIO(page.screenshot())))]
