"""How the admin writes times, money and states: the same everywhere, in the office's own time zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import get_currency_precision
from flask import Flask, g
from flask_babel import get_locale
from markupsafe import Markup, escape

from core.kernel.assets import vendor_url
from core.kernel.money import Money, format_amount, format_money
from core.reporting.office import office_timezone

#: Words of states that need someone's eye, and those that are finished well. The rest is quiet.
_TONES = {
    "failed": "stop", "cancelled": "stop", "revoked": "stop", "expired": "quiet", "no_show": "stop", "inactive": "quiet",
    "to_approve": "warn", "approved": "go", "open": "go", "closed": "quiet", "pending": "warn", "queued": "warn", "parked": "warn", "boarding": "warn", "active": "go", "confirmed": "go",
    "completed": "go", "valid": "go", "sent": "go", "processed": "go", "checked_in": "go", "used": "quiet",
}  # fmt: skip


def language() -> str:
    """The language of this request, for Babel."""
    return str(get_locale() or "en")


def zone() -> ZoneInfo:
    """The time zone that the office's screens speak in, asked once a request."""
    if "office_zone" not in g:
        g.office_zone = ZoneInfo(office_timezone())
    found: ZoneInfo = g.office_zone
    return found


def local(moment: datetime | None, timezone: str | None = None) -> datetime | None:
    """The moment on the clock of a time zone, the office's unless another is named."""
    if moment is None:
        return None
    return moment.astimezone(ZoneInfo(timezone) if timezone else zone())


def when(moment: datetime | None, timezone: str | None = None) -> str:
    """Day and time, short: ``20 Nov, 14:45``; a dash for none. On another clock than the office's it says whose:
    ``20 Nov, 14:45 (Lisbon)``.
    """
    shown = local(moment, timezone)
    if shown is None:
        return "–"
    written = format_datetime(shown, "d MMM, HH:mm", locale=language())
    return f"{written} ({clock_name(str(timezone))})" if shown.utcoffset() != elsewhere(shown) else written


def elsewhere(shown: datetime) -> timedelta | None:
    """How far the office's clock is from UTC at that moment."""
    return shown.astimezone(zone()).utcoffset()


def clock_name(timezone: str) -> str:
    """The town of a time zone: ``Europe/Lisbon`` becomes ``Lisbon``."""
    return timezone.rpartition("/")[2].replace("_", " ")


def exactly(moment: datetime | None, timezone: str | None = None) -> str:
    """Year to second, for logs: ``20 Nov 2026, 14:45:07``."""
    shown = local(moment, timezone)
    return "–" if shown is None else format_datetime(shown, "d MMM y, HH:mm:ss", locale=language())


def clock(moment: datetime | None, timezone: str | None = None) -> str:
    """Time of day alone: ``14:45``."""
    shown = local(moment, timezone)
    return "–" if shown is None else format_time(shown, "HH:mm", locale=language())


def day(value: date, pattern: str = "EEEE d MMMM") -> str:
    """A day in words: ``Friday 20 November``."""
    return format_date(value, pattern, locale=language())


def money(amount: int, currency: str) -> str:
    """Minor units with their currency, as people of this language write them."""
    return format_money(Money(int(amount), currency), language())


def signed(amount: int, currency: str) -> str:
    """The same with a minus that is as wide as a figure, for columns of what came and went."""
    return f"−{money(-amount, currency)}" if amount < 0 else money(amount, currency)


def amount(value: int, currency: str) -> str:
    """Minor units without the currency."""
    return format_amount(Money(int(value), currency), language())


def words(code: str | None) -> str:
    """A stored word as people read it: ``checked_in`` becomes ``checked in``."""
    return (code or "–").replace("_", " ")


def tongue(code: str) -> str:
    """A language by its own name: ``de`` becomes ``Deutsch``."""
    return (Locale.parse(code).get_display_name(code) or code).capitalize()


def state(code: str | None) -> Markup:
    """A state as a small label: colour beside the word, never instead of it."""
    tone = _TONES.get(code or "", "quiet")
    return Markup('<span class="tag {}">{}</span>').format(tone, words(code))


def link(url: str, text: object) -> Markup:
    """A link with escaped text."""
    return Markup('<a href="{}">{}</a>').format(url, escape(text))


def register(app: Flask) -> None:
    """Give the templates these words."""
    filters = {
        "when": when,
        "exactly": exactly,
        "clock": clock,
        "day": day,
        "words": words,
        "state": state,
        "tongue": tongue,
    }
    app.jinja_env.filters.update(filters)
    app.jinja_env.globals.update(
        money=money,
        signed=signed,
        amount=amount,
        minor_digits=get_currency_precision,
        get_locale=get_locale,
        vendor_url=vendor_url,
    )
