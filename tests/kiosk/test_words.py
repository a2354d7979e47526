"""The catalogues of the screen: every language has every word, and every word that the page asks for exists."""

import json
import re

import pytest

from core.kernel.settings import PROJECT_ROOT
from kiosk.station import LANGUAGES

STATIC = PROJECT_ROOT / "kiosk" / "static"
ASKED = re.compile(r"""\bt\(\s*"([a-z0-9_.]+)\"""")


def catalogue(language: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((STATIC / "i18n" / f"{language}.json").read_text(encoding="utf-8"))
    return words


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_no_word_is_missing_and_the_same_values_are_filled_in(language: str) -> None:
    english, other = catalogue("en"), catalogue(language)

    assert set(english) <= set(other)
    for key, words in english.items():
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", other[key])), key


def test_every_word_that_the_page_asks_for_is_there() -> None:
    words = catalogue("en")
    asked = {key for path in STATIC.rglob("*.js") for key in ASKED.findall(path.read_text(encoding="utf-8"))}

    assert asked
    assert asked - set(words) == set()


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_colours_come_from_the_tokens_alone(path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", text) == []
