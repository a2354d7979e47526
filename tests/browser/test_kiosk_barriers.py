"""Nothing on any screen keeps anybody away: rules of WCAG by axe, and sizes, contrast and whole labels as drawn.

One walk goes through all the screens; each is looked at in every mode while it stands there.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page
from sqlalchemy import text

from core.kernel.activity import SYSTEM
from core.kernel.db import transaction
from core.kernel.settings import PROJECT_ROOT
from core.timetable.brand_rules import readable
from core.timetable.service.brands import set_brand
from tests.browser.conftest import Till
from tests.support.kiosk import PANEL, Kiosk
from tests.support.kiosk_walk import screens

pytestmark = pytest.mark.browser

AXE = PROJECT_ROOT / "kiosk" / "node_modules" / "axe-core" / "axe.min.js"
MEASURES = Path(__file__).with_name("barriers.js")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_AXE = """async (tags) => (await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })).violations
  .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)} ${failureSummary.split('\\n')[1]}`))"""

#: Of the colours on which white words can be read one of the palest.
PALEST = readable("#c9484f")
#: The language with the longest words, by its catalogue.
LONGEST = "de"
#: By mode: what the tool in the footer sets on the page.
MODES = {
    "usual": {},
    "large text": {"text": "large"},
    "high contrast": {"contrast": "high"},
    "low reach": {"reach": "low"},
    "speech": {"speech": "on"},
    "dark": {"theme": "dark"},
    "dark, high contrast": {"theme": "dark", "contrast": "high"},
}
EVERY_MODE = tuple(MODES)
#: Those of the long tier are these in the dark, where nothing is larger or elsewhere, and every language.
LIGHT_MODES, DARK_MODES = EVERY_MODE[:5], EVERY_MODE[5:]


@pytest.mark.parametrize(
    ("language", "modes"), [("en", LIGHT_MODES), ("ar", ("usual",)), (LONGEST, ("dark",))]
)
def test_no_screen_keeps_anybody_away(
    till: Till, new_kiosk: Callable[..., Kiosk], language: str, modes: tuple[str, ...]
) -> None:
    said = faults(till, new_kiosk, modes, branded=language != "en", language=language)
    assert not said, said


@pytest.mark.long
def test_no_screen_keeps_anybody_away_in_the_dark(till: Till, new_kiosk: Callable[..., Kiosk]) -> None:
    said = faults(till, new_kiosk, DARK_MODES, branded=False, language="en")
    assert not said, said


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("language", ["ro", "de", "fr", "es", "pt", "pl", "tr", "ar"])
def test_no_screen_keeps_anybody_away_in_any_language_and_mode(
    till: Till, new_kiosk: Callable[..., Kiosk], language: str
) -> None:
    said = faults(till, new_kiosk, language=language)
    assert not said, said


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("size", [(1920, 1080), (1440, 900), (390, 844)], ids=["wide", "low", "phone"])
def test_no_screen_of_another_size_keeps_anybody_away(
    till: Till, new_kiosk: Callable[..., Kiosk], size: tuple[int, int]
) -> None:
    said = faults(till, new_kiosk, size=size)
    assert not said, said


def faults(
    till: Till,
    new_kiosk: Callable[..., Kiosk],
    modes: tuple[str, ...] = EVERY_MODE,
    size: tuple[int, int] = PANEL,
    *,
    branded: bool = True,
    **settings: object,
) -> str:
    """A line for each thing that is wrong, with the screens and modes where; of one walk through all of them."""
    viewport = {"width": size[0], "height": size[1]}
    kiosk = new_kiosk(
        bypass_csp=True, reduced_motion="reduce", viewport=viewport
    )  # axe writes styles that the policy forbids
    with till.server.app.app_context():
        set_up(**settings)
        if branded:
            set_brand(till.office.operator_id, SYSTEM, colour=PALEST, logo=logo())
    for script in (MEASURES, AXE):
        kiosk.page.add_init_script(path=script)
    found: dict[str, list[str]] = {}
    for screen in screens(kiosk, till.server, till.office):
        for mode in modes:
            for fault in found_in(kiosk.page, mode):
                found.setdefault(fault, []).append(f"{screen} ({mode})")
    return "\n".join(f"{fault} - {', '.join(where)}" for fault, where in found.items())


def logo() -> bytes:
    made = BytesIO()
    Image.new("RGB", (300, 100), PALEST).save(made, "PNG")
    return made.getvalue()


def set_up(**settings: object) -> None:
    """All kiosks are set so, as staff set them, and beside: the language that they begin in."""
    with transaction() as session:
        session.execute(text("UPDATE kiosks SET settings = :settings"), {"settings": json.dumps(settings)})


def found_in(page: Page, mode: str) -> list[str]:
    with _turned(page, mode):
        text_least, control_least = (7, 7) if "high contrast" in mode else (4.5, 3)
        measured: list[str] = page.evaluate(
            """async ([text, control, letters]) => {
              await document.fonts.ready;
              const { paleText, paleControls, smallTargets, smallText, labels } = barriers;
              return [...paleText(text), ...paleControls(control), ...smallTargets(44), ...smallText(letters), ...labels()];
            }""",
            [text_least, control_least, _letters(page, mode)],
        )
        return measured + page.evaluate(_AXE, _TAGS)


def _letters(page: Page, mode: str) -> int:
    """How small letters may be, in CSS pixels: 24 on a panel 1080 wide and high, 16 on a telephone."""
    size = page.viewport_size
    if size is None or min(size["width"], size["height"]) < 1080:
        return 16
    return 36 if mode == "large text" else 24


@contextmanager
def _turned(page: Page, mode: str) -> Iterator[None]:
    """As if the tool in the footer had been touched before, which a dialog lies over."""
    page.evaluate(_TURN, [MODES[mode], True])
    yield
    page.evaluate(_TURN, [MODES[mode], False])


_TURN = """async ([{ speech, ...modes }, on]) => {
  for (const [name, value] of Object.entries(modes)) {
    if (on) document.documentElement.dataset[name] = value;
    else delete document.documentElement.dataset[name];
  }
  if (speech) document.getElementById('speak').click();
  dispatchEvent(new Event('resize'));
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
}"""
