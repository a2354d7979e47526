"""The screens beside the usual way keep nobody away either: pairing, out of order, no network, cash and what comes after."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from core.accounts import kiosk_orders, kiosks
from core.kernel.activity import SYSTEM
from core.kernel.clock import now
from core.kernel.db import run_alone
from tests.browser.conftest import Till
from tests.browser.test_kiosk_barriers import AXE, DARK_MODES, LIGHT_MODES, MEASURES, found_in
from tests.support.agents import LocalAgent
from tests.support.kiosk import Kiosk, new_context

pytestmark = pytest.mark.browser


@pytest.fixture(params=[LIGHT_MODES, pytest.param(DARK_MODES, marks=pytest.mark.long)], ids=["light", "dark"])
def modes(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """In which modes the screens are looked at."""
    found: tuple[str, ...] = request.param
    return found


@pytest.fixture
def looked_at(new_kiosk: Callable[..., Kiosk]) -> Kiosk:
    """A kiosk that can be measured, not yet opened."""
    kiosk = new_kiosk(bypass_csp=True, reduced_motion="reduce")
    measurable(kiosk.page)
    return kiosk


@pytest.fixture
def agent(till: Till, looked_at: Kiosk, tmp_path: Path) -> Iterator[LocalAgent]:
    """The devices of that kiosk."""
    with till.server.app.app_context():
        made = LocalAgent(till.server.url, kiosk_id(), tmp_path)
        yield made
        made.stop()


def test_a_machine_that_is_set_up_keeps_nobody_away(till: Till, browser: Browser) -> None:
    context = new_context(browser, bypass_csp=True)
    page = context.new_page()
    measurable(page)
    with till.server.app.app_context():
        _, code = kiosks.prepare(till.office.places[0], "Kiosk 1", SYSTEM)
    for address in ("/kiosk/", f"/kiosk/pair/{code}", "/kiosk/pair/wrong"):
        page.goto(till.server.url + address)
        expect(page.locator("h1")).to_be_visible()
        assert found_in(page, "usual") == [], address
    context.close()


def test_what_staff_order_and_a_lost_network_keep_nobody_away(
    till: Till, looked_at: Kiosk, modes: tuple[str, ...]
) -> None:
    page = looked_at.page
    with till.server.app.app_context():
        kiosk_orders.show_message(kiosk_id(), {"en": "Bay 3 is closed today"}, now() + timedelta(hours=1), SYSTEM)  # fmt: skip
    looked_at.open()
    expect(page.locator("#message")).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator("#banner")).to_be_visible()
    in_every_mode(page, modes)
    page.context.set_offline(False)
    with till.server.app.app_context():
        kiosk_orders.put_out_of_order(kiosk_id(), "The glass is broken", SYSTEM)
    page.reload()
    looked_at.at("closed")
    in_every_mode(page, modes)


def test_cash_and_what_comes_out_of_the_machine_keep_nobody_away(
    looked_at: Kiosk, agent: LocalAgent, modes: tuple[str, ...]
) -> None:
    page = looked_at.page
    looked_at.open().to_pay()
    page.click("#method-cash")
    in_every_mode(page, modes)
    looked_at.go_on.click()
    expect(page.locator(".pieces .note").first).to_be_visible()
    agent.insert(1000)
    expect(page.locator("#cash-in")).to_have_attribute("data-amount", "1000")
    in_every_mode(page, modes)
    agent.insert(2000)
    looked_at.at("ticket")
    expect(page.locator("#change")).to_be_visible()
    expect(page.locator('#printed[data-status="done"]')).to_be_visible()
    expect(page.locator(".ticket img")).to_be_visible()
    in_every_mode(page, modes)


def test_the_reader_that_waits_for_a_card_keeps_nobody_away(
    looked_at: Kiosk, agent: LocalAgent, modes: tuple[str, ...]
) -> None:
    looked_at.open().to_pay()
    looked_at.page.click("#method-card")
    looked_at.go_on.click()
    looked_at.at("waiting")
    expect(looked_at.page.locator(".reader")).to_be_visible()
    in_every_mode(looked_at.page, modes)
    agent.when_asked(agent.terminal.decline)
    looked_at.at("pay")
    in_every_mode(looked_at.page, modes)


def measurable(page: Page) -> None:
    for script in (MEASURES, AXE):
        page.add_init_script(path=script)


def in_every_mode(page: Page, modes: tuple[str, ...]) -> None:
    assert {mode: faults for mode in modes if (faults := found_in(page, mode))} == {}


def kiosk_id() -> UUID:
    found: UUID = run_alone("SELECT id FROM kiosks")[0].id
    return found
