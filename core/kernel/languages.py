"""The languages of what customers get: catalogues of words (gettext), dates as people of a language write them.

A language is a file `core/translations/<code>.po` and nothing else; English is what the code says itself. Catalogues are
read as they are when a process first needs them, so there is no step of building that could be forgotten.
"""

from datetime import date, datetime
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from werkzeug.datastructures import LanguageAccept

from core.kernel.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "core" / "translations"
ENGLISH = "en"


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The codes of all languages that there are words for, English first."""
    return (ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po")))


def known_language(tag: str) -> str:
    """The language in Babel's writing (``pt_BR``); English for one that there are no words for, or that nobody knows."""
    try:
        found = Locale.parse(tag.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError, AttributeError):
        return ENGLISH
    return str(found) if found.language in languages() else ENGLISH


def preferred(accepted: LanguageAccept, otherwise: str = ENGLISH) -> str:
    """The language out of `languages()` that a browser asks for first, else `otherwise`."""
    return accepted.best_match(languages()) or known_language(otherwise)


def right_to_left(language: str) -> bool:
    """Whether the language is written from right to left."""
    return bool(Locale.parse(known_language(language)).text_direction == "rtl")


def words_of(language: str) -> NullTranslations:
    """The catalogue of a language; a message that it lacks comes out in English."""
    return _catalogue(Locale.parse(known_language(language)).language)


@lru_cache(maxsize=64)
def _catalogue(code: str) -> NullTranslations:
    if code == ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{code}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)


def clock_time(local: datetime) -> str:
    """``14:05`` on the moment's own clock; ``01:30 WEST`` in the hour that this clock shows twice, when summer time ends."""
    shown = f"{local:%H:%M}"
    if local.replace(fold=1 - local.fold).utcoffset() == local.utcoffset():
        return shown
    name = local.tzname() or ""
    return f"{shown} {name if name[:1].isalpha() else f'UTC{name}'}"


def long_date(day: date | datetime, language: str) -> str:
    """With the day of the week: ``Friday 20 November 2026``, ``Freitag, 20. November 2026``."""
    locale = Locale.parse(known_language(language))
    return format_date(day, "EEEE d MMMM y" if locale.language == ENGLISH else "full", locale=locale)


def short_date(day: date | datetime, language: str) -> str:
    """Without year and day of the week: ``20 Nov``, ``20. Nov.``"""
    locale = Locale.parse(known_language(language))
    if locale.language == ENGLISH:
        return format_date(day, "d MMM", locale=locale)
    # a skeleton is filled in with a moment; the time of the day does not appear
    moment = day if isinstance(day, datetime) else datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a calendar's day has no zone
    return format_skeleton("MMMd", moment.replace(tzinfo=None), locale=locale)


def plain_date(day: date | datetime, language: str) -> str:
    """With the year: ``20 November 2026``."""
    locale = Locale.parse(known_language(language))
    return format_date(day, "d MMMM y" if locale.language == ENGLISH else "long", locale=locale)
