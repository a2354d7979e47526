"""The keyboard on the screen: as people of each language know theirs, with help for addresses, beside a real one."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.kiosk import Kiosk

pytestmark = pytest.mark.browser

#: Per language: the keys of the first row, and a word to touch on the keyboard of names, with what becomes of it.
NAMES = {
    "en": ("QWERTYUIOP", "Zoe"),
    "ro": ("QWERTYUIOPĂ", "Ștef"),
    "de": ("QWERTZUIOPÜ", "Jürß"),
    "fr": ("AZERTYUIOP", "Zoé"),
    "es": ("QWERTYUIOP", "Íñu"),
    "pt": ("QWERTYUIOP", "João"),
    "pl": ("QWERTYUIOPÓ", "Łęć"),
    "tr": ("QWERTYUIOPĞÜ", "Işıl"),
    "ar": ("ضصثقفغعهخحج", "سلام"),
}
ENDINGS = {"en": "@outlook.com", "de": "@gmx.de", "fr": "@orange.fr", "pl": "@wp.pl", "tr": "@hotmail.com", "ar": "@yahoo.com"}  # fmt: skip
SMALL_KEYS = """() => [...document.querySelectorAll('.keys .hg-button')]
  .map((key) => [key.textContent, key.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44 || box.left < 0 || box.right > innerWidth)
  .map(([text, box]) => `${text} ${Math.round(box.width)}x${Math.round(box.height)}`)"""
CUT_KEYS = """() => [...document.querySelectorAll('.keys .hg-button')]
  .filter((key) => key.firstElementChild.getBoundingClientRect().width > key.getBoundingClientRect().width + 1)
  .map((key) => key.textContent)"""


def touch(page: Page, *keys: str) -> None:
    for key in keys:
        page.locator(f'.keys [data-skbtn="{key}"]').click()


def test_every_language_has_its_own_keyboard(kiosk: Kiosk) -> None:
    page = kiosk.hold().page
    for language, (first_row, name) in NAMES.items():
        if language != "en":
            page.click(f'[data-language="{language}"]')
            expect(page.locator("html")).to_have_attribute("lang", language)
        page.fill("#name-0", "")
        page.locator("#email").focus()
        page.locator("#name-0").focus()
        assert page.locator(".keys .hg-row").first.inner_text().replace("\n", "") == first_row, language
        touch(page, *name)
        expect(page.locator("#name-0")).to_have_value(name)
        assert page.evaluate(SMALL_KEYS) == [], language

        page.fill("#email", "")
        page.locator("#email").focus()
        touch(page, "a", "@gmail.com", ENDINGS.get(language, "@gmail.com"))
        expect(page.locator("#email")).to_have_value("a" + ENDINGS.get(language, "@gmail.com"))
        assert page.evaluate(SMALL_KEYS) == [], language
        assert page.evaluate(CUT_KEYS) == [], language


def test_a_real_keyboard_and_the_one_on_the_screen_write_into_the_same_field(kiosk: Kiosk) -> None:
    page = kiosk.hold().page
    page.focus("#name-0")
    page.keyboard.type("Jo")
    touch(page, "{more}", "ã")
    page.keyboard.type("o")
    touch(page, "{bksp}", "{more}", "o")
    page.keyboard.press("Home")
    touch(page, "{shift}", "X")

    expect(page.locator("#name-0")).to_have_value("XJoão")


def test_arabic_names_may_be_written_in_latin_letters(kiosk: Kiosk) -> None:
    page = kiosk.page
    page.click('[data-language="ar"]')
    kiosk.hold()
    page.focus("#name-0")
    touch(page, "{latin}", "A", "L", "I")

    expect(page.locator("#name-0")).to_have_value("ALI")


def test_numbers_and_codes_have_pads_of_their_own(kiosk: Kiosk) -> None:
    kiosk.page.evaluate(_PADS)

    for keys, typed in (("number", "+40"), ("code", "B42-Z")):
        kiosk.page.focus(f"#pad-{keys}")
        touch(kiosk.page, *typed)
        expect(kiosk.page.locator(f"#pad-{keys}")).to_have_value(typed)


_PADS = """async () => {
  const { screenKeyboard } = await import('/kiosk/static/js/keyboard.js');
  const { field } = await import('/kiosk/static/js/steps/field.js');
  const made = ['number', 'code'].map((keys) => field({ id: `pad-${keys}`, label: keys, keys, inputmode: 'text', maxlength: 9, valid: () => true, fault: '' }));
  document.getElementById('main').replaceChildren(...made.map((each) => each.element), screenKeyboard(made.map((each) => each.input)).element);
}"""
