"""Every kind of seat plan is drawn, read and moved over: two decks, berths, aircraft, and a hall of a thousand places."""

import sys
from collections.abc import Callable
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import select

from core.booking.requests import HoldRequest, PassengerRequest
from core.booking.reserve import reserve
from core.inventory.queries import seat_map
from core.kernel.db import db
from core.timetable.layouts import SeatPlan
from core.timetable.models import Schedule
from core.timetable.shipped import DOUBLE_DECKER, HALL, NARROW_BODY, SLEEPER_COACH
from tests.browser.conftest import Till
from tests.support.factories import ACTOR, ALICE, departure_of
from tests.support.kiosk import Kiosk

pytestmark = pytest.mark.browser
Opens = Callable[..., Kiosk]


@pytest.fixture
def opens(till: Till, new_kiosk: Callable[..., Kiosk]) -> Opens:
    """A kiosk at the seats of the next departure, which has that plan."""

    def open_at(drawn: SeatPlan, width: int = 1080, height: int = 1920, **context: object) -> Kiosk:
        with till.server.app.app_context():
            departure_of(till.office, drawn)
        kiosk = new_kiosk(viewport={"width": width, "height": height}, **context).open()
        return kiosk.choose_departure()

    return open_at


def test_two_decks_are_shown_one_at_a_time_where_both_do_not_fit(opens: Opens) -> None:
    kiosk = opens(DOUBLE_DECKER)
    upper = kiosk.page.get_by_role("button", name="Upper deck")
    lower = kiosk.page.get_by_role("button", name="Lower deck")

    lower.click()
    expect(lower).to_be_focused()
    expect(lower).to_have_attribute("aria-pressed", "true")
    expect(kiosk.seat("5")).to_be_visible()
    expect(kiosk.seat("40")).to_be_hidden()
    kiosk.seat("5").click()
    upper.click()
    kiosk.seat("40").click()

    assert kiosk.mine() == ["40"]


def test_berths_lie_two_places_long_and_both_levels_are_seen_at_once(opens: Opens) -> None:
    kiosk = opens(SLEEPER_COACH)

    expect(kiosk.page.locator("#seat-map .deck:visible")).to_have_count(2)
    box = kiosk.seat("20").locator(".box").bounding_box()
    assert box and box["height"] > 1.9 * box["width"]


def test_arrow_keys_go_over_the_aisle_and_past_the_exits_of_an_aircraft(opens: Opens) -> None:
    kiosk = opens(NARROW_BODY)
    kiosk.seat("12C").click()
    for key, seat in (
        ("ArrowRight", "12D"),
        ("ArrowDown", "13D"),
        ("ArrowDown", "14D"),
        ("ArrowLeft", "14C"),
    ):
        kiosk.page.keyboard.press(key)
        expect(kiosk.seat(seat)).to_be_focused()
        expect(kiosk.seat(seat)).to_be_in_viewport(ratio=1)

    expect(kiosk.seat("13D")).to_have_attribute("data-mark", "exit")
    expect(kiosk.seat("13D")).to_have_attribute("aria-label", "Seat 13D, aisle, legroom, exit row, Free")
    assert kiosk.page.locator("#seat-map .exit").count() == 6
    expect(kiosk.page.locator("#seat-map .ring.shown")).to_have_count(1)


def test_the_list_of_seats_names_rows_by_their_letter_and_decks_by_their_name(opens: Opens) -> None:
    kiosk = opens(HALL)
    kiosk.page.click("#as-list")
    row = kiosk.page.locator('#seat-list [data-key="0-3"]')

    expect(row).to_contain_text("C")
    row.click()
    kiosk.page.click('#seat-list [data-seat="C7"]')
    expect(kiosk.page.locator('#seat-list [data-seat="C7"]')).to_have_attribute("aria-pressed", "true")


def test_a_hall_is_seen_whole_and_a_touch_comes_near_enough_to_hit_a_seat(opens: Opens) -> None:
    kiosk = opens(HALL)
    view = kiosk.page.locator("#seat-map .plan-view")
    whole = _box(kiosk.page, "M20")
    assert whole["width"] < 40
    assert view.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    before = kiosk.mine()

    kiosk.seat("M20").click()
    assert kiosk.mine() == before, "the first touch only comes nearer"
    near = _box(kiosk.page, "M20")
    assert near["width"] >= 44
    assert near["height"] >= 44
    expect(kiosk.seat("M20")).to_be_in_viewport(ratio=1)
    expect(kiosk.page.locator(".overview")).to_be_visible()
    kiosk.seat("M20").click()
    assert kiosk.mine() == ["M20"]

    kiosk.page.keyboard.press("0")
    assert _box(kiosk.page, "M20")["width"] == pytest.approx(whole["width"], abs=1)
    kiosk.page.keyboard.press("ArrowDown")
    expect(kiosk.seat("N20")).to_be_focused()
    assert _box(kiosk.page, "N20")["width"] >= 44, "what has the focus can be read"


