"""A traveller pays with a voucher: all of the price or a part of it, and every way in which a code can be wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import text

from core.kernel.db import db, run_alone
from core.payments.vouchers import issue
from core.proof.invariants import broken
from tests.browser.conftest import Till
from tests.support.agents import LocalAgent
from tests.support.factories import CLERK
from tests.support.kiosk import Kiosk

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def books(till: Till) -> Iterator[None]:
    """No promise about money is broken afterwards."""
    yield
    with till.server.app.app_context():
        assert broken(db.session.connection()) == []


def voucher(till: Till, amount: int) -> str:
    with till.server.app.app_context():
        return issue(till.office.operator_id, amount, "A present", CLERK).code


def balance(till: Till) -> int:
    with till.server.app.app_context():
        return int(db.session.execute(text("SELECT sum(balance) FROM vouchers")).scalar_one())


def payments(till: Till) -> list[tuple[str, str, int]]:
    with till.server.app.app_context():
        rows = db.session.execute(text("SELECT method, status, amount FROM payments ORDER BY id")).all()
        return [tuple(row) for row in rows]


def use(kiosk: Kiosk, code: str) -> Kiosk:
    """From the payment step: choose the voucher and type its code."""
    kiosk.touch("#method-voucher")
    expect(kiosk.go_on).to_have_text("Continue")
    kiosk.touch("#go-on")
    kiosk.at("voucher")
    kiosk.page.fill("#voucher-code", code)
    kiosk.touch("#go-on")
    return kiosk


def test_a_voucher_that_covers_all_is_the_ticket_at_once(till: Till, kiosk: Kiosk) -> None:
    use(kiosk.to_pay(), voucher(till, 3000))
    expect(kiosk.page.locator("#voucher-pays-all")).to_be_visible()
    assert balance(till) == 3000, "nothing is taken before it is agreed to"
    kiosk.touch("#go-on")
    kiosk.at("ticket")
    expect(kiosk.page.locator(".ticket img")).to_be_visible()

    assert balance(till) == 400
    assert payments(till) == [("voucher", "completed", 2600)]


def test_a_code_is_typed_on_the_screen_or_scanned(till: Till, kiosk: Kiosk) -> None:
    code = voucher(till, 3000)
    kiosk.to_pay()
    kiosk.touch("#method-voucher")
    kiosk.touch("#go-on")
    kiosk.at("voucher")
    for key in code[:4]:
        kiosk.page.locator(f'.keys .hg-button[data-skbtn="{key}"]').click()
    expect(kiosk.page.locator("#voucher-code")).to_have_value(code[:4])
    kiosk.page.fill("#voucher-code", "")
    kiosk.page.keyboard.type(code, delay=2)
    kiosk.page.keyboard.press("Enter")
    expect(kiosk.page.locator("#voucher-pays-all")).to_be_visible()


def test_the_rest_is_paid_by_card(till: Till, kiosk: Kiosk) -> None:
    use(kiosk.to_pay(), voucher(till, 1000))
    expect(kiosk.page.locator("#voucher-sums td")).to_have_text(["EUR 10.00", "EUR 16.00"])
    expect(kiosk.go_on).to_have_text("Accept terms and pay 16.00")
    kiosk.touch("#go-on")
    kiosk.at("ticket")

    assert balance(till) == 0
    assert payments(till) == [("voucher", "completed", 1000), ("card", "completed", 1600)]


def test_a_lost_answer_spends_the_voucher_once(till: Till, kiosk: Kiosk) -> None:
    use(kiosk.to_pay(), voucher(till, 6000))

    def deliver_but_lose(route: Route) -> None:
        route.fetch()
        route.abort()

    expect(kiosk.page.locator("#voucher-pays-all")).to_be_visible()
    kiosk.page.route("**/voucher/payments", deliver_but_lose)
    kiosk.touch("#go-on")
    kiosk.at("ticket")

    assert balance(till) == 3400
    assert len(payments(till)) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE vouchers SET active = false", "not known here"),
        ("UPDATE vouchers SET expires_at = app_now()", "has expired"),
        ("UPDATE vouchers SET currency = 'RON'", "another currency (RON)"),
        (None, "not known here"),
    ],
)
def test_a_code_that_is_no_good_is_said_beside_the_field(
    till: Till, kiosk: Kiosk, change: str | None, said: str
) -> None:
    code = voucher(till, 3000)
    if change:
        with till.server.app.app_context():
            db.session.execute(text(change))
            db.session.commit()
    use(kiosk.to_pay(), code if change else "<script>0</script>")
    expect(kiosk.page.locator("#voucher-code-fault")).to_contain_text(said)
    assert kiosk.step == "voucher"
    if change and "currency" in change:
        with till.server.app.app_context():
            db.session.execute(text("UPDATE vouchers SET currency = 'EUR'"))
            db.session.commit()


def test_a_voucher_that_is_used_up_says_so(till: Till, kiosk: Kiosk) -> None:
    code = voucher(till, 2600)
    use(kiosk.to_pay(), code)
    expect(kiosk.page.locator("#voucher-pays-all")).to_be_visible()
    kiosk.touch("#go-on")
    kiosk.at("ticket")
    kiosk.touch("#go-on")
    kiosk.at("board")

    use(kiosk.to_pay(), code)
    expect(kiosk.page.locator("#voucher-code-fault")).to_have_text("Nothing is left on this voucher.")


def test_codes_cannot_be_tried_for_ever(till: Till, kiosk: Kiosk) -> None:
    till.server.app.config["RATE_LIMITS"] = True
    use(kiosk.to_pay(), "no-such-code")
    fault = kiosk.page.locator("#voucher-code-fault")
    for _ in range(12):
        expect(fault).to_be_visible()
        with kiosk.page.expect_response("**/voucher"):
            kiosk.touch("#go-on")
    till.server.app.config["RATE_LIMITS"] = False

    expect(fault).to_contain_text("Too many codes were tried here")


@pytest.fixture
def agent(till: Till, kiosk: Kiosk, tmp_path: Path) -> Iterator[LocalAgent]:
    with till.server.app.app_context():
        made = LocalAgent(till.server.url, run_alone("SELECT id FROM kiosks")[0].id, tmp_path)
        yield made
        made.stop()


def test_the_rest_is_paid_in_cash_with_change(till: Till, agent: LocalAgent, kiosk: Kiosk) -> None:
    use(kiosk.to_pay(), voucher(till, 1000))
    kiosk.touch("#method-cash")
    kiosk.touch("#go-on")
    kiosk.at("waiting")
    expect(kiosk.page.locator("#cash-left")).to_have_attribute("data-amount", "1600")
    agent.insert(2000)
    kiosk.at("ticket")
    expect(kiosk.page.locator("#change")).to_contain_text("4.00")
    expect(kiosk.page.locator('#printed[data-status="done"]')).to_be_visible()

    assert balance(till) == 0
    assert payments(till) == [("voucher", "completed", 1000), ("cash", "completed", 1600)]


def test_who_takes_the_cash_back_gets_the_voucher_back(till: Till, agent: LocalAgent, kiosk: Kiosk) -> None:
    use(kiosk.to_pay(), voucher(till, 1000))
    kiosk.touch("#method-cash")
    kiosk.touch("#go-on")
    kiosk.at("waiting")
    agent.insert(1000)
    expect(kiosk.page.locator("#cash-in")).to_have_attribute("data-amount", "1000")
    assert balance(till) == 0
    kiosk.page.click("#cash-stop")
    kiosk.at("pay")
    expect(kiosk.page.locator(".notice")).to_contain_text("You got back")

    assert balance(till) == 1000


def test_a_declined_card_gives_the_voucher_back(till: Till, agent: LocalAgent, kiosk: Kiosk) -> None:
    use(kiosk.to_pay(), voucher(till, 1000))
    kiosk.touch("#go-on")
    kiosk.at("waiting")
    expect(kiosk.page.locator(".amount")).to_have_text("EUR 16.00")
    agent.when_asked(agent.terminal.decline)
    kiosk.at("pay")
    expect(kiosk.page.locator(".notice")).to_contain_text("not accepted")

    assert balance(till) == 1000
    use(kiosk, "nothing like a code")
    expect(kiosk.page.locator("#voucher-code-fault")).to_be_visible()
