"""Which days of a feed are brought in."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from core.timetable.gtfs.calendars import LONGEST, feed_range, weeks_to_today
from core.timetable.gtfs.feed import Feed
from core.timetable.gtfs.findings import Findings

DEFAULT_DAYS = 60


@dataclass(frozen=True, slots=True)
class Options:
    """How to import. `feed_code` names the feed for good: importing under the same code updates what it brought."""

    feed_code: str
    first: date | None = None
    days: int | None = None
    shift_to_today: bool = False
    currency: str | None = None

    def as_json(self) -> dict[str, object]:
        """As kept in the record of an import."""
        return {
            "feed": self.feed_code, "from": self.first.isoformat() if self.first else None, "days": self.days,
            "shift_to_today": self.shift_to_today, "currency": self.currency,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Window:
    """The days to bring in, both included, and by how many weeks the feed is moved. `asked_last` is the last day asked
    for: what an earlier edition had between `last` and it has gone from the feed.
    """

    first: date
    last: date
    asked_last: date
    weeks: int = 0

    @property
    def days(self) -> int:
        """How many days, 0 when none."""
        return max(0, (self.last - self.first).days + 1)


def choose_window(
    feed: Feed, trips: Counter[str], options: Options, today: date, findings: Findings
) -> Window:
    """From the wanted day (today, if none is named) for the wanted days (60), as far as the feed goes.

    `trips` counts the usable trips of each service.
    """
    days = max(1, min(options.days or DEFAULT_DAYS, LONGEST))
    weeks = weeks_to_today(feed, trips, today, days) if options.shift_to_today else 0
    begin = options.first or today
    span = feed_range(feed, trips)
    if span is None:
        findings.note("never_runs", "No service of this feed runs on any day.", "calendar.txt")
        return Window(begin, begin - timedelta(days=1), begin, weeks)
    first, last = (day + timedelta(weeks=weeks) for day in span)
    asked_last = begin + timedelta(days=days - 1)
    window = Window(max(begin, first), min(asked_last, last), asked_last, weeks)
    if not window.days:
        findings.note(
            "outside",
            f"The feed runs from {first} to {last}, which is outside of the days asked for ({begin} and {days - 1} "
            "days after): no departure came in. Name a day with --from, or move the feed with --shift-to-today.",
            "calendar.txt",
        )
        return Window(begin, begin - timedelta(days=1), begin, weeks)
    return window