def test_a_hall_is_zoomed_by_buttons_wheel_and_two_fingers_and_pulled_by_the_mouse(opens: Opens) -> None:
    kiosk = opens(HALL, has_touch=True)
    page = kiosk.page
    sizes = [_box(page, "M20")["width"]]
    page.click("#zoom-in")
    sizes.append(_box(page, "M20")["width"])
    where = _box(page, "M20")
    page.mouse.move(where["x"] + where["width"] / 2, where["y"] + where["height"] / 2)
    page.mouse.wheel(0, -600)
    page.wait_for_function(
        "old => document.querySelector('[data-seat=M20]').getBoundingClientRect().width > old * 1.5",
        arg=sizes[1],
    )
    sizes.append(_box(page, "M20")["width"])
    assert sizes[0] < sizes[1] < sizes[2]
    assert _box(page, "M20")["x"] == pytest.approx(where["x"] - (sizes[2] - sizes[1]) / 2, abs=6), (
        "the seat under the mouse stays"
    )

    before = _box(page, "M20")["x"]
    page.mouse.down()
    page.mouse.move(where["x"] - 150, where["y"], steps=4)
    page.mouse.up()
    assert _box(page, "M20")["x"] < before - 100
    assert kiosk.mine() != ["M20"]

    page.click("#zoom-whole")
    assert _box(page, "M20")["width"] == pytest.approx(sizes[0], abs=1)
    _pinch(page, 60, 240)
    page.wait_for_function(
        "old => document.querySelector('[data-seat=M20]').getBoundingClientRect().width > old * 2.5",
        arg=sizes[0],
    )


@pytest.mark.long
def test_a_thousand_seats_answer_within_100_ms_on_a_processor_four_times_slower(
    opens: Opens, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page's own work from a touch to the next paint, in processor time: what else the machine does is not in it."""
    page = opens(HALL).page
    page.evaluate("document.querySelectorAll('.seat').forEach((seat) => { seat.same = true; })")
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def hit(what: str) -> None:
        box = page.evaluate("what => document.querySelector(what).getBoundingClientRect().toJSON()", what)
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    deeds = {
        "nothing": lambda: None,  # what measuring costs
        "nearer": lambda: hit("#zoom-in"), "nearer again": lambda: hit("#zoom-in"), "and again": lambda: hit("#zoom-in"),
        "a seat": lambda: hit("[data-seat=N20]"), "another": lambda: hit("[data-seat=N22]"),
        "arrow": lambda: page.keyboard.press("ArrowRight"), "enter": lambda: page.keyboard.press("Enter"),
        "whole": lambda: hit("#zoom-whole"),
    }  # fmt: skip
    took: dict[str, int] = {}
    for name, deed in [*deeds.items()] * 4:  # the quickest of four: what disturbs only adds
        page.wait_for_timeout(700)  # what fades has faded
        before = _busy(session)
        deed()
        page.evaluate(_PAINTED)
        took[name] = min(took.get(name, 10_000), round((_busy(session) - before) * 1000 * 4))
    took = {name: each - took["nothing"] for name, each in took.items() if name != "nothing"}
    with capsys.disabled():
        sys.stdout.write(f"\n1,000 seats, touch to next paint at a quarter of the speed, ms: {took}\n")

    assert median(took.values()) < 100
    assert page.evaluate("[...document.querySelectorAll('.seat')].every((seat) => seat.same)"), "drawn once"


def test_a_seat_that_goes_fades_into_its_new_mark_unless_motion_is_unwanted(till: Till, opens: Opens) -> None:
    kiosk = opens(HALL, reduced_motion="reduce")
    kiosk.page.click("#zoom-in")
    _buy(till, "M20")

    expect(kiosk.seat("M20")).to_have_attribute("data-mark", "held", timeout=4_000)
    expect(kiosk.seat("M20")).to_have_class("seat changed")
    fading = "getComputedStyle(document.querySelector('[data-seat=M20] .mark')).animationName"
    assert kiosk.page.evaluate(fading) == "none"
    kiosk.page.emulate_media(reduced_motion="no-preference")
    assert kiosk.page.evaluate(fading) == "appear"


def _buy(till: Till, number: str) -> None:
    """Somebody else holds that seat of the next departure."""
    with till.server.app.app_context():
        schedule = db.session.execute(
            select(Schedule.id).order_by(Schedule.departure_at).limit(1)
        ).scalar_one()
        seat = next(seat for seat in seat_map(schedule, 0, 5).seats if seat.number == number)
        db.session.rollback()
        passenger = PassengerRequest(seat.id, full_name="Traveller")
        reserve(HoldRequest(schedule, 0, 5, (passenger,), "api"), ALICE, ACTOR)


def _busy(session: CDPSession) -> float:
    found = session.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in found if metric["name"] == "TaskDuration"))


def _box(page: Page, seat: str) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        "seat => document.querySelector(`#seat-map [data-seat='${seat}'] .box`).getBoundingClientRect().toJSON()",
        seat,
    )
    return found


def _pinch(page: Page, apart: float, to: float) -> None:
    session = page.context.new_cdp_session(page)
    room = page.locator("#seat-map .plan-view").bounding_box()
    assert room
    x, y = room["x"] + room["width"] / 2, room["y"] + room["height"] / 2

    def touch(kind: str, half: float | None) -> None:
        points = [] if half is None else [{"x": x - half, "y": y, "id": 1}, {"x": x + half, "y": y, "id": 2}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", apart / 2)
    for step in range(1, 6):
        touch("touchMove", (apart + (to - apart) * step / 5) / 2)
    touch("touchEnd", None)


_PAINTED = """() => new Promise((done) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done();
  channel.port2.postMessage(0);
}))"""
