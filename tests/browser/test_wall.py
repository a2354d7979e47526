"""The departure board on a wall: it keeps itself right for as long as it hangs there, and is honest when it cannot."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from core.kernel.db import db
from core.timetable.models import Place
from tests.browser.conftest import Till
from tests.support.factories import another_departure

pytestmark = pytest.mark.browser


@pytest.fixture
def open_wall(till: Till, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens the board of Lisboa; no script on it may fail."""
    faults: list[str] = []
    pages: list[Page] = []
    with till.server.app.app_context():
        place = db.session.get(Place, till.office.places[0])
        assert place
        code = place.code

    def make(query: str = "", width: int = 1920, height: int = 1080, *, clock: bool = False) -> Page:
        page = browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
        pages.append(page)
        page.on("pageerror", lambda error: faults.append(str(error)))
        if clock:
            page.clock.install()
        page.goto(f"{till.server.url}/board/{code}?{query}")
        return page

    yield make
    for page in pages:
        page.close()
    assert not faults, faults


def change(till: Till, statement: str) -> None:
    with till.server.app.app_context():
        db.session.execute(text(statement))
        db.session.commit()


@pytest.fixture
def busy(till: Till) -> None:
    """Twelve departures within the next hours."""
    with till.server.app.app_context():
        for n in range(12):
            another_departure(till.office, -23 + n / 4)
    change(till, f"DELETE FROM schedules WHERE id = '{till.office.schedule_id}'")


def test_it_shows_delays_bays_and_what_is_called_off(
    till: Till, busy: None, open_wall: Callable[..., Page]
) -> None:
    first = "(SELECT id FROM schedules ORDER BY departure_at LIMIT 1)"
    change(till, f"UPDATE schedules SET status = 'cancelled' WHERE id = {first}")
    change(till, f"UPDATE schedules SET estimated_departure_at = departure_at + interval '7 min', platform = '12' WHERE id <> {first}")  # fmt: skip
    page = open_wall()

    rows = page.locator("#rows tr")
    expect(rows).to_have_count(9)
    expect(rows.nth(0)).to_contain_text("Cancelled")
    assert "line-through" in rows.nth(0).locator(".to").evaluate(
        "(it) => getComputedStyle(it).textDecoration"
    )
    expect(rows.nth(1)).to_contain_text("now ")
    expect(rows.nth(1).locator(".platform")).to_have_text("12")
    expect(page.locator("#page")).to_have_text("Page 1 of 2")


def test_it_follows_what_happens_without_a_touch(
    till: Till, busy: None, open_wall: Callable[..., Page]
) -> None:
    page = open_wall()
    expect(page.locator("#rows .platform").first).to_have_text("4")
    change(till, "UPDATE schedules SET platform = '99'")

    expect(page.locator("#rows .platform").first).to_have_text("99", timeout=22_000)


def test_pages_and_languages_take_turns(till: Till, busy: None, open_wall: Callable[..., Page]) -> None:
    page = open_wall("languages=en,de", clock=True)
    expect(page.locator("#title")).to_have_text("Departures")
    page.clock.run_for(13_000)
    expect(page.locator("#page")).to_have_text("Page 2 of 2")
    expect(page.locator("#rows tr")).to_have_count(3)
    page.clock.run_for(12_000)
    expect(page.locator("#title")).to_have_text("Abfahrten")
    expect(page.locator("#page")).to_have_text("Seite 1 von 2")


def test_without_a_network_it_says_since_when_and_goes_on_by_its_clock(
    till: Till, busy: None, open_wall: Callable[..., Page]
) -> None:
    page = open_wall(clock=True)
    expect(page.locator("#page")).to_have_text("Page 1 of 2")
    expect(page.locator("#lost")).to_be_hidden()
    page.context.set_offline(True)
    page.clock.run_for(34_000)
    expect(page.locator("#lost")).to_contain_text("No connection since")
    assert page.locator("#rows tr").count() == 9
    page.clock.fast_forward("03:05:00")
    expect(page.locator("#rows tr")).to_have_count(3)

    page.context.set_offline(False)
    page.clock.run_for(11_000)
    expect(page.locator("#lost")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920), (3840, 2160)])
def test_it_is_read_at_ten_metres_and_nothing_is_cut_off(
    till: Till, busy: None, open_wall: Callable[..., Page], width: int, height: int
) -> None:
    page = open_wall("languages=ar", width, height)
    expect(page.locator("#rows tr").first).to_be_visible()

    tall = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.time')).fontSize)")
    last = page.locator("#rows tr").last.bounding_box()
    assert last
    assert tall / height > 0.029, "of its height; see wall.css for what that is at ten metres"
    assert last["y"] + last["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in (".time", ".to", ".platform"):
        assert page.locator(f"#rows {name}").first.evaluate("(it) => it.scrollWidth <= it.clientWidth + 1"), (
            name
        )
