"""How a kiosk's screens come: few and small files, nothing that moves by itself, and never the files of yesterday.

What takes time is measured by scripts/bench; what is counted is tested here.
"""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from core.kernel import bundle
from core.kernel.activity import SYSTEM
from core.kernel.settings import PROJECT_ROOT
from core.timetable.service.brands import set_brand
from tests.browser.conftest import Till
from tests.support.kiosk import Kiosk
from tests.support.wire import LOADED_AHEAD, WAY, Wire

pytestmark = pytest.mark.browser

FIRST_LOAD = 150_000
LATER_SCREEN = 30_000


def test_the_first_load_and_every_later_screen_are_small_and_nothing_moves_by_itself(
    till: Till, new_kiosk: Callable[..., Kiosk]
) -> None:
    with till.server.app.app_context():
        set_brand(till.office.operator_id, SYSTEM, colour="#8a1020", logo=detailed_logo())
    kiosk = new_kiosk()
    wire = Wire(kiosk.page)
    kiosk.open()
    kiosk.page.wait_for_timeout(LOADED_AHEAD)
    first = wire.step()
    later = {name: wire.touch(target, shows) for name, target, shows in WAY}

    assert first.received < FIRST_LOAD, first.answers
    assert len(first.answers) < 30, first.answers
    assert first.shifts == []
    for name, cost in later.items():
        assert cost.received < LATER_SCREEN, (name, cost.answers)
        assert cost.shifts == [], name


def detailed_logo() -> bytes:
    """Of those that are kept one of the largest."""
    made = BytesIO()
    Image.effect_noise((500, 160), 60).save(made, "PNG")
    return made.getvalue()


def test_another_language_comes_with_its_letters_as_small_as_a_screen(
    new_kiosk: Callable[..., Kiosk],
) -> None:
    """Of Romanian and Arabic, whose whole fonts would break the goal: the letters that people write come as cuts."""
    kiosk = new_kiosk()
    wire = Wire(kiosk.page)
    kiosk.open()
    kiosk.page.wait_for_timeout(LOADED_AHEAD)
    wire.step()

    for code in ("ro", "ar"):
        cost = wire.touch(f'[data-language="{code}"]', f'html[lang="{code}"]')
        assert cost.received < LATER_SCREEN, cost.answers
        assert not [address for _, address in cost.answers if "/vendor/" in address]


def test_the_later_steps_are_there_when_the_network_is_not(new_kiosk: Callable[..., Kiosk]) -> None:
    kiosk = new_kiosk().open()
    kiosk.page.wait_for_timeout(LOADED_AHEAD)
    kiosk.page.context.set_offline(True)

    kiosk.page.click("#find-booking")

    kiosk.at("find")
    expect(kiosk.page.locator(".keys")).to_be_visible()


def test_a_step_whose_code_did_not_come_comes_when_the_network_is_back(
    new_kiosk: Callable[..., Kiosk],
) -> None:
    kiosk = new_kiosk()
    kiosk.page.add_init_script("window.requestIdleCallback = () => {};")  # nothing is loaded ahead
    kiosk.open()
    kiosk.page.context.set_offline(True)
    kiosk.page.click("#find-booking")
    expect(kiosk.page.locator("#banner")).to_be_visible()
    assert kiosk.step == "board"

    kiosk.page.context.set_offline(False)
    kiosk.at("find")


def test_letters_of_the_far_east_come_with_their_faces_when_they_are_shown(kiosk: Kiosk) -> None:
    far = kiosk.page.locator('link[href*="/far-"]')
    expect(far).to_have_count(0)

    kiosk.page.evaluate("() => { document.getElementById('lede').textContent = '\u6771\u4eac'; }")

    expect(far).to_have_count(1)


def test_what_was_edited_is_what_the_next_reload_shows(
    till: Till, kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = "() => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js'))"
    assert all("/static/build/" in name for name in kiosk.page.evaluate(scripts))

    monkeypatch.setattr(bundle, "sources_digest", lambda: "another")
    kiosk.open()

    names = kiosk.page.evaluate(scripts)
    assert any(name.endswith("/kiosk/static/js/main.js") for name in names)
    assert not [name for name in names if "/static/build/" in name]
    kiosk.choose_departure()


def test_the_bundle_has_the_style_sheets_of_the_page_in_their_order() -> None:
    page = (PROJECT_ROOT / "templates/kiosk/page.html").read_text()
    bundler = (PROJECT_ROOT / "scripts/bundle/bundle.mjs").read_text()
    named = re.search(r"for sheet in \((.*?)\)", page)
    bundled = re.search(r"SHEETS = \[(.*?)\]", bundler)

    assert named
    assert bundled
    assert named[1] == bundled[1]
