"""Checks of what people type into the timetable: a cleaned value, or an error that names the field."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError, get_global
from babel.numbers import list_currencies

from core.kernel.errors import RuleBroken
from core.kernel.languages import languages as known_languages
from core.timetable.words import PlaceKind

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,38}")
#: Unicode categories that no name is made of: controls, unassigned, private use, surrogates.
_UNPRINTABLE = {"Cc", "Cn", "Co", "Cs"}
_INVISIBLE = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def refuse(field: str, message: str) -> NoReturn:
    """Raise RuleBroken `invalid_<field>`."""
    raise RuleBroken(message, code=f"invalid_{field}", field=field)


def text(value: Any, field: str, most: int) -> str:
    """A text on one line, 1 to `most` characters, without control characters."""
    found = optional_text(value, field, most)
    if not found:
        refuse(field, "This must not be empty.")
    return found


def optional_text(value: Any, field: str, most: int) -> str | None:
    """Like `text`; empty becomes None."""
    if value is None:
        return None
    if not isinstance(value, str):
        refuse(field, "This must be text.")
    plain = " ".join(_INVISIBLE.sub("", value).split())
    if any(unicodedata.category(c) in _UNPRINTABLE for c in plain):
        refuse(field, "This contains characters that cannot be printed.")
    if len(plain) > most:
        refuse(field, f"This must not be longer than {most} characters.")
    return plain or None


def code(value: Any, field: str, most: int) -> str:
    """Letters, digits and . _ : ~ -, beginning with a letter or digit."""
    found = text(value, field, most)
    if not _CODE.fullmatch(found):
        refuse(field, "Use letters, digits, dots, hyphens and underscores only.")
    return found


def matching(value: Any, field: str, most: int, kind: str) -> str | None:
    """An optional e-mail address, web address or phone number."""
    pattern = {"email": _EMAIL, "url": _URL, "phone": _PHONE}[kind]
    found = optional_text(value, field, most)
    if found and not pattern.fullmatch(found):
        words = {"email": "an e-mail address", "url": "a web address (https://…)", "phone": "a phone number"}
        refuse(field, f"This is not {words[kind]}.")
    return found


def web_service(value: Any, field: str, most: int) -> str | None:
    """An optional web address that a program calls: with a host, in ASCII, without a user or a password in it."""
    found = matching(value, field, most, "url")
    if not found:
        return None
    try:
        parts, port = urlsplit(found), urlsplit(found).port
    except ValueError:
        refuse(field, "This is not a web address (https://…).")
    if not found.isascii() or not parts.hostname or port == 0 or parts.fragment:
        refuse(field, "This is not a web address that a program can call (https://…).")
    if parts.username is not None or parts.password is not None:
        refuse(field, "A user or a password cannot be part of this address.")
    return found


def zone(value: Any, field: str = "timezone") -> str:
    """A time zone of the IANA list."""
    found = text(value, field, 60)
    try:
        ZoneInfo(found)
    except (ValueError, OSError, KeyError):
        refuse(field, "This is not a time zone such as Europe/Bucharest.")
    return found


def currency(value: Any) -> str:
    """An ISO 4217 code."""
    found = text(value, "currency", 3).upper()
    if found not in list_currencies():
        refuse("currency", "This is not a currency such as EUR.")
    return found


def country(value: Any) -> str | None:
    """An optional ISO 3166 code of two letters."""
    found = optional_text(value, "country", 2)
    if found and found.upper() not in set(get_global("territory_currencies")):
        refuse("country", "This is not a country code such as RO.")
    return found.upper() if found else None


def language(value: Any) -> str:
    """A language tag such as en or pt-BR."""
    found = text(value, "language", 10)
    try:
        Locale.parse(found.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        refuse("language", "This is not a language such as en.")
    return found


def languages(value: Any) -> str | None:
    """Codes of languages that there are words for, in the order given, each once: ``ro en de``. None for none."""
    found = (optional_text(value, "languages", 60) or "").replace(",", " ").lower().split()
    unknown = next((code for code in found if code not in known_languages()), None)
    if unknown:
        refuse("languages", f"There are no words for {unknown}. There are: {', '.join(known_languages())}.")
    return " ".join(dict.fromkeys(found)) or None


def degrees(value: Any, field: str, limit: float) -> float | None:
    """An optional coordinate from -limit to limit."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -limit <= value <= limit:
        refuse(field, f"This must be a number from -{limit:g} to {limit:g}.")
    return float(value)


def whole(value: Any, field: str, least: int, most: int) -> int:
    """A whole number in a range."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        refuse(field, f"This must be a whole number from {least} to {most}.")
    return value


def yes_no(value: Any, field: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        refuse(field, "This must be yes or no.")
    return value


def known_fields(values: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Refuse a field that there is none of."""
    for field in values:
        if field not in known:
            refuse(field, "There is no such field.")


def reference_prefix(value: Any) -> str:
    """The first character of booking references: one that nobody confuses with another."""
    found = text(value, "reference_prefix", 1)
    if not re.fullmatch(r"[A-HJ-KM-NP-Z2-9]", found):
        refuse("reference_prefix", "Use a letter or digit other than 0, O, 1, I and L.")
    return found


def place_kind(value: Any) -> str:
    """One of `PlaceKind`."""
    if value not in set(PlaceKind):
        refuse("kind", f"The kind is one of {', '.join(PlaceKind)}.")
    return str(value)


def color(value: Any) -> str | None:
    """Six hexadecimal digits, with or without a leading #."""
    found = optional_text(value, "color", 7)
    digits = found.removeprefix("#").upper() if found else None
    if digits is not None and not re.fullmatch(r"[0-9A-F]{6}", digits):
        refuse("color", "A colour is six hexadecimal digits.")
    return digits
