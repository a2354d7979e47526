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


LONG = "Aeroportul Internaţional Henri Coandă Bucureşti Otopeni"
#: No name, time or platform is cut off, no row is higher than a row, and there is room for as many as a page has.
FITS = """[...document.querySelectorAll("#rows :is(.time, .to, .platform)")].every((it) => it.scrollWidth <= it.clientWidth + 1)
  && [...document.querySelectorAll("#rows .where")].every((it) => it.offsetHeight <= it.closest("td").clientHeight + 1)
  && document.querySelector("main").clientHeight >= document.querySelector("thead").offsetHeight
    + document.querySelector("#rows tr").offsetHeight * getComputedStyle(document.documentElement).getPropertyValue("--rows") - 2
  && document.querySelector("#rows tr:last-child").getBoundingClientRect().bottom <= document.querySelector("footer").getBoundingClientRect().top"""


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
    expect(rows.nth(1).locator(".remarks")).to_contain_text("now ")
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
    change(till, f"UPDATE places SET name = '{LONG}' WHERE name IN ('Lisboa', 'Porto')")
    change(
        till,
        "UPDATE schedules SET estimated_departure_at = departure_at + interval '7 min' WHERE platform = '4'",
    )
    page = open_wall("languages=ar", width, height)
    expect(page.locator("#rows tr").first).to_be_visible()
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.wait_for_function(FITS)

    tall = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.time')).fontSize)")
    last = page.locator("#rows tr").last.bounding_box()
    assert last
    assert tall / height > 0.029, "of its height; see wall.css for what that is at ten metres"
    assert last["y"] + last["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.to')).fontSize)")
    assert small / tall > 0.45, "a long name is still read from there"


def test_a_column_without_content_takes_no_room(
    till: Till, busy: None, open_wall: Callable[..., Page]
) -> None:
    change(till, "UPDATE schedules SET platform = NULL, estimated_departure_at = NULL")
    page = open_wall()
    expect(page.locator("#rows tr")).to_have_count(9)
    for width, height in ((1920, 1080), (1080, 1920), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator("#col-remarks")).to_be_hidden()
        expect(page.locator("#col-platform")).to_be_hidden()
        page.wait_for_function(FITS)
        to = page.locator("#rows .to").first.bounding_box()
        assert to
        assert to["x"] + to["width"] > width * 0.9


def test_on_a_board_that_stands_the_remark_is_below_the_destination(
    till: Till, busy: None, open_wall: Callable[..., Page]
) -> None:
    change(till, "UPDATE schedules SET estimated_departure_at = departure_at + interval '7 min'")
    page = open_wall("", 1080, 1920)
    remark = page.locator("#rows .where .remark").first
    expect(remark).to_contain_text("now ")
    page.set_viewport_size({"width": 1920, "height": 1080})
    expect(page.locator("#rows .remarks .remark").first).to_contain_text("now ")
    expect(remark).to_have_count(0)
