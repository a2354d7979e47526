"""What staff order from afar reaches the screen at once; a kiosk that was locked out shows a code within its next heartbeat."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from core.accounts import kiosk_orders, kiosks
from core.accounts.kiosk_rules import clean_settings
from core.booking.lock_out import lock_out
from core.kernel.activity import SYSTEM
from core.kernel.clock import now
from core.kernel.db import db
from core.live.kiosks import call
from tests.browser.conftest import Till
from tests.support.kiosk import Kiosk, new_context

pytestmark = pytest.mark.browser


@pytest.fixture
def order(till: Till) -> Callable[..., None]:
    """Order something of the one kiosk, as the admin does: written down, then called."""

    def give(deed: Callable[..., object], *args: object) -> None:
        with till.server.app.app_context():
            deed(kiosk_of(till), *args, SYSTEM)
            call(till.server.app, kiosk_of(till))

    return give


def kiosk_of(till: Till) -> UUID:
    with till.server.app.app_context():
        found: UUID = db.session.execute(text("SELECT id FROM kiosks")).scalar_one()
        return found


def listening(kiosk: Kiosk) -> Kiosk:
    """Until its socket is there: what is ordered before is heard ten seconds later."""
    with kiosk.page.expect_websocket():
        kiosk.open()
    kiosk.page.wait_for_timeout(500)
    return kiosk


def test_a_message_a_stop_and_a_lock_reach_the_screen_at_once(
    till: Till, new_kiosk: Callable[..., Kiosk], order: Callable[..., None]
) -> None:
    kiosk = listening(new_kiosk())
    page = kiosk.page
    begun = time.monotonic()
    texts = {"en": "Bay 3 is closed today", "ro": "Peronul 3 este închis astăzi"}
    order(kiosk_orders.show_message, texts, now_of(till) + timedelta(hours=1))
    expect(page.locator("#message")).to_have_text("Bay 3 is closed today", timeout=5000)
    assert time.monotonic() - begun < 5
    page.click('[data-language="ro"]')
    expect(page.locator("#message")).to_have_text("Peronul 3 este închis astăzi")

    order(kiosk_orders.put_out_of_order, "The glass is broken")
    kiosk.at("closed")
    expect(page.locator("#closed-code")).to_have_text(code_of(till))
    page.reload()
    kiosk.at("closed")
    page.wait_for_timeout(500)
    order(kiosk_orders.put_in_service)
    kiosk.at("board")

    order(lambda kiosk_id, actor: kiosk_orders.lock_cash(kiosk_id, True, actor))
    kiosk.to_pay()
    expect(page.locator("#method-card")).to_be_visible()
    expect(page.locator("#method-cash")).to_have_count(0)


def test_who_holds_seats_may_finish_before_it_goes_out_of_order(
    till: Till, new_kiosk: Callable[..., Kiosk], order: Callable[..., None]
) -> None:
    kiosk = listening(new_kiosk())
    kiosk.to_pay()
    order(kiosk_orders.put_out_of_order, "The glass is broken")
    kiosk.touch("#go-on")
    kiosk.at("ticket")
    kiosk.touch("#go-on")
    kiosk.at("closed")


def test_a_page_is_loaded_anew_when_nobody_is_buying(
    till: Till, new_kiosk: Callable[..., Kiosk], order: Callable[..., None]
) -> None:
    kiosk = listening(new_kiosk())
    kiosk.page.evaluate("window.before = true")
    kiosk.choose_departure()
    order(kiosk_orders.ask_to_reload)
    kiosk.page.wait_for_timeout(500)
    assert kiosk.page.evaluate("window.before"), "somebody is choosing a seat"
    kiosk.page.click("#go-back")
    kiosk.at("board")
    with kiosk.page.expect_navigation():
        order(lambda *_: None)
    assert kiosk.page.evaluate("window.before") is None


def test_a_locked_out_kiosk_shows_a_code_at_once_and_holds_nothing(
    till: Till, new_kiosk: Callable[..., Kiosk], order: Callable[..., None]
) -> None:
    kiosk = listening(new_kiosk())
    kiosk.hold()
    order(lock_out)

    expect(kiosk.page.locator("#code")).to_be_visible()
    with till.server.app.app_context():
        assert db.session.scalar(text("SELECT status FROM reservations")) == "cancelled"
        assert db.session.scalar(text("SELECT count(*) FROM seat_locks")) == 0


def test_a_device_that_was_let_in_speaks_only_the_languages_it_was_given(
    till: Till, browser: Browser
) -> None:
    with till.server.app.app_context():
        settings = clean_settings({"languages": ["en", "de"], "px_per_mm": "5"})
        _, code = kiosks.prepare(till.office.places[0], "Kiosk 1", SYSTEM, settings)
    page = new_context(browser).new_page()
    page.goto(f"{till.server.url}/kiosk/pair/{code}")
    page.click("button.go")
    expect(page.locator("[data-language]")).to_have_text(["English", "Deutsch"])
    page.context.close()


def now_of(till: Till) -> datetime:
    with till.server.app.app_context():
        return now()


def code_of(till: Till) -> str:
    with till.server.app.app_context():
        return str(db.session.scalar(text("SELECT orders -> 'out_of_order' ->> 'code' FROM kiosks")))
