"""A manager sends another vehicle by the keyboard alone, on a desk and on a phone."""

from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import text

from core.kernel.db import db
from tests.browser.test_admin import Desk, context, desk  # noqa: F401 - fixtures
from tests.support.swaps import coach

pytestmark = pytest.mark.browser


def smaller(desk: Desk) -> UUID:  # noqa: F811 - a fixture that was imported
    """Three are booked, one of them finds no seat in the other coach."""
    desk.sell(0)
    desk.sell(4, 5)
    desk.sell(11)
    with desk.server.app.app_context():
        made = coach(desk.office, "1A", "1B", "1C")
        db.session.remove()
    return made


def looked(page: Page) -> None:
    """Nothing sticks out at the side, and nothing is in anybody's way."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
    assert Axe().run(page, "main", options=rules).response["violations"] == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_another_vehicle_is_sent_by_the_keyboard_alone(desk: Desk, width: int, height: int) -> None:  # noqa: F811 - a fixture that was imported
    vehicle = smaller(desk)
    page = desk.page.context.new_page()  # axe itself sets styles, which the policy refuses
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{desk.server.url}/admin/schedules/{desk.office.schedule_id}/")
    page.get_by_role("link", name="Another vehicle…").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Vehicle that is to run").select_option(str(vehicle))
    page.get_by_role("button", name="Show what it would do").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Who is touched")).to_be_visible()
    expect(page.get_by_text("finds no seat", exact=True)).to_have_count(1)
    looked(page)

    page.get_by_role("checkbox", name="Ask 1 booking").focus()
    page.keyboard.press("Space")
    page.get_by_label("Why?").focus()
    page.keyboard.type("The coach broke down")
    page.get_by_role("button", name="Send this vehicle").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("1 booking is asked what is to become of it.")).to_be_visible()
    with desk.server.app.app_context():
        asked = "SELECT count(*) FROM disruption_cases WHERE state = 'waiting'"
        assert db.session.execute(text(asked)).scalar() == 1
        db.session.remove()
