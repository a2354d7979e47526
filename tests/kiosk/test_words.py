"""The catalogues of the screen: every language has every word in its own plural forms, and every word the page asks for."""

import json
import re
from collections import defaultdict

import pytest
from babel import Locale

from core.kernel.languages import languages
from core.kernel.settings import PROJECT_ROOT
from kiosk.station import LANGUAGES
from tests.kiosk.same_words import SIGNS, WORDS, same_as_english

STATIC = PROJECT_ROOT / "kiosk" / "static"
ASKED = re.compile(r"""\bt\(\s*"([a-z0-9_.]+)\"""")
ASKED_OF_MANY = re.compile(r"""\btn\(\s*"([a-z0-9_.]+)\"""")
CATEGORIES = {"zero", "one", "two", "few", "many", "other"}
EXACTLY = {"zero": 0, "one": 1, "two": 2}
OTHERS = [code for code in LANGUAGES if code != "en"]


def catalogue(language: str) -> dict[str, str]:
    """Those of the kiosk, and those of the board on a wall."""
    folders = (STATIC / "i18n", STATIC.parent / "words" / "wall")
    return {
        key: text
        for folder in folders
        for key, text in json.loads((folder / f"{language}.json").read_text(encoding="utf-8")).items()
    }


def entries(language: str) -> dict[str, dict[str, str]]:
    """The words by key; those of many by plural category, all others under ""."""
    words = catalogue(language)
    found: dict[str, dict[str, str]] = defaultdict(dict)
    many = {key[: -len(".other")] for key in words if f"{key[: -len('.other')]}.one" in catalogue("en")}
    for key, text in words.items():
        base, _, last = key.rpartition(".")
        plural = base in many and last in CATEGORIES
        found[base if plural else key][last if plural else ""] = text
    return dict(found)


def values(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


def test_the_screen_speaks_the_languages_of_letters_and_tickets() -> None:
    assert set(LANGUAGES) == set(languages())


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_there_with_the_same_values_and_none_is_left_over(language: str) -> None:
    english, other = entries("en"), entries(language)
    rule = Locale.parse(language).plural_form

    assert set(other) == set(english)
    for key, forms in english.items():
        if "" in forms:
            assert values(other[key][""]) == values(forms[""]), key
            continue
        reached = {rule(n) for n in range(121)} | {"other"}
        assert set(other[key]) == reached, f"{key}: the plural forms of {language}"
        for category, text in other[key].items():
            stands_for_one = {n for n in range(121) if rule(n) == category} == {EXACTLY.get(category)}
            lost = values(forms["other"]) - values(text)
            assert lost <= ({"{n}"} if stands_for_one or "{n}" not in forms["one"] else set()), (
                f"{key}.{category}"
            )
            assert values(text) <= values(forms["other"]), f"{key}.{category}"


@pytest.mark.parametrize("language", OTHERS)
def test_every_word_is_translated(language: str) -> None:
    english, other = entries("en"), entries(language)
    same = {
        key
        for key, forms in other.items()
        if set(forms.values()) & {text.replace("\N{NO-BREAK SPACE}", " ") for text in english[key].values()}
    }
    allowed = {key for key in SIGNS | WORDS if same_as_english(key, language)}

    assert same == allowed, "untranslated, or listed without need"


def test_every_word_that_the_page_asks_for_is_there() -> None:
    words = entries("en")
    scripts = [path.read_text(encoding="utf-8") for path in (STATIC / "js").rglob("*.js")]
    asked = {key for text in scripts for key in ASKED.findall(text)}
    of_many = {key for text in scripts for key in ASKED_OF_MANY.findall(text)}

    assert asked
    assert asked - set(words) == set()
    assert {key for key in of_many if "other" not in words.get(key, {})} == set()


@pytest.mark.parametrize("path", sorted((STATIC / "css").rglob("*.css")), ids=lambda path: path.name)
def test_colours_come_from_the_tokens_alone(path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", text) == []
