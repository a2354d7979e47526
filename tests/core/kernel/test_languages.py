"""The languages of what customers get: every message is translated, with its placeholders; dates are as people write them."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages import Message
from babel.messages.plurals import get_plural
from werkzeug.datastructures import LanguageAccept

from core.kernel.languages import (
    clock_time,
    known_language,
    languages,
    long_date,
    plain_date,
    preferred,
    right_to_left,
    short_date,
    words_of,
)
from tests.support.words import catalogue, messages

DAY = datetime(2026, 11, 20, 14, 45, tzinfo=UTC)
TRANSLATED = [code for code in languages() if code != "en"]
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def test_the_kiosks_languages_have_their_words() -> None:
    assert languages() == ("en", "ar", "de", "es", "fr", "pl", "pt", "ro", "tr")


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(language: str) -> None:
    there = {message.id for message in messages() if message.id}
    done = {m.id: m for m in catalogue(language) if m.id}

    assert there - done.keys() == set()
    assert done.keys() - there == set()
    for message in done.values():
        texts = _texts(message)
        assert all(text.strip() for text in texts), message.id
        assert not message.fuzzy, message.id
        forms = get_plural(language).num_plurals if isinstance(message.id, tuple) else 1
        assert len(texts) == forms, message.id


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_loses_or_invents_a_placeholder(language: str) -> None:
    """The number itself may be left out of a form that says it in words."""
    for message in catalogue(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = _texts(message)
        wanted = set(_PLACEHOLDER.findall(ids[-1]))
        for text in texts:
            assert wanted - {"num"} <= set(_PLACEHOLDER.findall(text)) <= wanted, text
            assert ("%%" in ids[0]) == ("%%" in text), text
            text % dict.fromkeys(wanted, "x")


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_sentence_ends_as_the_english_one(language: str) -> None:
    """A full stop or none: sentences are put together with others."""
    for message in catalogue(language):
        if isinstance(message.id, str) and message.id:
            assert message.id.endswith(".") == _texts(message)[0].endswith("."), message.string


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("ro", "ro"),
        ("pt-BR", "pt_BR"),
        ("de_AT", "de_AT"),
        ("ja", "en"),
        ("zz", "en"),
        ("", "en"),
        ("../etc", "en"),
    ],
)
def test_a_language_without_words_is_english(tag: str, found: str) -> None:
    assert known_language(tag) == found


def test_regions_share_the_words_of_their_language() -> None:
    assert words_of("de-AT").gettext("Paid") == words_of("de").gettext("Paid") == "Bezahlt"
    assert words_of("ja").gettext("Paid") == "Paid"


@pytest.mark.parametrize(
    ("language", "long", "short", "plain"),
    [
        ("en", "Friday 20 November 2026", "20 Nov", "20 November 2026"),
        ("ro", "vineri, 20 noiembrie 2026", "20 nov.", "20 noiembrie 2026"),
        ("de", "Freitag, 20. November 2026", "20. Nov.", "20. November 2026"),
        ("es", "viernes, 20 de noviembre de 2026", "20 nov", "20 de noviembre de 2026"),
        ("tr", "20 Kasım 2026 Cuma", "20 Kas", "20 Kasım 2026"),
        ("ar", "الجمعة، 20 نوفمبر 2026", "20 نوفمبر", "20 نوفمبر 2026"),
    ],
)
def test_dates(language: str, long: str, short: str, plain: str) -> None:
    assert (long_date(DAY, language), short_date(DAY, language), plain_date(DAY, language)) == (
        long,
        short,
        plain,
    )
    assert short_date(DAY.date(), language) == short


@pytest.mark.parametrize(
    ("moment", "zone", "shown"),
    [
        ("2027-10-31T00:30", "Europe/Lisbon", "01:30 WEST"),
        ("2027-10-31T01:30", "Europe/Lisbon", "01:30 WET"),
        ("2027-10-31T02:00", "Europe/Lisbon", "02:00"),
        ("2027-03-28T01:00", "Europe/Lisbon", "02:00"),
        ("2027-04-03T15:20", "Australia/Lord_Howe", "01:50 UTC+1030"),
    ],
)
def test_an_hour_that_comes_twice_says_which(moment: str, zone: str, shown: str) -> None:
    local = datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert clock_time(local) == shown


def test_arabic_runs_from_right_to_left() -> None:
    assert [code for code in languages() if right_to_left(code)] == ["ar"]


@pytest.mark.parametrize(
    ("accepted", "found"),
    [
        ([("de-AT", 1)], "de"),
        ([("ja", 1), ("pl", 0.5)], "pl"),
        ([("ja", 1)], "ro"),
        ([], "ro"),
        ([("fr;q=x", 1)], "ro"),
    ],
)
def test_what_a_browser_asks_for(accepted: list[tuple[str, float]], found: str) -> None:
    assert preferred(LanguageAccept(accepted), "ro") == found


def _texts(message: Message) -> tuple[str, ...]:
    """The translation in all its plural forms."""
    given: Any = message.string
    return given if isinstance(given, tuple) else (given,)
