"""The stops and times of a line as people write them: rows of a form, clock times of one run, and back to offsets."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

from flask_admin.form import BaseForm
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field

from admin.fields import line, one_line, place_of, place_text
from core.kernel.errors import RuleBroken
from core.timetable.models import PatternStop
from core.timetable.service.network import MOST_STOPS, PlannedStop

#: 8:05, 08.05, 25:10, 8:05:30; on a keypad without a colon also 805 and 0805.
_CLOCK = re.compile(r"([0-9]{1,3})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?|([0-9]{1,2})([0-9]{2})")
_LEAST_ROWS = 2


@dataclass(slots=True)
class StopRow:
    """One row as it was typed. Neither the arrival of the first nor the departure of the last means anything."""

    place: str = ""
    arrival: str = ""
    departure: str = ""
    boarding: bool = True
    alighting: bool = True
    on_request: bool = False
    wrong: bool = False

    def __bool__(self) -> bool:
        return bool(self.place or self.arrival or self.departure)


class StopsField(Field):
    """Rows in the order of the page: `row` names each by a key, and its fields are called after that key, so that a
    browser moves a row without renaming anything. Rows with nothing in them are left out.
    """

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ARG002 - their signature
        self.process_errors: list[str] = []
        self.data = _typed_rows(formdata) if formdata else list(data or ())

    def shown(self) -> list[StopRow]:
        """The rows with empty ones after them, so that there is always a first and a last stop to fill in."""
        return [*self.data, *(StopRow() for _more in range(_LEAST_ROWS - len(self.data)))]


class PatternForm(BaseForm):
    headsign = line(
        _l("Headsign"), 200, required=False, help=_l("What stands on the front. Empty: the last stop.")
    )
    stops = StopsField(_l("Stops"))


def _typed_rows(formdata: Any) -> list[StopRow]:
    rows = (_typed_row(formdata, key) for key in dict.fromkeys(formdata.getlist("row")))
    return [row for row in rows if row]


def _typed_row(formdata: Any, key: str) -> StopRow:
    place, arrival, departure = (
        one_line(formdata.get(f"{name}-{key}")) or "" for name in ("place", "arrival", "departure")
    )
    on, off, asked = (f"{name}-{key}" in formdata for name in ("boarding", "alighting", "on_request"))
    return StopRow(place, arrival, departure, on, off, asked)


def rows_like(stops: Sequence[PatternStop], leaves: int) -> list[StopRow]:
    """The rows of a pattern's stops for a run that leaves the first `leaves` seconds after midnight."""
    last = len(stops) - 1
    return [
        StopRow(
            place=place_text(stop.place),
            arrival=clock_text(leaves + stop.arrival_offset) if n else "",
            departure=clock_text(leaves + stop.departure_offset) if n < last else "",
            # What a first or last stop does not do is no choice: it counts again once the row is moved.
            boarding=stop.boarding or n == last,
            alighting=stop.alighting or n == 0,
            on_request=stop.on_request,
        )
        for n, stop in enumerate(stops)
    ]


def planned_stops(rows: Sequence[StopRow]) -> list[PlannedStop]:
    """What the rows mean. Raises RuleBroken `invalid_stops` with one sentence, and marks the row that it is about."""
    if len(rows) < 2:
        _refuse(None, _("Please give at least two stops: the first and the last."))
    if len(rows) > MOST_STOPS:
        _refuse(None, _("Please give at most 1,000 stops."))
    known: dict[str, UUID | None] = {}
    start = _seconds(rows[0], 1, rows[0].departure)
    return [_planned(row, n, len(rows), start, known) for n, row in enumerate(rows, start=1)]


def _planned(row: StopRow, number: int, count: int, start: int, known: dict[str, UUID | None]) -> PlannedStop:
    if row.place not in known:
        known[row.place] = place_of(row.place)
    place = known[row.place]
    if place is None:
        _refuse(row, _("Stop %(number)s: please choose a place from the list.", number=number))
    arrival, departure = row.arrival or row.departure, row.departure or row.arrival
    if number == 1:
        arrival = row.departure
    elif number == count:
        arrival = departure = row.arrival
    arrives, leaves = (_seconds(row, number, text) - start for text in (arrival, departure))
    return PlannedStop(place, arrives, leaves, row.boarding, row.alighting, row.on_request)


def _seconds(row: StopRow, number: int, text: str) -> int:
    """Seconds after midnight of the day on which the first stop is left."""
    found = _CLOCK.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in _parts(found)) if found else (0, 60, 0)
    if minutes > 59 or seconds > 59:
        _refuse(row, _("Stop %(number)s: please give its time such as 08:05.", number=number))
    return hours * 3600 + minutes * 60 + seconds


def _parts(found: re.Match[str]) -> tuple[str | None, str | None, str | None]:
    hours, minutes, seconds, bare_hours, bare_minutes = found.groups()
    return hours or bare_hours, minutes or bare_minutes, seconds


def clock_text(seconds: int) -> str:
    """Seconds after midnight as 08:05 or, after another midnight, 25:10; with seconds only where there are some."""
    minutes, rest = divmod(seconds, 60)
    written = f"{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{written}:{rest:02d}" if rest else written


def _refuse(row: StopRow | None, words: str) -> NoReturn:
    if row is not None:
        row.wrong = True
    raise RuleBroken(words, code="invalid_stops", field="stops")
