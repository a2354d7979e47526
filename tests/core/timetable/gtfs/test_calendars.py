"""On which dates a service runs, and how a feed is moved to today."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.timetable.gtfs.calendars import ServiceDays, feed_range, weeks_to_today
from core.timetable.gtfs.feed import Feed, Weekdays
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.window import Options, choose_window

MONDAY = date(2026, 1, 5)
WORKDAYS = (True,) * 5 + (False,) * 2


def feed(first: date = MONDAY, days: int = 28) -> Feed:
    return Feed(weekdays={"W": Weekdays(WORKDAYS, first, first + timedelta(days=days - 1))})


def dates(service_days: ServiceDays, service: str, first: date, days: int) -> list[int]:
    return [d.day for d in service_days.dates(service, first, first + timedelta(days=days - 1))]


def test_weekdays_within_the_range() -> None:
    assert dates(ServiceDays(feed(days=9)), "W", date(2026, 1, 1), 31) == [5, 6, 7, 8, 9, 12, 13]


def test_dates_add_and_take_away() -> None:
    bent = feed(days=7)
    bent.exceptions = {"W": {date(2026, 1, 6): False, date(2026, 1, 10): True, date(2026, 2, 1): True}}
    assert dates(ServiceDays(bent), "W", MONDAY, 31) == [5, 7, 8, 9, 10, 1]


def test_a_service_may_be_made_of_dates_alone() -> None:
    only = Feed(exceptions={"X": {MONDAY: True}})
    assert dates(ServiceDays(only), "X", MONDAY, 7) == [5]
    assert feed_range(only, ["X"]) == (MONDAY, MONDAY)


def test_a_service_that_only_takes_away_never_runs() -> None:
    assert feed_range(Feed(exceptions={"X": {MONDAY: False}}), ["X"]) is None


@given(st.integers(-2000, 2000))
def test_a_moved_feed_keeps_its_weekdays(weeks: int) -> None:
    moved = ServiceDays(feed(), weeks)
    first = MONDAY + timedelta(weeks=weeks)
    assert [d.weekday() for d in moved.dates("W", first, first + timedelta(days=6))] == [0, 1, 2, 3, 4]


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 40))
def test_an_old_feed_is_moved_so_that_it_runs_from_today(today: date, days: int) -> None:
    old = feed(days=90)
    weeks = weeks_to_today(old, Counter({"W": 3}), today, days)
    runs = list(ServiceDays(old, weeks).dates("W", today, today + timedelta(days=days - 1)))
    expected = [d for d in (today + timedelta(days=n) for n in range(days)) if d.weekday() < 5]
    assert len(runs) >= len(expected) * 0.95


def test_a_feed_that_runs_today_stays_where_it_is() -> None:
    assert weeks_to_today(feed(days=90), Counter({"W": 1}), MONDAY + timedelta(days=10), 30) == 0


def test_a_feed_about_to_end_is_moved_back_by_whole_weeks() -> None:
    today = MONDAY + timedelta(days=85)
    assert weeks_to_today(feed(days=90), Counter({"W": 1}), today, 30) > 0


def window(options: Options, first: date = MONDAY, days: int = 28) -> tuple[date, int, list[str]]:
    findings = Findings()
    chosen = choose_window(feed(first, days), Counter({"W": 1}), options, MONDAY, findings)
    return chosen.first, chosen.days, [finding.code for finding in findings.kept]


def test_by_default_sixty_days_from_today_come_in_or_the_whole_feed_if_it_is_shorter() -> None:
    assert window(Options("f"), days=365) == (MONDAY, 60, [])
    assert window(Options("f")) == (MONDAY, 28, [])


def test_a_day_and_a_number_of_days_can_be_named() -> None:
    assert window(Options("f", first=date(2026, 1, 20), days=3)) == (date(2026, 1, 20), 3, [])


def test_a_feed_of_another_time_says_what_to_do() -> None:
    assert window(Options("f"), first=date(2014, 1, 6)) == (MONDAY, 0, ["outside"])
    assert window(Options("f", shift_to_today=True), first=date(2014, 1, 6))[1] > 0


def test_dates_at_the_edge_of_the_calendar_do_no_harm() -> None:
    _, days, _ = window(Options("f", first=date(2190, 1, 1), days=3660), first=date(2199, 12, 1), days=31)
    assert 0 <= days <= 31
