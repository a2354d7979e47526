"""Reads calendar.txt and calendar_dates.txt, and says on which dates a service runs."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from core.timetable.gtfs.feed import Feed, Weekdays
from core.timetable.gtfs.fields import Fields
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.reader import Source

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: A feed that claims to run for longer is looked at for this long only: ten years.
LONGEST = 3660


def read_calendars(source: Source, feed: Feed, findings: Findings) -> None:
    """Both calendar files; one of them must be there."""
    if not source.has("calendar.txt") and not source.has("calendar_dates.txt"):
        findings.fatal(
            "missing_file", "The feed has neither calendar.txt nor calendar_dates.txt.", "calendar.txt"
        )
        return
    if source.has("calendar.txt"):
        _read_weekdays(source, feed, findings)
    if source.has("calendar_dates.txt"):
        _read_exceptions(source, feed, findings)


def _read_weekdays(source: Source, feed: Feed, findings: Findings) -> None:
    fields = Fields(findings, "calendar.txt")
    for row in source.rows("calendar.txt", ("service_id", *_DAYS, "start_date", "end_date")):
        service = row.get("service_id")
        if service in feed.weekdays:
            findings.fatal(
                "repeated_id", f"The service {service!r} is there twice.", fields.file, row.line, "service_id"
            )
            continue
        days = tuple(bool(fields.number(row, day, (0, 1), 0)) for day in _DAYS)
        first, last = fields.day(row, "start_date"), fields.day(row, "end_date")
        if first and last:
            if last < first:
                findings.note(
                    "ends_before_start", "The service ends before it starts.", fields.file, row.line
                )
            feed.weekdays[service] = Weekdays(days, first, last)


def _read_exceptions(source: Source, feed: Feed, findings: Findings) -> None:
    fields = Fields(findings, "calendar_dates.txt")
    for row in source.rows("calendar_dates.txt", ("service_id", "date", "exception_type")):
        day = fields.day(row, "date")
        kind = row.get("exception_type")
        if kind not in ("1", "2"):
            findings.skip(
                "bad_value", f"{kind!r} is neither 1 (runs) nor 2 (does not run).", fields.file, row.line,
                "exception_type",
            )  # fmt: skip
        elif day:
            feed.exceptions.setdefault(row.get("service_id"), {})[day] = kind == "1"


class ServiceDays:
    """On which dates the services of a feed run, moved by whole weeks."""

    def __init__(self, feed: Feed, weeks: int = 0) -> None:
        self._feed = feed
        self._shift = timedelta(weeks=weeks)

    def dates(self, service: str, first: date, last: date) -> Iterator[date]:
        """The (moved) dates from first to last, both included, on which a service runs, in order."""
        for day in days_between(first, last):
            if self._runs(service, day - self._shift):
                yield day

    def _runs(self, service: str, day: date) -> bool:
        exception = self._feed.exceptions.get(service, {}).get(day)
        if exception is not None:
            return exception
        week = self._feed.weekdays.get(service)
        return week is not None and week.first <= day <= week.last and week.days[day.weekday()]


def feed_range(feed: Feed, services: Iterable[str]) -> tuple[date, date] | None:
    """The first and last date that the calendars of these services speak of; None when they never run."""
    ends: list[date] = []
    for service in services:
        week = feed.weekdays.get(service)
        if week and any(week.days) and week.first <= week.last:
            ends += [week.first, week.last]
        ends += [day for day, runs in feed.exceptions.get(service, {}).items() if runs]
    return (min(ends), max(ends)) if ends else None


def weeks_to_today(feed: Feed, trips: Counter[str], today: date, days: int) -> int:
    """By how many whole weeks to move a feed so that its timetable is in force for `days` from today.

    `trips` counts the trips of each service. Of the moves that bring nearly as many departures as the best one, the
    smallest is taken, so that a feed of today stays where it is. 0 when the feed never runs.
    """
    span = feed_range(feed, trips)
    if span is None:
        return 0
    first, last = max(span[0], span[1] - timedelta(days=LONGEST)), span[1]
    service_days = ServiceDays(feed)
    by_day: Counter[date] = Counter()
    for service, number in trips.items():
        for day in service_days.dates(service, first, last):
            by_day[day] += number
    # From the week before the feed begins, as a feed of a few days may have none on this weekday.
    begins = [
        today - timedelta(weeks=w) for w in range((today - last).days // 7, (today - first).days // 7 + 2)
    ]
    totals = {begin: sum(by_day[begin + timedelta(days=n)] for n in range(days)) for begin in begins}
    good = [begin for begin, total in totals.items() if total * 20 >= max(totals.values()) * 19]
    return (today - min(good, key=lambda begin: abs((today - begin).days))).days // 7


def days_between(first: date, last: date) -> Iterator[date]:
    """Every date from first to last, both included; none when last is earlier."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
