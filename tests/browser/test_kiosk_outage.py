"""The office is gone in the middle of each step: the screen says so within seconds, and when it is back the sale goes on or is
undone. Nothing is half sold, nothing is paid twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import text

from core.kernel.db import db
from core.proof.invariants import broken
from tests.browser.conftest import Till
from tests.support.kiosk import Kiosk, codes_on, pair
from tests.support.line import Line

pytestmark = pytest.mark.browser

SECONDS = 1000


@pytest.fixture
def line(till: Till) -> Iterator[Line]:
    made = Line(int(urlsplit(till.server.url).port or 0))
    yield made
    made.close()


@pytest.fixture
def kiosk(till: Till, line: Line, browser: Browser) -> Iterator[Kiosk]:
    """A kiosk whose office can be switched off."""
    server = replace(till.server, url=f"http://127.0.0.1:{line.port}")
    page = pair(browser, server, till.office)
    yield Kiosk(page, server.url).open()
    page.context.close()


def with_a_code_for_the_phone(kiosk: Kiosk) -> Kiosk:
    """The code for the phone is shown; nobody has paid yet."""
    kiosk.to_pay()
    kiosk.touch("#method-phone")
    kiosk.touch("#go-on")
    return kiosk.at("waiting")


STEPS: dict[str, Callable[[Kiosk], Kiosk]] = {
    "board": lambda kiosk: kiosk.at("board"),
    "seats": Kiosk.choose_departure,
    "details": Kiosk.hold,
    "pay": Kiosk.to_pay,
    "waiting": with_a_code_for_the_phone,
}


def buy(kiosk: Kiosk) -> None:
    """From wherever the screen is to the ticket, as somebody does who touches what is offered."""
    for _ in range(60):
        if kiosk.step == "ticket":
            return
        if kiosk.step == "board":
            kiosk.choose_departure()
        if kiosk.step == "waiting" and kiosk.page.locator(".phone-code img").is_visible():
            pay_by_phone(kiosk)
            return
        go_on(kiosk)
        kiosk.page.wait_for_timeout(500)
    raise AssertionError(f"no ticket; the screen is at {kiosk.step}")


def go_on(kiosk: Kiosk) -> None:
    """Touch what goes on, where it is offered, looking and touching at once: a ticket that comes in between is not put away."""
    kiosk.page.evaluate(
        """() => {
          const button = document.querySelector('#screen:not([data-step="ticket"]) #go-on:enabled');
          if (button?.checkVisibility() && !document.querySelector('.dialog')) button.click();
        }"""
    )


def pay_by_phone(kiosk: Kiosk) -> None:
    [address] = codes_on(kiosk.page)
    phone = kiosk.page.context.new_page()
    phone.goto(address)
    phone.locator("form button").first.click()
    phone.close()
    kiosk.at("ticket")


def one_sale(till: Till) -> None:
    """One booking of one seat, one payment that came in, nothing held beside it, and every rule of the books kept."""
    with till.server.app.app_context():
        assert db.session.execute(text("SELECT status FROM bookings")).scalars().all() == ["confirmed"]
        paid = "SELECT count(*) FROM payments WHERE status = 'completed'"
        assert db.session.execute(text(paid)).scalar_one() == 1
        held = "SELECT count(*) FROM reservations WHERE status = 'active'"
        assert db.session.execute(text(held)).scalar_one() == 0
        assert broken(db.session.connection()) == []


def switched_off_and_on(kiosk: Kiosk, line: Line, milliseconds: int) -> None:
    """Meanwhile the traveller touches what can be touched."""
    banner = kiosk.page.locator("#banner")
    line.cut()
    expect(banner).to_contain_text("No connection", timeout=8 * SECONDS)
    go_on(kiosk)
    kiosk.page.wait_for_timeout(milliseconds)
    expect(banner).to_be_visible()
    line.mend()
    expect(banner).to_be_hidden(timeout=8 * SECONDS)


#: Before anything is held, and while it is being paid: day by day. The long tier goes through every step for a minute.
DAILY = ["seats", "pay"]


@pytest.mark.parametrize("step", DAILY)
def test_a_sale_goes_on_where_the_office_was_gone(step: str, till: Till, kiosk: Kiosk, line: Line) -> None:
    STEPS[step](kiosk)
    switched_off_and_on(kiosk, line, 2 * SECONDS)
    buy(kiosk)
    one_sale(till)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("step", STEPS)
def test_a_whole_minute_without_the_office(step: str, till: Till, kiosk: Kiosk, line: Line) -> None:
    STEPS[step](kiosk)
    switched_off_and_on(kiosk, line, 60 * SECONDS)
    buy(kiosk)
    one_sale(till)


def test_who_leaves_while_the_office_is_gone_keeps_no_seat(till: Till, kiosk: Kiosk, line: Line) -> None:
    kiosk.hold()
    line.cut()
    expect(kiosk.page.locator("#banner")).to_contain_text("No connection", timeout=8 * SECONDS)
    kiosk.page.click("#stop")
    line.mend()
    kiosk.at("board")
    with till.server.app.app_context():
        for _ in range(60):
            kiosk.page.wait_for_timeout(250)
            db.session.rollback()
            left = db.session.execute(
                text("SELECT count(*) FROM reservations WHERE status = 'active'")
            ).scalar_one()
            if not left:
                break
    assert left == 0
