"""Whoever leaves leaves nothing: by Done, by Stop, by walking away. And machines that are no kiosks, or no longer."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from core.accounts.kiosks import approve, revoke
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from tests.browser.conftest import Till
from tests.support.kiosk import Kiosk, new_context

pytestmark = pytest.mark.browser

TRACES = """() => ({
  local: Object.keys(localStorage).length,
  session: Object.keys(sessionStorage).length,
  fields: [...document.querySelectorAll('input')].filter((field) => field.value).length,
  words: document.body.innerText,
})"""


@pytest.mark.usefixtures("plain_modules")
def test_after_a_minute_without_a_touch_a_warning_comes_and_then_everything_is_wiped(
    till: Till, new_kiosk: Callable[..., Kiosk]
) -> None:
    kiosk = new_kiosk()
    kiosk.page.clock.install()
    kiosk.open().hold()
    kiosk.page.fill("#email", "secret@example.org")
    kiosk.page.fill("#name-0", "Secret Name")
    first = kiosk.page.evaluate("import('/kiosk/static/js/sale.js').then((m) => m.sale.session)")

    kiosk.page.clock.run_for(61_000)
    warning = kiosk.page.locator(".dialog")
    expect(warning).to_contain_text("Are you still there?")
    kiosk.page.clock.run_for(21_000)
    kiosk.at("board")

    expect(warning).to_have_count(0)
    traces = kiosk.page.evaluate(TRACES)
    assert (traces["local"], traces["session"], traces["fields"]) == (0, 0, 0)
    assert "ecret" not in traces["words"]
    assert kiosk.page.evaluate("import('/kiosk/static/js/sale.js').then((m) => m.sale.session)") != first
    _released(till)
    assert _locks(till) == 0


def test_one_touch_answers_the_warning_and_nothing_is_lost(new_kiosk: Callable[..., Kiosk]) -> None:
    kiosk = new_kiosk()
    kiosk.page.clock.install()
    kiosk.open().hold()
    kiosk.page.fill("#name-0", "Ana")
    kiosk.page.clock.run_for(61_000)
    kiosk.page.click(".dialog .go")

    assert kiosk.step == "details"
    expect(kiosk.page.locator("#name-0")).to_have_value("Ana")


def test_stop_gives_the_seats_back_at_once(till: Till, kiosk: Kiosk) -> None:
    kiosk.hold()
    kiosk.page.click("#stop")
    kiosk.at("board")

    _released(till)


def test_language_size_and_contrast_go_back_for_the_next_traveller(kiosk: Kiosk) -> None:
    kiosk.page.click("#larger")
    kiosk.page.click("#contrast")
    kiosk.page.click('[data-language="ro"]')
    expect(kiosk.page.locator("#lede")).to_have_text("Alegeți plecarea")
    kiosk.choose_departure()
    kiosk.page.click("#go-back")
    kiosk.at("board")

    expect(kiosk.page.locator("#lede")).to_have_text("Choose your departure")
    assert kiosk.page.evaluate("({...document.documentElement.dataset})") == {}
    assert kiosk.page.locator("html").get_attribute("lang") == "en"


def test_a_revoked_kiosk_shows_the_pairing_screen_at_the_next_heartbeat(
    till: Till, new_kiosk: Callable[..., Kiosk]
) -> None:
    kiosk = new_kiosk()
    kiosk.page.clock.install()
    kiosk.open()
    with till.server.app.app_context():
        revoke(db.session.execute(text("SELECT id FROM kiosks")).scalar_one(), SYSTEM)
    kiosk.page.clock.run_for(10_500)

    expect(kiosk.page.locator("#code")).to_be_visible()


def test_a_new_machine_shows_a_code_and_goes_on_when_staff_approve_it(till: Till, browser: Browser) -> None:
    page = new_context(browser).new_page()
    page.goto(f"{till.server.url}/kiosk/")
    expect(page.locator("#code")).to_have_text(re.compile(r"^\w{4} \w{4}$"))
    with till.server.app.app_context():
        waiting = db.session.execute(text("SELECT id, pairing_code FROM kiosks")).one()
        approve(waiting.id, till.office.places[0], "Kiosk 7", SYSTEM)

    expect(page.locator(".dep").first).to_be_visible()
    assert waiting.pairing_code
    [cookie] = [c for c in page.context.cookies() if c["name"] == "bh_kiosk"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    page.context.close()


def _released(till: Till) -> None:
    """The page asks for it and goes on: give the request a moment."""
    end = time.monotonic() + 3
    while _statuses(till) != ["cancelled"]:
        assert time.monotonic() < end, "the hold was not given back"
        time.sleep(0.05)


def _statuses(till: Till) -> list[str]:
    with till.server.app.app_context():
        return list(db.session.execute(text("SELECT status FROM reservations")).scalars())


def _locks(till: Till) -> int:
    with till.server.app.app_context():
        return int(db.session.execute(text("SELECT count(*) FROM seat_locks")).scalar_one())
