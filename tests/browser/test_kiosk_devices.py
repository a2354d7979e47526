"""A traveller pays in cash and by card at a machine with devices, and takes the printed ticket; with what can go wrong."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from core.kernel.db import db, run_alone
from core.peripherals.queries import devices_of
from core.peripherals.words import Device
from core.proof.invariants import broken
from tests.browser.conftest import Till
from tests.support.agents import LocalAgent
from tests.support.kiosk import Kiosk
from tests.support.processes import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def agent(till: Till, new_kiosk: Callable[..., Kiosk], tmp_path: Path) -> Iterator[LocalAgent]:
    """The agent of the one kiosk, which is made by the way."""
    new_kiosk()
    with till.server.app.app_context():
        kiosk_id = run_alone("SELECT id FROM kiosks")[0].id
        made = LocalAgent(till.server.url, kiosk_id, tmp_path)
        yield made
        made.stop()
        assert broken(db.session.connection()) == []


@pytest.fixture
def machine(agent: LocalAgent, new_kiosk: Callable[..., Kiosk], till: Till, browser) -> Kiosk:
    """The kiosk that the agent belongs to, at the payment step."""
    [context] = browser.contexts
    kiosk = Kiosk(context.pages[0], till.server.url)
    return kiosk.open().to_pay()


def test_cash_counts_up_and_change_and_ticket_come_out(machine: Kiosk, agent: LocalAgent, till: Till) -> None:
    page = machine.page
    expect(page.locator("#method-cash")).to_contain_text("with change")
    machine.touch("#method-cash")
    machine.touch("#go-on")
    machine.at("waiting")
    expect(page.locator("#cash-left")).to_have_attribute("data-amount", "2600")
    expect(page.locator(".pieces .note").first).to_be_visible()
    agent.insert(1000)
    expect(page.locator("#cash-in")).to_have_attribute("data-amount", "1000")
    expect(page.locator("#cash-left")).to_have_attribute("data-amount", "1600")
    expect(page.locator("#cash-stop")).to_have_text("Give my money back")
    agent.insert(2000)
    machine.at("ticket")
    expect(page.locator("#change")).to_contain_text(re.compile("Your change: .*4.00"))
    expect(page.locator('#printed[data-status="done"]')).to_be_visible()
    with till.server.app.app_context():
        assert db.session.execute(text("SELECT sum(amount) FROM cash_movements")).scalar_one() == 2600


def test_who_stops_gets_the_money_back_and_may_pay_by_card(machine: Kiosk, agent: LocalAgent) -> None:
    page = machine.page
    machine.touch("#method-cash")
    machine.touch("#go-on")
    machine.at("waiting")
    agent.insert(1000, 500)
    expect(page.locator("#cash-in")).to_have_attribute("data-amount", "1500")
    page.click("#cash-stop")
    machine.at("pay")
    expect(page.locator(".notice")).to_contain_text("You got back")
    machine.touch("#method-card")
    machine.touch("#go-on")
    machine.at("waiting")
    agent.when_asked(agent.terminal.approve)
    machine.at("ticket")
    assert agent.terminal.charged == 1


def test_money_that_is_stuck_is_owed_and_said(machine: Kiosk, agent: LocalAgent) -> None:
    page = machine.page
    machine.touch("#method-cash")
    machine.touch("#go-on")
    machine.at("waiting")
    agent.insert(1000)
    expect(page.locator("#cash-in")).to_have_attribute("data-amount", "1000")
    agent.cash.jam(True)
    page.click("#cash-stop")
    expect(page.locator(".owed .ref")).to_be_visible()
    expect(page.locator(".owed .notice")).to_contain_text("10.00")
    page.click("#go-on")
    machine.at("pay")
    expect(page.locator("#method-cash")).to_have_count(0, timeout=9_000)


def test_a_lost_answer_of_the_reader_is_looked_up(machine: Kiosk, agent: LocalAgent) -> None:
    page = machine.page
    machine.touch("#method-card")
    machine.touch("#go-on")
    machine.at("waiting")
    agent.when_asked(agent.terminal.approve_and_lose)
    expect(page.locator("h2")).to_have_text("We are finding out")
    expect(page.locator("#other-method")).to_be_hidden()
    agent.terminal.cut(False)
    machine.at("ticket")
    assert agent.terminal.charged == 1


def test_without_paper_it_is_said_before_paying(machine: Kiosk, agent: LocalAgent, till: Till) -> None:
    page = machine.page
    agent.printer.paper("out")
    eventually(lambda: devices_of(agent.kiosk_id).condition(Device.PRINTER) == "out")
    machine.touch("#go-on")
    expect(page.locator(".dialog h2")).to_have_text("No paper in this machine")
    with till.server.app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM payments")).scalar_one() == 0
    page.click(".dialog .go")
    machine.at("waiting")
    agent.when_asked(agent.terminal.decline)
    machine.at("pay")
    expect(page.locator(".notice")).to_contain_text("not accepted")
    machine.touch("#go-on")
    machine.at("waiting")
    agent.when_asked(agent.terminal.approve)
    machine.at("ticket")
    expect(page.locator("#printed")).to_have_count(0)


def test_a_ticket_that_jams_is_printed_once_more(machine: Kiosk, agent: LocalAgent) -> None:
    page = machine.page
    machine.touch("#method-card")
    machine.touch("#go-on")
    machine.at("waiting")
    agent.printer.jam(True)
    agent.when_asked(agent.terminal.approve)
    machine.at("ticket")
    expect(page.locator('#printed[data-status="failed"]')).to_be_visible()
    agent.printer.jam(False)
    page.click("#print-again")
    expect(page.locator('#printed[data-status="done"]')).to_be_visible()
