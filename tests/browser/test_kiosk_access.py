"""Everybody can use the kiosk: by keyboard alone, on a phone, in large text. (The rules of WCAG: test_kiosk_barriers.py.)"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.kiosk import Kiosk

pytestmark = pytest.mark.browser


def test_a_ticket_is_bought_by_keyboard_alone(kiosk: Kiosk) -> None:
    keys = kiosk.page.keyboard
    _tab_to(kiosk.page, ".dep.on_sale")
    keys.press("Enter")
    kiosk.at("seats")
    expect(kiosk.page.locator("#return-trip")).to_be_enabled()

    keys.press("Tab")
    assert _focus(kiosk.page, "#return-trip"), "it stands beside the journey, before the seats"
    keys.press("Tab")
    assert _focus(kiosk.page, "#as-list"), "of the seats the list comes first"
    _tab_to(kiosk.page, ".seat")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    assert kiosk.mine() == ["3A"]

    _tab_to(kiosk.page, "#go-on")
    keys.press("Enter")
    kiosk.at("details")
    _tab_to(kiosk.page, "#go-on")
    keys.press("Enter")
    kiosk.at("pay")
    _tab_to(kiosk.page, ".method")
    keys.press("ArrowRight")
    expect(kiosk.page.locator("#method-phone")).to_have_attribute("aria-checked", "true")
    keys.press("ArrowLeft")
    expect(kiosk.page.locator("#method-card")).to_have_attribute("aria-checked", "true")
    _tab_to(kiosk.page, "#go-on")
    keys.press("Enter")
    kiosk.at("ticket")
    _tab_to(kiosk.page, "#go-on")
    keys.press("Enter")
    kiosk.at("board")


def test_the_list_of_seats_chooses_by_row_and_seat(kiosk: Kiosk) -> None:
    kiosk.choose_departure()
    kiosk.page.click("#as-list")
    kiosk.page.click('#seat-list [data-key="0-2"]')
    kiosk.page.click('#seat-list [data-seat="3C"]')
    expect(kiosk.page.locator('#seat-list [data-seat="3C"]')).to_have_attribute("aria-pressed", "true")
    kiosk.page.click("#as-list")

    expect(kiosk.seat("3C")).to_have_attribute("data-mark", "mine")


def test_large_text_on_a_low_screen_begins_with_the_list_and_covers_nothing(
    new_kiosk: Callable[..., Kiosk],
) -> None:
    kiosk = new_kiosk(viewport={"width": 1440, "height": 900}).open()
    kiosk.page.click("#larger")
    kiosk.touch(".dep.on_sale >> nth=0")
    expect(kiosk.page.locator('#seat-list [aria-pressed="true"]')).to_be_in_viewport()
    for button in ("#adult-more", "#child-more", "#senior-more"):
        kiosk.page.click(button)  # refused when anything lies over it
    expect(kiosk.page.locator('#seat-list [aria-pressed="true"]').first).to_be_in_viewport()


@pytest.mark.parametrize("size", [(1080, 1920), (1440, 900), (390, 844)], ids=["panel", "landscape", "phone"])
def test_every_size_sells_without_sideways_scrolling(
    new_kiosk: Callable[..., Kiosk], size: tuple[int, int]
) -> None:
    kiosk = new_kiosk(viewport={"width": size[0], "height": size[1]}).open()
    for step in ("board", "seats", "details", "pay"):
        kiosk.at(step)
        assert kiosk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), step
        if step == "board":
            kiosk.touch(".dep.on_sale >> nth=0")
        elif step != "pay":
            expect(kiosk.go_on).to_be_enabled()
            kiosk.touch("#go-on")
    kiosk.touch("#go-on")
    kiosk.at("ticket")


def test_large_text_is_half_as_large_again(kiosk: Kiosk) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('.dep .to')).fontSize)"
    before = kiosk.page.evaluate(size)
    kiosk.page.click("#larger")

    assert kiosk.page.evaluate(size) == pytest.approx(before * 1.5, rel=0.01)
    assert kiosk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _tab_to(page: Page, target: str, most: int = 90) -> None:
    for _ in range(most):
        if _focus(page, target):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not reach {target}")


def _focus(page: Page, target: str) -> bool:
    return bool(page.evaluate("target => document.activeElement.matches(target)", target))
