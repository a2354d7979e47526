"""There and back is paid once at the machine's own devices, in cash and by card, and both tickets are printed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from core.kernel.db import db, run_alone
from core.proof.invariants import broken
from tests.browser.conftest import Till
from tests.browser.test_kiosk_return import to_pay, way_back
from tests.support.agents import LocalAgent
from tests.support.kiosk import Kiosk
from tests.support.return_trip import way_home

pytestmark = pytest.mark.browser


@pytest.fixture
def agent(till: Till, kiosk: Kiosk, tmp_path: Path) -> Iterator[LocalAgent]:
    """The agent of the one kiosk; afterwards no promise about money may be broken."""
    with till.server.app.app_context():
        way_home(till.office)
        made = LocalAgent(till.server.url, run_alone("SELECT id FROM kiosks")[0].id, tmp_path)
        yield made
        made.stop()
        assert broken(db.session.connection()) == []


@pytest.fixture
def paying(kiosk: Kiosk, agent: LocalAgent) -> Kiosk:
    """At the payment step with both ways held."""
    return to_pay(way_back(kiosk.choose_departure()))


def bookings(till: Till) -> int:
    with till.server.app.app_context():
        return int(db.session.execute(text("SELECT count(*) FROM bookings")).scalar_one())


def test_both_ways_in_cash_with_change_and_two_printed_tickets(
    paying: Kiosk, agent: LocalAgent, till: Till
) -> None:
    page = paying.page
    paying.touch("#method-cash")
    paying.touch("#go-on")
    paying.at("waiting")
    expect(page.locator("#cash-left")).to_have_attribute("data-amount", "5200")
    agent.insert(2000, 2000)
    expect(page.locator("#cash-in")).to_have_attribute("data-amount", "4000")
    agent.insert(2000)
    paying.at("ticket")
    expect(page.locator("#change")).to_contain_text("8.00")
    expect(page.locator('#printed[data-status="done"]')).to_be_visible()
    with till.server.app.app_context():
        printed = db.session.execute(
            text("SELECT count(*) FROM kiosk_commands WHERE kind = 'print' AND status = 'done'")
        ).scalar_one()
        assert db.session.execute(text("SELECT sum(amount) FROM cash_movements")).scalar_one() == 5200
    assert (bookings(till), printed) == (2, 2)


def test_cash_that_is_taken_back_leaves_both_ways_held(paying: Kiosk, agent: LocalAgent, till: Till) -> None:
    paying.touch("#method-cash")
    paying.touch("#go-on")
    paying.at("waiting")
    agent.insert(1000)
    expect(paying.page.locator("#cash-in")).to_have_attribute("data-amount", "1000")
    paying.page.click("#cash-stop")
    paying.at("pay")
    expect(paying.page.locator(".notice")).to_contain_text("You got back")
    with till.server.app.app_context():
        states = db.session.execute(text("SELECT DISTINCT status FROM payments")).scalars().all()
    assert (states, bookings(till)) == (["failed"], 0)

    paying.touch("#method-card")
    paying.touch("#go-on")
    paying.at("waiting")
    agent.when_asked(agent.terminal.approve)
    paying.at("ticket")
    assert (agent.terminal.charged, bookings(till)) == (1, 2)


def test_who_leaves_with_money_in_the_box_gets_it_back(paying: Kiosk, agent: LocalAgent, till: Till) -> None:
    paying.touch("#method-cash")
    paying.touch("#go-on")
    paying.at("waiting")
    agent.insert(2000)
    expect(paying.page.locator("#cash-in")).to_have_attribute("data-amount", "2000")
    with till.server.app.app_context():
        for table in ("reservations", "seat_locks"):
            db.session.execute(text(f"UPDATE {table} SET expires_at = app_now()"))
        db.session.commit()
    expect(paying.page.locator(".dialog")).to_contain_text("The time ran out", timeout=15_000)
    with till.server.app.app_context():
        left = db.session.execute(text("SELECT sum(amount) FROM cash_movements")).scalar_one()
    assert (left, bookings(till)) == (0, 0)
