"""The kiosk from the first start to the ticket, with its side rooms."""

import re

from playwright.sync_api import Page

from scripts.screens_parts.machine import hold_card
from scripts.screens_parts.studio import Studio

_CODE = re.compile(r"\w{4} \w{4}")
_BUS = 3  # which departure of the board is bought: not the first, whose sales may close meanwhile


def draw(studio: Studio) -> None:
    """Every step in the order of a purchase, then large text, contrast, another language."""
    studio.lived()
    buy(studio)
    with studio.page(storage_state=studio.kept["kiosk"]) as page:
        page.goto(f"{studio.office.url}/kiosk/")
        page.wait_for_selector(".dep")
        _aids(studio, page)
        _both_ways(studio, page)
        _wall(studio, page)
        _idle(studio, page)


def buy(studio: Studio) -> None:
    """From the pairing to the ticket."""
    _pairing(studio)
    with studio.page(storage_state=studio.kept["kiosk"]) as page:
        page.goto(f"{studio.office.url}/kiosk/")
        _board(studio, page)
        _seats(studio, page)
        _pay(studio, page)
        _ticket(studio, page)
        _found(studio, page)


def _pairing(studio: Studio) -> None:
    with studio.page() as page:
        page.goto(f"{studio.office.url}/kiosk/")
        page.locator("#code").filter(has_text=_CODE).wait_for()
        studio.shoot(page, "pairing")
        if "kiosk" not in studio.kept:
            page.goto(studio.office.pairing_link)
            studio.shoot(page, "start")
            page.click("button")
            page.wait_for_selector(".dep")
            studio.kept["kiosk"] = page.context.storage_state()


def _board(studio: Studio, page: Page) -> None:
    page.wait_for_selector(".dep")
    studio.shoot(page, "board")
    page.click("#find")
    page.click('.letter:text-is("B")')
    studio.shoot(page, "destination")
    page.keyboard.press("Escape")


def _seats(studio: Studio, page: Page) -> None:
    page.locator(".dep.on_sale").nth(_BUS).click()
    page.wait_for_selector('#seat-map [data-mark="mine"]')
    studio.shoot(page, "seats")
    page.click("#adult-more")
    page.wait_for_selector('#seat-map [data-mark="mine"] >> nth=1')
    studio.shoot(page, "two-passengers")
    page.click("#as-list")
    studio.shoot(page, "list-of-seats")
    page.click("#as-list")
    page.click("#adult-less")
    page.click("#go-on:enabled")


def _pay(studio: Studio, page: Page) -> None:
    page.wait_for_selector("#email")
    studio.shoot(page, "details")
    page.fill("#email", "ana@example.org")
    page.focus("#name-0")
    studio.shoot(page, "name")
    page.click("#go-on")
    page.wait_for_selector(".methods")
    studio.shoot(page, "pay")
    page.click("#method-phone")
    page.click("#go-on")
    page.wait_for_selector(".phone-code")
    studio.shoot(page, "pay-by-phone")
    page.click("#other-method")
    page.click("#method-cash")
    page.click("#go-on")
    page.wait_for_selector("#cash-left")
    studio.shoot(page, "pay-in-cash")
    page.click("#cash-stop")
    page.wait_for_selector("#method-card")
    page.click("#method-card")
    page.click("#go-on")
    page.wait_for_selector(".reader")
    studio.shoot(page, "pay-by-card")


def _ticket(studio: Studio, page: Page) -> None:
    hold_card(studio.office)
    page.wait_for_selector(".ticket img")
    page.wait_for_selector('#printed[data-status="done"]')
    studio.shoot(page, "ticket")
    page.click("#go-on")
    page.wait_for_selector(".dep")


