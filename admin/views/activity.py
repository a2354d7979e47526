"""The activity log: who did what to which thing, with before and after beside each other."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from admin import formats
from admin.base_views import StaffList
from admin.listing import Column, Filter, since, until
from core.kernel.activity import ActivityEntry

_KINDS = (
    "reservation", "booking", "payment", "refund", "ticket", "message", "schedule", "operator", "policy", "place", "route",
    "vehicle", "layout", "tariff", "fare", "seat_charge", "passenger_fare", "kiosk", "user", "api_key",
)  # fmt: skip


def _kinds() -> list[tuple[str, str]]:
    return [(kind, formats.words(kind)) for kind in _KINDS]


def _who(statement: Select[Any], value: str) -> Select[Any]:
    return statement.where((ActivityEntry.actor_id == value) | (ActivityEntry.actor_label == value))


def _what(statement: Select[Any], value: str) -> Select[Any]:
    wanted = value.lower().replace(" ", ".", 1) if "." not in value else value.lower()
    return statement.where(ActivityEntry.action == wanted)


class Activity(StaffList):
    """Newest first; nothing in it can be changed."""

    permission = "activity.read"
    list_template = "admin/activity.html"
    by_time = True
    lead = _l("Every deed, as it was done. Names, contacts and documents of people are not kept in it.")
    order = (ActivityEntry.id.desc(),)
    columns: ClassVar = [
        Column("at", _l("When"), lambda e: formats.exactly(e.at), align="tight"),
        Column("who", _l("Who"), lambda e: e.actor_label),
        Column("action", _l("What"), lambda e: formats.words(e.action.replace(".", " "))),
        Column("subject", _l("Thing"), lambda e: e.subject_kind),
        Column("reason", _l("Why"), lambda e: e.reason or ""),
    ]
    filters: ClassVar = [
        Filter("who", _l("Who (name or id)"), _who, kind="text"),
        Filter("what", _l("What"), _what, kind="text"),
        Filter(
            "kind", _l("Thing"), lambda s, value: s.where(ActivityEntry.subject_kind == value), choices=_kinds
        ),
        Filter(
            "subject", _l("Its id"), lambda s, value: s.where(ActivityEntry.subject_id == value), kind="text"
        ),
        since("from", _l("From"), ActivityEntry.at),
        until("to", _l("To"), ActivityEntry.at),
    ]

    def list_extras(self) -> dict[str, Any]:
        return {"changes": changes}


def changes(entry: ActivityEntry) -> list[tuple[str, str | None, str | None]]:
    """What became different: name, before, after; None where there was nothing on that side."""
    before, after = entry.before or {}, entry.after or {}
    names = [*before, *(name for name in after if name not in before)]
    found = [(name, _plain(before, name), _plain(after, name)) for name in names]
    return [(name, was, became) for name, was, became in found if was != became]


def _plain(values: dict[str, Any], name: str) -> str | None:
    if name not in values:
        return None
    value = values[name]
    return "–" if value is None else str(value)


def statement_of(subject_kind: str, subject_id: Any) -> Select[Any]:
    """The entries about one thing, newest first."""
    return (
        select(ActivityEntry)
        .where(ActivityEntry.subject_kind == subject_kind, ActivityEntry.subject_id == str(subject_id))
        .order_by(ActivityEntry.id.desc())
    )
