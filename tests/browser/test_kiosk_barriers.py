"""Nothing on any screen keeps anybody away: rules of WCAG by axe, and sizes, contrast and whole labels as drawn.

One walk goes through all the screens; each is looked at in every mode while it stands there.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import text

from core.kernel.db import transaction
from core.kernel.settings import PROJECT_ROOT
from tests.browser.conftest import Till
from tests.support.kiosk import Kiosk
from tests.support.kiosk_walk import screens

pytestmark = pytest.mark.browser

AXE = PROJECT_ROOT / "kiosk" / "node_modules" / "axe-core" / "axe.min.js"
MEASURES = Path(__file__).with_name("barriers.js")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_AXE = """async (tags) => (await axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })).violations
  .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)} ${failureSummary.split('\\n')[1]}`))"""

#: By mode: what the tool in the footer sets on the page.
MODES = {
    "usual": {},
    "large text": {"text": "large"},
    "high contrast": {"contrast": "high"},
    "low reach": {"reach": "low"},
    "speech": {"speech": "on"},
}
EVERY_MODE = tuple(MODES)
LONGEST = "de"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_screen_has_a_barrier_in_any_mode(
    till: Till, new_kiosk: Callable[..., Kiosk], language: str
) -> None:
    said = faults(till, new_kiosk, language, EVERY_MODE if language == "en" else ("usual",))
    assert not said, said


def test_no_label_of_the_longest_language_is_cut(till: Till, new_kiosk: Callable[..., Kiosk]) -> None:
    said = faults(till, new_kiosk, LONGEST, ("usual",))
    assert not said, said


@pytest.mark.long
@pytest.mark.timeout(400)
@pytest.mark.parametrize("language", ["ro", "de", "fr", "es", "pt", "pl", "tr", "ar"])
def test_no_screen_of_any_language_has_a_barrier_in_any_mode(
    till: Till, new_kiosk: Callable[..., Kiosk], language: str
) -> None:
    said = faults(till, new_kiosk, language, EVERY_MODE)
    assert not said, said


def faults(
    till: Till, new_kiosk: Callable[..., Kiosk], language: str, modes: tuple[str, ...], **context: object
) -> str:
    """A line for each thing that is wrong, with the screens and modes where; of one walk through all of them."""
    kiosk = new_kiosk(
        bypass_csp=True, reduced_motion="reduce", **context
    )  # axe writes styles that the policy forbids
    with till.server.app.app_context():
        speak(language)
    kiosk.page.add_init_script(path=MEASURES)
    kiosk.page.add_init_script(path=AXE)
    found: dict[str, list[str]] = {}
    for screen in screens(kiosk, till.server, till.office):
        for mode in modes:
            for fault in found_in(kiosk.page, mode):
                found.setdefault(fault, []).append(f"{screen} ({mode})")
    return "\n".join(f"{fault} - {', '.join(where)}" for fault, where in found.items())


def speak(language: str) -> None:
    """All kiosks begin in this language."""
    with transaction() as session:
        session.execute(text("UPDATE kiosks SET settings = :settings"), {"settings": json.dumps({"language": language})})  # fmt: skip


def found_in(page: Page, mode: str) -> list[str]:
    with _turned(page, mode):
        text_least, control_least = (7, 7) if mode == "high contrast" else (4.5, 3)
        measured: list[str] = page.evaluate(
            """async ([text, control, letters]) => {
              await document.fonts.ready;
              const { paleText, paleControls, smallTargets, smallText, labels } = barriers;
              return [...paleText(text), ...paleControls(control), ...smallTargets(44), ...smallText(letters), ...labels()];
            }""",
            [text_least, control_least, 36 if mode == "large text" else 24],
        )
        return measured + page.evaluate(_AXE, _TAGS)


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