def _found(studio: Studio, page: Page) -> None:
    """A family's booking for tomorrow: found, looked at, another seat, and what would come back."""
    day = studio.lived()
    page.click("#find-booking")
    page.wait_for_selector("#booking-reference")
    studio.shoot(page, "find-booking")
    page.fill("#booking-reference", day.reference)
    page.fill("#booking-proof", day.email)
    page.click("#go-on")
    page.wait_for_selector(".ticket img")
    studio.shoot(page, "booking")
    page.click("#change-seat")
    page.wait_for_selector("#seat-map")
    studio.shoot(page, "another-seat")
    page.click("#go-back")
    page.click("#cancel-booking")
    page.wait_for_selector(".lines .total")
    studio.shoot(page, "refund")
    page.click("#go-back")
    page.click("#go-on")
    page.wait_for_selector(".dep")


def _aids(studio: Studio, page: Page) -> None:
    page.click("#larger")
    studio.shoot(page, "large-board")
    page.locator(".dep.on_sale").nth(1).click()
    page.wait_for_selector("#go-on:enabled")
    studio.shoot(page, "large-seats")
    if page.locator("#seat-list").count():
        page.click("#as-list")
        studio.shoot(page, "large-plan")
    page.click("#larger")
    page.click("#contrast")
    studio.shoot(page, "contrast-seats")
    page.click("#contrast")
    page.click("#help")
    studio.shoot(page, "help")
    page.keyboard.press("Escape")
    for language, name in (("ro", "romanian"), ("ar", "arabic")):
        page.click(f'[data-language="{language}"]')
        page.wait_for_selector('#seat-map [data-mark="mine"]')
        studio.shoot(page, f"{name}-seats")
    if page.locator("#low-reach").is_visible():  # a phone is low enough
        page.click("#low-reach")
        studio.shoot(page, "arabic-low")
        page.click("#low-reach")
    page.click('[data-language="en"]')
    page.click("#speak")
    studio.shoot(page, "speech")
    page.click("#speak")
    page.click("#go-back")


def _both_ways(studio: Studio, page: Page) -> None:
    """There and back, and the voucher; the hold is given back before the next picture."""
    page.click('[data-language="en"]')
    page.wait_for_selector(".dep")
    page.locator(".dep.on_sale").nth(_BUS).click()
    page.click("#return-trip:enabled")
    page.wait_for_selector("#wayback li")
    studio.shoot(page, "way-back")
    if page.locator("#wayback .dep.on_sale").count():
        page.locator("#wayback .dep.on_sale").first.click()
        page.wait_for_selector('#seat-map [data-mark="mine"]')
        studio.shoot(page, "way-back-seats")
        _pay_step(page)
        studio.shoot(page, "way-back-pay")
        page.click("#stop")
    else:
        page.click("#one-way")
        page.click("#go-back")
    page.wait_for_selector("#board .dep")
    page.locator(".dep.on_sale").nth(_BUS).click()
    _pay_step(page)
    page.click("#method-voucher")
    page.click("#go-on")
    page.wait_for_selector("#voucher-code")
    studio.shoot(page, "voucher")
    page.click("#stop")
    page.wait_for_selector("#board .dep")


def _pay_step(page: Page) -> None:
    page.click("#go-on:enabled")
    page.wait_for_selector("#email, .methods")
    if page.locator("#email").count():
        page.click("#go-on")
    page.wait_for_selector(".methods")


def _wall(studio: Studio, page: Page) -> None:
    """The board on a wall of the kiosk's own station."""
    code = page.evaluate("JSON.parse(document.getElementById('office').textContent).place")
    with studio.page() as wall:
        for theme in ("dark", "light", "contrast"):
            wall.goto(f"{studio.office.url}/board/{code}?theme={theme}")
            wall.wait_for_selector("#rows tr")
            studio.shoot(wall, f"wall-{theme}")


def _idle(studio: Studio, page: Page) -> None:
    page.clock.install()
    page.reload()
    page.wait_for_selector(".dep")
    page.locator(".dep.on_sale").nth(2).click()
    page.wait_for_selector('#seat-map [data-mark="mine"]')
    page.clock.run_for(61_000)
    page.wait_for_selector(".dialog")
    page.screenshot()  # the fonts of the count
    studio.shoot(page, "nobody-there")
    page.click(".dialog .tool")
    page.context.set_offline(True)
    page.wait_for_selector("#banner:visible")
    studio.shoot(page, "no-network")
