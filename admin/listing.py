"""Lists: what a view says about its columns and filters, and the address parameters read without trusting them.

A list never counts its rows: it reads one page and one row more, to know whether there is a next page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select
from werkzeug.datastructures import MultiDict

from admin.formats import zone

PAGE_SIZE = 50
#: Further back than this nobody leafs: filters find it, and the database need not walk there.
LAST_PAGE = 199
_LONGEST = 100

Choices = Callable[[], Sequence[tuple[str, str]]]
Apply = Callable[[Select[Any], str], Select[Any]]


class BadFilter(ValueError):
    """A filter's value cannot be read; the message says so in the user's words."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: how a row shows in it, and the indexed database column that it may be sorted by."""

    name: str
    label: Any
    show: Callable[[Any], Any]
    sort: Any = None
    align: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of the bar above a list. `kind` is select (with choices), date or text."""

    key: str
    label: Any
    apply: Apply
    kind: str = "select"
    choices: Choices | None = None


@dataclass(slots=True)
class ListArgs:
    """What the address asks for, made harmless. `problems` are sentences about what could not be read."""

    page: int = 0
    sort: str = ""
    descending: bool = False
    search: str = ""
    filters: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def url(self, endpoint: str, **changed: Any) -> str:
        """The list's address with some of these changed; empty values are left out."""
        values: dict[str, Any] = {"q": self.search, **self.filters, "sort": self.sort, "page": self.page}
        values["desc"] = 1 if self.descending else None
        values.update(changed)
        return url_for(endpoint, **{key: value for key, value in values.items() if value})


def read_args(given: MultiDict[str, str], columns: Sequence[Column], filters: Sequence[Filter]) -> ListArgs:
    """Read an address. Whatever makes no sense falls back to the default; nothing raises."""
    sortable = {column.name for column in columns if column.sort is not None}
    args = ListArgs(page=_page(given.get("page")), search=tidy(given.get("q")))
    args.sort = given.get("sort", "") if given.get("sort") in sortable else ""
    args.descending = bool(args.sort) and given.get("desc") == "1"
    for each in filters:
        value = tidy(given.get(each.key))
        if value:
            args.filters[each.key] = value
    return args


def narrowed(statement: Select[Any], args: ListArgs, filters: Sequence[Filter]) -> Select[Any]:
    """Apply the filters that were given; one that cannot be read is noted in `args.problems` and left out."""
    for each in filters:
        value = args.filters.get(each.key)
        if not value:
            continue
        try:
            statement = each.apply(statement, value)
        except BadFilter as fault:
            args.problems.append(f"{each.label}: {fault}")
    return statement


def tidy(value: str | None) -> str:
    """One line of at most 100 characters that the database can hold."""
    return " ".join((value or "").replace("\x00", "").split())[:_LONGEST]


def _page(value: str | None) -> int:
    if value is None or not value.isascii() or not value.isdigit() or len(value) > 6:
        return 0
    return min(int(value), LAST_PAGE)


# -- ready-made filters -------------------------------------------------------------------------------


def equals(key: str, label: Any, column: Any, choices: Choices) -> Filter:
    """One of the values that `choices` names."""

    def apply(statement: Select[Any], value: str) -> Select[Any]:
        if value not in {code for code, _word in choices()}:
            raise BadFilter(_("there is no such choice."))
        return statement.where(column == value)

    return Filter(key, label, apply, choices=choices)


def references(key: str, label: Any, column: Any, choices: Choices) -> Filter:
    """The row that a UUID names; ids that nobody listed are simply not found."""

    def apply(statement: Select[Any], value: str) -> Select[Any]:
        found = as_uuid(value)
        if found is None:
            raise BadFilter(_("there is no such choice."))
        return statement.where(column == found)

    return Filter(key, label, apply, choices=choices)


def yes_or_no(key: str, label: Any, column: Any, choices: Choices) -> Filter:
    """Whether a flag is set; the choices are yes and no."""

    def apply(statement: Select[Any], value: str) -> Select[Any]:
        if value not in {"yes", "no"}:
            raise BadFilter(_("there is no such choice."))
        return statement.where(column.is_(value == "yes"))

    return Filter(key, label, apply, choices=choices)


def on_day(key: str, label: Any, column: Any) -> Filter:
    """A day on the office's calendar."""

    def apply(statement: Select[Any], value: str) -> Select[Any]:
        begin = start_of(as_date(value))
        return statement.where(column >= begin, column < begin + timedelta(days=1))

    return Filter(key, label, apply, kind="date")


def since(key: str, label: Any, column: Any) -> Filter:
    """From a day on."""
    return Filter(key, label, lambda s, value: s.where(column >= start_of(as_date(value))), kind="date")


def until(key: str, label: Any, column: Any) -> Filter:
    """Up to and with a day."""
    end = timedelta(days=1)
    return Filter(key, label, lambda s, value: s.where(column < start_of(as_date(value)) + end), kind="date")


def as_uuid(value: str | None) -> UUID | None:
    """The UUID that a text names, or None."""
    try:
        return UUID(value or "")
    except ValueError:
        return None


def as_date(value: str) -> date:
    """A day between 1970 and 2199. Raises BadFilter for anything else."""
    try:
        found = date.fromisoformat(value)
    except ValueError:
        raise BadFilter(_("please give a day such as 2026-11-20.")) from None
    if not 1970 <= found.year < 2200:
        raise BadFilter(_("please give a day such as 2026-11-20."))
    return found


def start_of(day: date) -> datetime:
    """Midnight at the beginning of a day in the office's time zone."""
    return datetime.combine(day, time(), zone())
