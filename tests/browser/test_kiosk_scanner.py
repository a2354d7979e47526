"""A scanner types a code on the first screen: the booking opens; whoever types by hand is left in peace."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from core.kernel.activity import SYSTEM
from core.kernel.db import run_alone
from core.peripherals.agents import agent_of_token, hello, issue_token
from core.peripherals.simulate import scan
from core.tickets.queries import tickets_of
from tests.browser.conftest import Till
from tests.support.kiosk import Kiosk
from tests.support.sales import sell

pytestmark = pytest.mark.browser

#: What a wedge does: key after key within milliseconds, Enter at the end.
_WEDGE = """
([code, pause]) => new Promise((done) => {
  const keys = [...code, "Enter"];
  const next = () => {
    const key = keys.shift();
    if (!key) return done();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    setTimeout(next, pause);
  };
  next();
})
"""


def test_a_scanned_ticket_opens_its_booking(till: Till, kiosk: Kiosk) -> None:
    with till.server.app.app_context():
        [ticket] = tickets_of(sell(0, office=till.office))
    kiosk.page.evaluate(_WEDGE, [ticket.qr, 2])

    kiosk.at("booking")
    expect(kiosk.page.locator("#main")).to_contain_text("1A")


def test_a_code_that_nobody_knows_is_said_and_leads_on(kiosk: Kiosk) -> None:
    kiosk.page.evaluate(_WEDGE, ["BH1.NOTHING", 2])

    kiosk.at("find")
    expect(kiosk.page.locator(".fault").first).to_be_visible()
    kiosk.page.click("#go-back")
    kiosk.at("board")


def test_a_scanned_reference_asks_for_the_proof_only(kiosk: Kiosk) -> None:
    kiosk.page.evaluate(_WEDGE, ["B4KX7QM2TRA9", 2])

    kiosk.at("find")
    expect(kiosk.page.locator("#booking-reference")).to_have_value("B4KX7QM2TRA9")
    expect(kiosk.page.locator("#booking-proof")).to_be_focused()


def test_typing_by_hand_and_short_bursts_are_no_scan(kiosk: Kiosk) -> None:
    kiosk.page.evaluate(_WEDGE, ["slowhand", 90])
    kiosk.page.evaluate(_WEDGE, ["abc", 2])

    kiosk.at("board")


def test_a_simulated_scan_comes_from_the_admin(till: Till, new_kiosk: Callable[..., Kiosk]) -> None:
    kiosk = new_kiosk()
    with till.server.app.app_context():
        kiosk_id = run_alone("SELECT id FROM kiosks")[0].id
        agent = agent_of_token(issue_token(kiosk_id, SYSTEM))
        assert agent
        hello(agent, "1", {"scanner": {"driver": "simulator"}}, {})
    kiosk.open()
    with till.server.app.app_context():
        scan(kiosk_id, "B4KX7QM2TRA9", SYSTEM)

    kiosk.at("find")
