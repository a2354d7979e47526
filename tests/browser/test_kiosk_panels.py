"""Letters and buttons have their size in millimetres and degrees on panels that were measured, as far as there is room."""

from collections.abc import Callable
from math import atan, degrees
from typing import NamedTuple

import pytest

from tests.browser.conftest import Till
from tests.browser.test_kiosk_barriers import faults, set_up
from tests.support.kiosk import PANEL, Kiosk

pytestmark = pytest.mark.browser

DISTANCE = 700
#: Browsers lay out in 64ths of a pixel.
_GRAIN = 1 / 64


class Panel(NamedTuple):
    """`usual` and `large`: the degrees that a capital H fills at least, in the two sizes of text."""

    size: tuple[int, int]
    width_mm: int
    usual: float
    large: float

    @property
    def px_per_mm(self) -> float:
        return round(self.size[0] / self.width_mm, 3)


#: Where the usual text cannot have its 0.7 degrees the large one does; lying panels have not the height for either.
PANELS = {
    "32 inches": Panel(PANEL, 398, 0.7, 1.05),
    "22 inches": Panel(PANEL, 274, 0.54, 0.7),
    "15 inches lying": Panel((1920, 1080), 344, 0.32, 0.41),
}


@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_letters_and_buttons_have_their_size_on_the_panel(
    till: Till, new_kiosk: Callable[..., Kiosk], panel: Panel
) -> None:
    kiosk = opened(till, new_kiosk, panel)
    assert capital(kiosk, panel) >= panel.usual
    kiosk.page.click("#larger")
    assert capital(kiosk, panel) >= panel.large
    kiosk.page.click("#larger")
    kiosk.touch(".dep.on_sale >> nth=0")
    kiosk.at("seats")
    box = kiosk.go_on.bounding_box()
    assert box is not None
    assert box["height"] + _GRAIN >= 20 * panel.px_per_mm
    kiosk.page.click("#go-back")
    kiosk.at("board")


def test_a_panel_that_nobody_measured_looks_as_ever(kiosk: Kiosk) -> None:
    assert kiosk.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"


def test_nothing_is_cut_on_a_panel_that_is_small_for_its_letters(
    till: Till, new_kiosk: Callable[..., Kiosk]
) -> None:
    panel = PANELS["22 inches"]
    said = faults(till, new_kiosk, modes=("usual", "large text"), size=panel.size, px_per_mm=panel.px_per_mm)
    assert not said, said


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_nothing_is_cut_on_any_panel_in_any_mode(
    till: Till, new_kiosk: Callable[..., Kiosk], panel: Panel, language: str
) -> None:
    said = faults(till, new_kiosk, size=panel.size, px_per_mm=panel.px_per_mm, language=language)
    assert not said, said


def opened(till: Till, new_kiosk: Callable[..., Kiosk], panel: Panel) -> Kiosk:
    kiosk = new_kiosk(viewport={"width": panel.size[0], "height": panel.size[1]})
    with till.server.app.app_context():
        set_up(px_per_mm=panel.px_per_mm, distance_mm=DISTANCE)
    return kiosk.open()


def capital(kiosk: Kiosk, panel: Panel) -> float:
    """How many degrees the capital H of the smallest text of the screen fills, as its font draws it."""
    height: float = kiosk.page.evaluate(_SMALLEST_CAPITAL)
    return round(degrees(atan(height / panel.px_per_mm / DISTANCE)), 2)


_SMALLEST_CAPITAL = """async () => {
  await document.fonts.ready;
  const brush = document.createElement('canvas').getContext('2d');
  const shown = [...document.querySelectorAll('.screen *')].filter((e) => !e.closest('svg') && e.checkVisibility()
    && [...e.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  return Math.min(...shown.map((e) => {
    brush.font = `1000px ${getComputedStyle(e).fontFamily}`; // large: a small one is rounded to whole pixels
    return brush.measureText('H').actualBoundingBoxAscent / 1000 * parseFloat(getComputedStyle(e).fontSize);
  }));
}"""
