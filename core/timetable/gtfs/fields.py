"""Cells of a feed to values: what is wrong with one becomes a finding, never an exception."""

import math
import re
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.reader import Row
from core.timetable.rules import parse_gtfs_date, parse_gtfs_time

#: Nothing before or after these days is looked at; both are far from where arithmetic on dates ends.
FIRST_DAY, LAST_DAY = date(1970, 1, 5), date(2199, 12, 31)
_COLOR = re.compile(r"[0-9A-Fa-f]{6}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


class Fields:
    """The cells of one file, with the findings that they give rise to."""

    def __init__(self, findings: Findings, file: str) -> None:
        self.findings = findings
        self.file = file

    def text(self, row: Row, column: str, most: int) -> str:
        """The cell on one line, without control characters, at most `most` characters (a longer one is noted)."""
        plain = " ".join(_CONTROL.sub(" ", row.get(column)).split())
        if len(plain) > most:
            self.findings.note(
                "too_long", f"The text was cut to {most} characters.", self.file, row.line, column
            )
        return plain[:most].rstrip()

    def optional(self, row: Row, column: str, most: int) -> str | None:
        """Like `text`, None when blank."""
        return self.text(row, column, most) or None

    def web_address(self, row: Row, column: str) -> str | None:
        """An http(s) address, or None; anything else (such as a script) is noted and dropped."""
        value = self.text(row, column, 300)
        if value and not re.match(r"https?://[^\s]+$", value, re.IGNORECASE):
            self._note(row, column, "bad_url", f"{value!r} is not a web address and was left out.")
            return None
        return value or None

    def number(self, row: Row, column: str, words: tuple[int, ...], default: int) -> int:
        """One of the numbers that the reference lists; blank or odd (noted) is the default."""
        value = row.get(column)
        if value == "":
            return default
        if value.isascii() and value.isdigit() and len(value) <= 4 and int(value) in words:
            return int(value)
        self._note(row, column, "bad_value", f"{value!r} is not a value of this field; {default} is meant.")
        return default

    def whole(self, row: Row, column: str) -> int | None:
        """A whole number of at least 0 (at most 9 digits), None when it is not one; the caller says what follows."""
        value = row.get(column)
        return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else None

    def decimal(self, row: Row, column: str, low: float, high: float) -> float | None:
        """A number between two bounds; blank is None, an odd one is noted and None."""
        value = row.get(column)
        if value == "":
            return None
        try:
            found = float(value)
        except ValueError:
            found = math.nan
        if low <= found <= high:
            return found
        self._note(
            row, column, "bad_number", f"{value!r} is not a number from {low:g} to {high:g}; it was left out."
        )
        return None

    def zone(self, row: Row, column: str) -> ZoneInfo | None:
        """A time zone. Blank is None; an unknown one is fatal, because every time would be wrong."""
        value = row.get(column)
        found = _zone(value) if value else None
        if value and found is None:
            self.findings.fatal(
                "bad_timezone", f"{value!r} is not a time zone of the IANA list.", self.file, row.line, column
            )
        return found

    def color(self, row: Row, column: str) -> str | None:
        """Six hexadecimal digits, or None."""
        value = row.get(column)
        return value.upper() if _COLOR.fullmatch(value) else None

    def day(self, row: Row, column: str) -> date | None:
        """A date; an unreadable one is fatal, because nobody knows then when the service runs.

        Feeds write 99991231 for "until further notice": days beyond `LAST_DAY` mean that one.
        """
        try:
            return min(max(parse_gtfs_date(row.get(column)), FIRST_DAY), LAST_DAY)
        except ValueError:
            message = f"{row.get(column)!r} is not a date such as 20260131."
            self.findings.fatal("bad_date", message, self.file, row.line, column)
            return None

    def seconds(self, row: Row, column: str) -> int | None:
        """A time in seconds of the service day. Raises ValueError when it is not blank and not a time."""
        value = row.get(column)
        return parse_gtfs_time(value) if value else None

    def _note(self, row: Row, column: str, code: str, message: str) -> None:
        self.findings.note(code, message, self.file, row.line, column)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # malformed, a folder, not in the list
        return None
