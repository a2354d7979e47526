"""Pure rules of the timetable."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.timetable.rules import (
    Call,
    call_faults,
    distance_m,
    fingerprint,
    fold,
    local_day,
    parse_gtfs_date,
    parse_gtfs_time,
    service_day_origin,
)

BUCHAREST = ZoneInfo("Europe/Bucharest")
ZONES = st.sampled_from(
    [
        "Europe/Bucharest",
        "America/New_York",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "UTC",
    ]
).map(ZoneInfo)
DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
POSITIONS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
A, B, C = (UUID(int=n) for n in (1, 2, 3))


@pytest.mark.parametrize(
    "typed", ["Timişoara", "Timișoara", "TIMISOARA", "timisoara ", "  Timi\u0073\u0326oara", "Timişoara."]
)
def test_a_name_is_found_however_it_is_typed(typed: str) -> None:
    assert fold(typed) == "timisoara"


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Gießen", "giessen"),
        ("Apen/Remels, Autohof", "apen remels autohof"),
        ("Łódź Fabryczna", "lodz fabryczna"),
        ("Tromsø", "tromso"),
        ("İstanbul", "istanbul"),
        ("Iğdır", "igdir"),
        ("Saint-Jean-d'Angély", "saint jean d angely"),
        ("100%_sicher", "100 sicher"),
        ("宮古", "宮古"),
        ("", ""),
        ("…!", ""),
    ],
)
def test_folding(name: str, folded: str) -> None:
    assert fold(name) == folded


@given(st.text())
def test_folding_twice_is_folding_once_and_leaves_letters_and_digits(name: str) -> None:
    once = fold(name)
    assert fold(once) == once
    assert len(once) <= 300
    assert all(c.isalnum() or c == " " for c in once)
    assert "  " not in once
    assert once == once.strip()


@given(st.integers(0, 999), st.integers(0, 59), st.integers(0, 59))
def test_gtfs_times_may_pass_midnight_by_days(hours: int, minutes: int, seconds: int) -> None:
    assert parse_gtfs_time(f"{hours}:{minutes:02}:{seconds:02}") == hours * 3600 + minutes * 60 + seconds


@pytest.mark.parametrize(
    "wrong", ["", "8:00", "08:60:00", "08:00:61", "-1:00:00", "1000:00:00", "٠٨:٠٠:٠٠", "8:00:00pm"]
)
def test_other_texts_are_no_times(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        parse_gtfs_time(wrong)


@pytest.mark.parametrize("wrong", ["", "2026-01-01", "20260230", "2026011", "٢٠٢٦٠١٠١"])
def test_other_texts_are_no_dates(wrong: str) -> None:
    with pytest.raises(ValueError):
        parse_gtfs_date(wrong)


@given(DAYS, ZONES)
def test_twelve_hours_after_its_origin_a_service_day_has_noon(day: date, zone: ZoneInfo) -> None:
    noon = (service_day_origin(day, zone) + timedelta(hours=12)).astimezone(zone)
    assert (noon.date(), noon.hour, noon.minute) == (day, 12, 0)


def test_on_the_days_when_clocks_change_the_service_day_does_not_begin_at_midnight() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert service_day_origin(spring, BUCHAREST) == datetime(
        2026, 3, 28, 21, tzinfo=UTC
    )  # 23:00 the day before
    assert service_day_origin(autumn, BUCHAREST) == datetime(2026, 10, 24, 22, tzinfo=UTC)  # 01:00 of the day
    for day in (spring, autumn):
        at_eight = service_day_origin(day, BUCHAREST) + timedelta(seconds=parse_gtfs_time("08:00:00"))
        assert at_eight.astimezone(BUCHAREST).hour == 8


@given(DAYS, ZONES)
def test_a_local_day_touches_the_next_and_lasts_about_a_day(day: date, zone: ZoneInfo) -> None:
    begin, end = local_day(day, zone)
    assert local_day(day + timedelta(days=1), zone)[0] == end
    assert timedelta(hours=22) < end - begin < timedelta(hours=26)


def test_a_local_day_has_23_or_25_hours_when_clocks_change() -> None:
    lengths = [
        end - begin for begin, end in (local_day(date(2026, m, d), BUCHAREST) for m, d in ((3, 29), (10, 25)))
    ]
    assert lengths == [timedelta(hours=23), timedelta(hours=25)]


def test_a_known_distance() -> None:
    bucharest, brasov = (44.4268, 26.1025), (45.6427, 25.5887)
    assert distance_m(bucharest, brasov) == pytest.approx(141_200, abs=1500)


@given(POSITIONS, POSITIONS)
def test_distances_are_symmetric_and_at_most_half_the_globe(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    assert distance_m(a, b) == distance_m(b, a) >= 0
    assert distance_m(a, b) <= 20_016_000
    assert distance_m(a, a) == 0


CALLS = (Call(A, 0, 0, alighting=False), Call(B, 60, 90), Call(C, 180, 180, boarding=False))


def test_a_fingerprint_tells_patterns_apart_by_everything_that_is_sold() -> None:
    others = [
        ([CALLS[0], CALLS[2]], None),
        ([CALLS[0], Call(B, 60, 91), CALLS[2]], None),
        ([CALLS[0], Call(B, 60, 90, boarding=False), CALLS[2]], None),
        ([CALLS[0], Call(B, 60, 90, on_request=True), CALLS[2]], None),
        ([CALLS[0], Call(B, 60, 90, distance_m=5), CALLS[2]], None),
        (list(CALLS), "Corby"),
    ]
    marks = {fingerprint(calls, headsign) for calls, headsign in others}
    assert len(marks) == len(others)
    assert fingerprint(CALLS, None) not in marks
    assert fingerprint(list(CALLS), None) == fingerprint(CALLS, None)


@pytest.mark.parametrize(
    ("calls", "fault"),
    [
        ([CALLS[0]], "at least two stops"),
        ([Call(A, 0, 5), CALLS[2]], "which is 0"),
        ([CALLS[0], Call(B, 60, 50), CALLS[2]], "Stop 2 is left before"),
        ([CALLS[0], Call(B, 60, 200), CALLS[2]], "Stop 3 is reached before"),
        ([Call(A, 0, 0, boarding=False), CALLS[2]], "Nobody could get on"),
    ],
)
def test_what_is_no_pattern_is_said_in_a_sentence(calls: list[Call], fault: str) -> None:
    assert any(fault in sentence for sentence in call_faults(calls))


def test_a_pattern_may_call_twice_at_a_place() -> None:
    assert call_faults([Call(A, 0, 0), Call(B, 60, 60), Call(A, 120, 120)]) == []
