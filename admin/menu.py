"""The menu at the side: groups of views, with a figure beside those that have something waiting."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, url_for
from flask_admin import Admin
from flask_babel import gettext as _
from flask_login import current_user

from admin import access
from core.reporting.attention import Attention, attention


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu; `hot` figures need someone."""

    name: str
    url: str
    current: bool
    count: int = 0
    hot: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading; the first group has none."""

    name: str
    entries: tuple[Entry, ...]


def waiting() -> Attention:
    """What waits for someone, asked once a request."""
    if "attention" not in g:
        g.attention = attention(access.stations())
    found: Attention = g.attention
    return found


def groups(admin: Admin, current: str | None) -> list[Group]:
    """The lines that the person who is signed in may open. `current` is the endpoint of the view that is shown."""
    if not current_user.is_authenticated:
        return []
    found: dict[str, list[Entry]] = {}
    for view in admin._views:
        if view.is_accessible() and view.is_visible():
            found.setdefault(view.category or "", []).append(_entry(view, current))
    return [Group(_(name) if name else "", tuple(entries)) for name, entries in found.items()]


def _entry(view: Any, current: str | None) -> Entry:
    count, hot = _figure(view.endpoint)
    url = url_for(f"{view.endpoint}.{view._default_view}")
    return Entry(str(view.name), url, view.endpoint == current, count, hot)


def _figure(endpoint: str) -> tuple[int, bool]:
    about = waiting()
    figures = {
        "reservations": (about.held, False),
        "reconciliation": (about.payments, True),
        "refunds": (about.refunds, True),
        "kiosks": (about.kiosks, True),
        "messages": (about.messages, True),
        "shifts": (about.shifts, True),
    }
    return figures.get(endpoint, (0, False))


def register(app: Flask, admin: Admin) -> None:
    """Give the base template its menu."""

    def menu(view: Any = None) -> list[Group]:
        return groups(admin, getattr(view, "endpoint", None))

    app.jinja_env.globals["admin_menu"] = menu
