"""Speech mode: the page's own words are said, or shown where the browser has no voice. Low reach, and time to answer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.kiosk import Kiosk
from tests.support.processes import eventually
from tests.support.voices import give_voices, said, words

pytestmark = pytest.mark.browser

Kiosks = Callable[..., Kiosk]


def speaking(new_kiosk: Kiosks, *languages: str) -> Kiosk:
    kiosk = new_kiosk()
    give_voices(kiosk.page.context, *languages)
    kiosk.open().page.click("#speak")
    return kiosk


def hears(page: Page, text: str) -> None:
    page.wait_for_function("text => window.said.some((each) => each.text.includes(text))", arg=text)


def until(page: Page, what: Callable[[str], bool]) -> None:
    """Wait until what was said last is that."""
    eventually(lambda: what(words(page)), 10, lambda: words(page))


def test_steps_choices_errors_and_what_is_typed_are_said(new_kiosk: Kiosks) -> None:
    kiosk = speaking(new_kiosk, "de-DE", "en-GB")
    page = kiosk.page
    until(page, lambda now: now.startswith("Speech is on. What you choose and type is read out. 1 choice."))
    assert "Porto" in words(page)

    kiosk.touch(".dep.on_sale >> nth=0")
    hears(page, "To go on: Continue.")
    assert words(page).startswith("Choose your seat. We picked a good one.")
    assert "Seat 1A, window, chosen." in words(page), "the step-through list is open, and its choice is said"

    page.focus('#seat-list [data-seat="1B"]')
    until(page, lambda now: now == "Seat 1B, aisle")
    page.keyboard.press("Enter")
    hears(page, "Seat 1B, aisle is yours now")

    page.click("#go-on")
    hears(page, "To go on: Skip.")
    assert "2 choices. E-mail for your ticket, if you like." in words(page)
    page.focus("#email")
    page.keyboard.type("x")
    until(page, lambda now: now == "x")
    page.click("#go-on")
    hears(page, "Please check the e-mail address.")
    assert {each.lang for each in said(page) if each.lang} == {"en-GB"}


def test_of_masked_input_only_stars_are_said(new_kiosk: Kiosks) -> None:
    kiosk = speaking(new_kiosk, "en-GB").hold_by_list()
    kiosk.page.evaluate("document.querySelector('#name-0').dataset.masked = ''")
    kiosk.page.focus("#name-0")
    kiosk.page.keyboard.type("4711")
    kiosk.page.focus("#email")
    kiosk.page.focus("#name-0")

    until(kiosk.page, lambda now: now.endswith("star star star star"))
    assert not any(digit in each.text for each in said(kiosk.page)[-8:] for digit in "47")


def test_it_speaks_the_language_of_the_screen(new_kiosk: Kiosks) -> None:
    kiosk = speaking(new_kiosk, "en-GB", "de-DE")
    kiosk.page.click('[data-language="de"]')
    hears(kiosk.page, "1 Möglichkeit.")

    assert said(kiosk.page)[-1].lang == "de-DE"


def test_repeat_volume_and_the_usual_volume_for_the_next_traveller(new_kiosk: Kiosks) -> None:
    kiosk = speaking(new_kiosk, "en-GB")
    page = kiosk.page
    hears(page, "Speech is on.")
    usual = said(page)[-1].volume
    page.click("#speech-louder")
    until(page, lambda now: now == "Volume 4 of 5")
    assert said(page)[-1].volume > usual
    page.click("#speech-repeat")
    until(page, lambda now: now == "Volume 4 of 5")
    page.click("#speech-read")
    until(page, lambda now: now.startswith("Lisboa. Choose your departure."))

    kiosk.touch(".dep.on_sale >> nth=0")
    kiosk.at("seats")
    page.click("#go-back")
    kiosk.at("board")
    expect(page.locator("#speech")).to_be_hidden()
    page.click("#speak")
    until(page, lambda now: now.startswith("Speech is on."))
    assert said(page)[-1].volume == usual


def test_without_a_voice_a_sentence_says_so_and_the_words_are_shown(new_kiosk: Kiosks) -> None:
    kiosk = speaking(new_kiosk)
    bar = kiosk.page.locator("#speech .spoken")
    expect(bar).to_contain_text("This machine has no voice for English. What would be said is written here:")
    expect(bar).to_contain_text("Speech is on.")
    kiosk.touch(".dep.on_sale >> nth=0")

    expect(bar).to_contain_text("To go on: Continue.")
    assert [each.text for each in said(kiosk.page) if each.text != "--"] == []


def test_the_warning_is_said_and_answered_ten_times_with_one_touch(new_kiosk: Kiosks) -> None:
    kiosk = new_kiosk()
    give_voices(kiosk.page.context, "en-GB")
    kiosk.page.clock.install()
    kiosk.open()
    kiosk.page.click("#speak")
    kiosk.touch(".dep.on_sale >> nth=0")
    kiosk.at("seats")
    warning = kiosk.page.locator(".dialog")
    for _ in range(10):
        kiosk.page.clock.fast_forward(61_000)
        expect(warning).to_contain_text("Are you still there?")
        hears(kiosk.page, "Are you still there?")
        kiosk.page.evaluate("window.said.length = 0")
        kiosk.page.clock.fast_forward(19_000)
        kiosk.page.click(".dialog .go")
        expect(warning).to_have_count(0)

    assert kiosk.step == "seats"


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080)], ids=["portrait", "landscape"])
def test_in_low_reach_nothing_to_touch_is_in_the_upper_part(new_kiosk: Kiosks, size: tuple[int, int]) -> None:
    kiosk = new_kiosk(viewport={"width": size[0], "height": size[1]}).open()
    page = kiosk.page
    page.click("#low-reach")
    highest = size[1] * (0.43 if size[1] > size[0] else 0.33)
    for step in ("board", "seats", "details", "pay"):
        kiosk.at(step)
        assert page.evaluate(_HIGHEST_CONTROL) >= highest, step
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), step
        if step == "board":
            page.click("#find")
            assert page.evaluate(_HIGHEST_CONTROL) >= highest
            page.keyboard.press("Escape")
            kiosk.touch(".dep.on_sale >> nth=0")
        elif step != "pay":
            expect(kiosk.go_on).to_be_enabled()
            kiosk.touch("#go-on")
    page.click("#method-phone")
    kiosk.touch("#stop")
    kiosk.at("board")
    assert page.evaluate("({...document.documentElement.dataset})") == {}


_HIGHEST_CONTROL = """() => {
  const top = document.querySelector('.dialog[open]') ?? document;
  const controls = [...top.querySelectorAll('button, input, [role=button]')];
  return Math.min(...controls.filter((each) => each.getClientRects().length && !each.matches('.unseen')).map((each) => each.getBoundingClientRect().top));
}"""
