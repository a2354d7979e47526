"""Choices that filters and forms offer, read fresh each time they are shown."""

from collections.abc import Callable
from enum import StrEnum

from sqlalchemy import select

from admin.formats import words
from core.kernel.db import db
from core.reporting.office import staffed_stations
from core.timetable.models import Layout, Operator, Route, Vehicle

Choices = list[tuple[str, str]]


def word_choices(values: type[StrEnum]) -> Callable[[], Choices]:
    """The words of an enum."""
    found = [(word.value, words(word.value)) for word in values]
    return lambda: found


def operator_choices() -> Choices:
    """All operators, also those that no longer sell: old rows belong to them."""
    rows = db.session.execute(select(Operator.id, Operator.name).order_by(Operator.name))
    return [(str(row.id), row.name) for row in rows]


def active_operator_choices() -> Choices:
    """Operators that sell."""
    rows = db.session.execute(
        select(Operator.id, Operator.name).where(Operator.active).order_by(Operator.name)
    )
    return [(str(row.id), row.name) for row in rows]


def station_choices() -> Choices:
    """Stations where this office has a kiosk or staff."""
    return [(str(place), name) for place, name, _zone in staffed_stations()]


def route_choices(limit: int = 2000) -> Choices:
    """Active routes with their operator's code."""
    rows = db.session.execute(
        select(Route.id, Route.code, Route.name, Operator.name.label("operator"))
        .join(Operator, Operator.id == Route.operator_id)
        .where(Route.active)
        .order_by(Operator.name, Route.name)
        .limit(limit)
    )
    return [(str(row.id), f"{row.name} · {row.operator}"[:120]) for row in rows]


def layout_choices() -> Choices:
    """Layouts that can be given to a vehicle."""
    rows = db.session.execute(
        select(Layout.id, Layout.name, Layout.version)
        .where(Layout.active)
        .order_by(Layout.name, Layout.version.desc())
    )
    return [(str(row.id), f"{row.name} (v{row.version})") for row in rows]


def vehicle_choices() -> Choices:
    """Active vehicles with their operator."""
    rows = db.session.execute(
        select(Vehicle.id, Vehicle.number, Operator.name.label("operator"))
        .join(Operator, Operator.id == Vehicle.operator_id)
        .where(Vehicle.active)
        .order_by(Operator.name, Vehicle.number)
    )
    return [(str(row.id), f"{row.number} · {row.operator}") for row in rows]


def active_choices() -> Choices:
    """For the filter of things that are deactivated and never deleted."""
    from flask_babel import gettext as _

    return [("yes", _("active")), ("no", _("inactive"))]
