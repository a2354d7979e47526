"""A found booking comes out on paper: twice, after the paper was looked at, and with kind words where it cannot."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.booking.queries import booking_view
from core.kernel.db import run_alone
from core.peripherals.queries import devices_of
from core.peripherals.words import Device
from tests.browser.conftest import Till
from tests.support.agents import LocalAgent
from tests.support.kiosk import Kiosk
from tests.support.processes import eventually
from tests.support.sales import sell

pytestmark = pytest.mark.browser


@pytest.fixture
def agent(till: Till, kiosk: Kiosk, tmp_path: Path) -> Iterator[LocalAgent]:
    """The agent of the one kiosk."""
    with till.server.app.app_context():
        made = LocalAgent(till.server.url, run_alone("SELECT id FROM kiosks")[0].id, tmp_path)
        yield made
        made.stop()


@pytest.fixture
def find(till: Till, kiosk: Kiosk) -> Callable[[], None]:
    """Sells a seat elsewhere, and finds it at the kiosk."""

    def work() -> None:
        booking = booking_view(sell(0, office=till.office))
        assert booking
        kiosk.page.click("#find-booking")
        kiosk.at("find")
        kiosk.page.fill("#booking-reference", booking.reference)
        kiosk.page.fill("#booking-proof", "alice@example.org")
        kiosk.page.click("#go-on")
        kiosk.at("booking")

    return work


def test_a_found_ticket_comes_out_twice_and_then_staff_is_named(
    kiosk: Kiosk, agent: LocalAgent, find: Callable[[], None]
) -> None:
    page = kiosk.page
    find()
    expect(page.locator("#print-booking")).to_have_text("Print ticket")
    page.click("#print-booking")
    expect(page.locator('#printed[data-status="done"]')).to_have_text("Take your ticket below")
    assert agent.printed.read_bytes()
    expect(page.locator("#print-booking")).to_have_text("Print again")
    page.click("#print-booking")
    expect(page.locator("#print-booking")).to_have_count(0)
    expect(page.locator('#printed[data-status="done"]')).to_be_visible()
    expect(page.locator("#enough-paper")).to_contain_text("ask a member of staff")


def test_without_paper_it_is_said_and_the_button_comes_with_the_paper(
    kiosk: Kiosk, agent: LocalAgent, find: Callable[[], None]
) -> None:
    page = kiosk.page

    def is_now(condition: str) -> bool:
        found = devices_of(agent.kiosk_id)
        return found is not None and found.condition(Device.PRINTER) == condition

    agent.printer.paper("out")
    eventually(lambda: is_now("out"))
    find()
    expect(page.locator("#no-paper")).to_contain_text("cannot print just now")
    expect(page.locator("#print-booking")).to_have_count(0)
    agent.printer.paper("ok")
    expect(page.locator("#print-booking")).to_be_visible(timeout=20_000)
    agent.printer.jam(True)
    page.click("#print-booking")
    expect(page.locator('#printed[data-status="failed"]')).to_contain_text("did not come out")
