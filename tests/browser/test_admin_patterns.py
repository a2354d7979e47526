"""A manager enters the stops and times of a line, and a changed timetable from it, by keyboard and mouse."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from core.kernel.db import db
from core.timetable.models import Pattern, Place
from tests.browser.test_admin import Desk, context, desk  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser

_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}


def choose(page: Page, row: int, typed: str, name: str) -> None:
    """Type the beginning of a name and take what is suggested for it."""
    field = page.get_by_label("Place").nth(row)
    field.press_sequentially(typed)
    offered = page.locator(f"#{field.get_attribute('id')}-suggestions option").first
    expect(offered).to_have_attribute("value", name)
    field.fill(name)


def codes(desk: Desk) -> list[str]:  # noqa: F811 - a fixture that was imported
    """The towns as a place field writes them, in their order."""
    with desk.server.app.app_context():
        places = [db.session.get(Place, each) for each in desk.office.places]
        return [f"{place.name} ({place.code})" for place in places if place]


def made(desk: Desk) -> list[list[tuple[str, int, int]]]:  # noqa: F811 - a fixture that was imported
    """Name, arrival and departure in minutes of the stops of each pattern that was added, the oldest first."""
    with desk.server.app.app_context():
        found = db.session.scalars(
            select(Pattern).where(Pattern.id != desk.office.pattern_id).order_by(Pattern.id)
        )
        return [
            [(s.place.name, s.arrival_offset // 60, s.departure_offset // 60) for s in each.stops] for each in found
        ]  # fmt: skip


def test_a_manager_makes_stops_and_times_by_clicking_and_typing(desk: Desk) -> None:  # noqa: F811 - a fixture that was imported
    towns = codes(desk)
    page = desk.open(f"routes/edit/?id={desk.office.route_id}")
    page.get_by_role("link", name="New stops and times").click()
    page.get_by_label("Headsign").fill("Porto by night")
    choose(page, 0, "lisb", towns[0])
    page.get_by_label("Leaves").first.fill("23:10")
    page.keyboard.press("Enter")
    choose(page, 1, "port", towns[5])
    page.get_by_label("Arrives").nth(1).fill("25:50")
    page.get_by_role("button", name="Add a stop", exact=True).click()
    choose(page, 2, "santa", towns[1])
    page.get_by_label("Arrives").nth(2).fill("23:50")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_label("Place").nth(1)).to_have_value(towns[1])
    expect(page.get_by_role("status").get_by_text("is now stop 2")).to_be_attached()
    expect(page.get_by_label("Arrives").nth(1)).to_be_focused()
    page.get_by_role("group", name="Stop 2").get_by_label("On request").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Departures can be planned")).to_be_visible()
    expect(page.get_by_role("row", name="Porto by night")).to_be_visible()
    assert made(desk) == [[("Lisboa", 0, 0), ("Santarém", 40, 40), ("Porto", 160, 160)]]

    page.get_by_role("row", name="Porto by night").get_by_role("link", name="Use as a model").click()
    page.get_by_role("group", name="Stop 2").get_by_role("button", name="Take out").click()
    expect(page.get_by_role("group", name="Stop 2").get_by_role("button", name="Take out")).to_be_focused()
    page.get_by_role("group", name="Stop 1").get_by_role("button", name="Move down").click()
    expect(page.get_by_label("Place").first).to_have_value(towns[5])
    page.get_by_role("group", name="Stop 2").get_by_role("button", name="Move up").press("Enter")
    page.get_by_label("Arrives").nth(1).fill("7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_have_text("Stop 2: please give its time such as 08:05.")
    page.get_by_label("Arrives").nth(1).fill("10:05")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. Departures can be planned")).to_be_visible()
    assert made(desk)[1] == [("Lisboa", 0, 0), ("Porto", 125, 125)]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_form_is_for_everybody_and_fits(desk: Desk, width: int, height: int) -> None:  # noqa: F811 - a fixture that was imported
    page = desk.page.context.new_page()  # axe itself sets styles, which the policy refuses
    page.set_viewport_size({"width": width, "height": height})
    like = f"routes/{desk.office.route_id}/patterns/new/?like={desk.office.pattern_id}"
    page.goto(f"{desk.server.url}/admin/{like}")
    expect(page.get_by_label("Place")).to_have_count(6)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert Axe().run(page, options=_RULES).response["violations"] == []
