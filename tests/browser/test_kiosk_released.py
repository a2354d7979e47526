"""Staff release a hold by hand: the seats are free on the other kiosk, and the traveller who held them is told and may choose again."""

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import text

from core.accounts import users
from core.booking.cancel import release
from core.kernel.activity import SYSTEM
from core.kernel.db import db
from tests.browser.conftest import Till
from tests.support.factories import CLERK
from tests.support.kiosk import Kiosk

pytestmark = pytest.mark.browser
SECOND = 1000
PASSWORD = "a long enough word"
REASON = "The traveller went away"


@pytest.fixture
def two(new_kiosk: Callable[..., Kiosk]) -> tuple[Kiosk, Kiosk]:
    """The first kiosk holds 3A and is at the details, the second one looks at the seat map."""
    holding, watching = new_kiosk("Kiosk 1").open(), new_kiosk("Kiosk 2").open()
    holding.choose_departure()
    holding.seat("3A").click()
    expect(holding.go_on).to_be_enabled()
    holding.page.click("#go-on")
    holding.at("details")
    watching.choose_departure()
    expect(watching.seat("3A")).to_have_attribute("data-mark", "held")
    return holding, watching


@pytest.fixture
def staff(till: Till, browser: Browser) -> Iterator[Page]:
    """A manager who is signed in and sees the live reservations."""
    with till.server.app.app_context():
        users.create("ana@example.com", "Ana Ionescu", PASSWORD, SYSTEM, role="manager")
    context: BrowserContext = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{till.server.url}/admin/")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Ana Ionescu")).to_be_visible()
    page.goto(f"{till.server.url}/admin/reservations/")
    yield page
    context.close()


def test_both_screens_see_the_release_within_a_second_and_the_seat_can_be_chosen_again(
    till: Till, two: tuple[Kiosk, Kiosk], staff: Page
) -> None:
    holding, watching = two
    holding.page.fill("#email", "ana@example.org")
    staff.get_by_role("row").filter(has_text="Kiosk 1").get_by_role("button", name="Release…").click()
    staff.get_by_role("dialog").get_by_label("Why?").fill(REASON)
    staff.get_by_role("dialog").get_by_role("button", name="Release the seats").click()

    expect(watching.seat("3A")).to_have_attribute("data-mark", "free", timeout=SECOND)
    _is_told(holding)
    with till.server.app.app_context():
        found = db.session.execute(text("SELECT status, closed_reason FROM reservations")).one()
    assert tuple(found) == ("cancelled", REASON)

    holding.page.get_by_role("button", name="Choose again").click()
    holding.at("seats")
    expect(holding.page.get_by_role("timer")).to_have_count(0)
    holding.seat("3A").click()
    expect(holding.seat("3A")).to_have_attribute("data-mark", "mine")
    expect(holding.go_on).to_be_enabled()
    holding.page.click("#go-on")
    holding.at("details")
    expect(watching.seat("3A")).to_have_attribute("data-mark", "held", timeout=SECOND)


def test_who_has_gone_back_to_the_seats_is_told_as_soon(till: Till, two: tuple[Kiosk, Kiosk]) -> None:
    holding, watching = two
    holding.page.click("#go-back")
    holding.at("seats")
    expect(holding.seat("3A")).to_have_attribute("data-mark", "mine")
    expect(holding.go_on).to_be_enabled()

    _release(till)

    expect(watching.seat("3A")).to_have_attribute("data-mark", "free", timeout=SECOND)
    _is_told(holding)
    holding.page.get_by_role("button", name="Stop", exact=True).last.click()
    holding.at("board")


def test_who_is_about_to_pay_is_told_as_soon_and_cannot_pay(till: Till, two: tuple[Kiosk, Kiosk]) -> None:
    holding, _ = two
    holding.page.click("#go-on")
    holding.at("pay")

    _release(till)

    _is_told(holding)
    with till.server.app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM payments")).scalar_one() == 0


def test_without_sockets_the_traveller_is_told_at_the_next_look(
    till: Till, new_kiosk: Callable[..., Kiosk]
) -> None:
    kiosk = new_kiosk()
    kiosk.page.route("**/socket.io/**", lambda route: route.abort())
    kiosk.page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    kiosk.open().hold()

    _release(till)

    _is_told(kiosk, within=6 * SECOND)


def _is_told(kiosk: Kiosk, within: float = SECOND) -> None:
    """The screen says that the seats are released and that nothing was paid, and offers to choose again."""
    begun = time.monotonic()
    dialog = kiosk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Your seats were released", timeout=within)
    assert time.monotonic() - begun < within / 1000 + 0.5
    expect(dialog).to_contain_text("Nothing was paid. The seats are free again; you can choose anew.")
    expect(dialog.get_by_role("button", name="Choose again")).to_be_focused()


def _release(till: Till) -> None:
    """What the admin's button does."""
    with till.server.app.app_context():
        held = db.session.execute(text("SELECT id FROM reservations WHERE status = 'active'")).scalar_one()
        release(held, CLERK, REASON)
