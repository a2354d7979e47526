"""Stop times become patterns: blanks filled, rules of getting on and off, nonsense left out with its reason."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.timetable.gtfs.feed import Agency, Feed, Line, Stop, StopTime, Trip
from core.timetable.gtfs.patterns import Unusable, fill_times, plan_trip

TRIP = Trip("T", "R", "D", None, None, 2)
HOUR = 3600


def feed(*longitudes: float | None) -> Feed:
    """A feed with stops 0, 1, 2 ... on one parallel."""
    stops = {
        str(n): Stop(str(n), f"Stop {n}", "stop", 45.0, longitude, "UTC")
        for n, longitude in enumerate(longitudes or (25.0, 25.1, 25.2, 25.3, 25.4))
    }
    agency = Agency("A", "Aurora", ZoneInfo("UTC"), None, None, None, None)
    return Feed({"A": agency}, stops, {"R": Line("R", "A", "R", 3, None)})


def call(stop: int, arrival: int | None, departure: int | None = None, **more: object) -> StopTime:
    st_time = StopTime(
        str(stop), stop, arrival, arrival if departure is None else departure, 0, 0, None, None, 10 + stop
    )
    return replace(st_time, **more)


def test_offsets_count_from_the_first_departure() -> None:
    plan = plan_trip(
        TRIP, [call(0, 7 * HOUR, 8 * HOUR), call(1, 9 * HOUR, 9 * HOUR + 60), call(2, 30 * HOUR)], feed()
    )
    assert plan.start == 8 * HOUR
    assert [(c.arrival_offset, c.departure_offset) for c in plan.calls] == [
        (0, 0),
        (HOUR, HOUR + 60),
        (22 * HOUR, 22 * HOUR),
    ]


def test_nobody_gets_off_at_the_first_stop_or_on_at_the_last() -> None:
    plan = plan_trip(TRIP, [call(0, 0), call(1, 60, pickup=1), call(2, 90, drop_off=3), call(3, 120)], feed())
    assert [(c.boarding, c.alighting, c.on_request) for c in plan.calls] == [
        (True, False, False), (False, True, False), (True, True, True), (False, True, False),
    ]  # fmt: skip


def test_a_first_arrival_that_is_blank_is_the_departure() -> None:
    plan = plan_trip(
        TRIP, [replace(call(0, 100), arrival=None), replace(call(1, 200), departure=None)], feed()
    )
    assert (plan.start, plan.calls[1].arrival_offset) == (100, 100)


def test_blank_times_between_are_filled_by_distance() -> None:
    stops = feed(25.0, 25.3, 25.4)
    plan = plan_trip(TRIP, [call(0, 0), call(1, None), call(2, 400)], stops)
    assert plan.calls[1].arrival_offset == 300


def test_blank_times_are_filled_by_shape_distance_where_there_is_one() -> None:
    times = [call(0, 0, distance=0.0), call(1, None, distance=8.0), call(2, 100, distance=10.0)]
    assert fill_times(times, [0, 1, 100]) == [(0, 0), (80, 80), (100, 100)]


def test_blank_times_are_filled_evenly_where_nothing_else_is_known() -> None:
    plan = plan_trip(
        TRIP, [call(0, 0), call(1, None), call(2, None), call(3, 90)], feed(25.0, None, 25.2, 25.3)
    )
    assert [c.arrival_offset for c in plan.calls] == [0, 30, 60, 90]
    assert [c.distance_m for c in plan.calls] == [None] * 4


def test_a_place_may_be_called_at_twice() -> None:
    ring = [call(0, 0), call(1, 60), replace(call(2, 120), stop_id="0")]
    assert [c.stop_id for c in plan_trip(TRIP, ring, feed()).calls] == ["0", "1", "0"]


@pytest.mark.parametrize(
    ("times", "code"),
    [
        ([], "too_few_stops"),
        ([call(0, 0)], "too_few_stops"),
        ([call(0, None), call(1, 60)], "no_end_time"),
        ([call(0, 0), call(1, None)], "no_end_time"),
        ([call(0, 100), call(1, 60)], "times_decrease"),
        ([call(0, 0), call(1, 60, 50), call(2, 90)], "times_decrease"),
        ([call(0, 0), call(1, 32 * 24 * HOUR)], "too_long"),
        ([call(0, 0, pickup=1), call(1, 60)], "nobody_rides"),
        ([call(0, 0), call(1, 60, drop_off=1)], "nobody_rides"),
    ],
)
def test_what_cannot_be_sold_is_left_out_with_its_reason(times: list[StopTime], code: str) -> None:
    with pytest.raises(Unusable) as caught:
        plan_trip(TRIP, times, feed())
    assert caught.value.code == code


@given(st.lists(st.one_of(st.none(), st.integers(0, 10_000)), min_size=2, max_size=5))
def test_filled_times_never_go_back_when_the_known_ones_do_not(moments: list[int | None]) -> None:
    known = sorted(moment for moment in moments if moment is not None)
    rising = iter(known)
    times = [call(n, None if moment is None else next(rising)) for n, moment in enumerate(moments)]
    times[0] = call(0, known[0] if known else 0)
    times[-1] = call(len(times) - 1, known[-1] if known else 0)
    flat = [moment for pair in fill_times(times, None) for moment in pair]
    assert flat == sorted(flat)
