"""Turns the stop times of a trip into a pattern: an ordered list of calls with offsets, and the start of the trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.timetable.gtfs.feed import Feed, StopTime, Trip
from core.timetable.gtfs.findings import Findings
from core.timetable.rules import distance_m

_NONE, _ON_REQUEST = 1, (2, 3)
#: Longer than any journey; what is longer is a fault of writing.
_LONGEST_SECONDS = 31 * 24 * 3600
_MOST_STOPS = 1000


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call of a pattern before its place has an id of ours. Offsets: seconds from the first departure."""

    stop_id: str
    arrival_offset: int
    departure_offset: int
    boarding: bool
    alighting: bool
    on_request: bool
    distance_m: int | None


@dataclass(frozen=True, slots=True)
class TripPlan:
    """A trip's pattern, and its first departure in seconds of the service day."""

    start: int
    headsign: str | None
    calls: tuple[PlannedCall, ...]


class Unusable(Exception):
    """The trip cannot be sold; says why, and where in stop_times.txt."""

    def __init__(self, code: str, reason: str, line: int = 0) -> None:
        self.code, self.reason, self.line = code, reason, line
        super().__init__(reason)


def plan_trips(feed: Feed, findings: Findings) -> dict[str, TripPlan]:
    """A plan for every trip that can be sold; the others are skipped with their reason."""
    plans: dict[str, TripPlan] = {}
    for trip in feed.trips.values():
        try:
            plans[trip.id] = plan_trip(trip, feed.stop_times.get(trip.id, []), feed)
        except Unusable as error:
            file, line = ("stop_times.txt", error.line) if error.line else ("trips.txt", trip.source_line)
            findings.skip(error.code, f"Trip {trip.id!r} {error.reason}: it is left out.", file, line)
    return plans


def plan_trip(trip: Trip, stop_times: Sequence[StopTime], feed: Feed) -> TripPlan:
    """The plan of one trip from its calls in order. Raises Unusable."""
    if len(stop_times) < 2:
        raise Unusable("too_few_stops", f"has {len(stop_times)} usable stops")
    if len(stop_times) > _MOST_STOPS:
        raise Unusable("too_many_stops", f"has {len(stop_times)} stops")
    along = _distances(stop_times, feed)
    times = fill_times(stop_times, along)
    _check_times(times, stop_times)
    start = times[0][1]
    metres_along: Sequence[int | None] = along or [None] * len(times)
    calls = tuple(
        _call(st, arrival - start, departure - start, metres, first=i == 0, last=i == len(times) - 1)
        for i, (st, (arrival, departure), metres) in enumerate(
            zip(stop_times, times, metres_along, strict=True)
        )
    )
    if not any(c.boarding for c in calls) or not any(c.alighting for c in calls):
        raise Unusable("nobody_rides", "lets nobody on and off again", stop_times[0].source_line)
    return TripPlan(start, trip.headsign or stop_times[0].headsign, calls)


def _call(
    st: StopTime, arrival: int, departure: int, metres: int | None, *, first: bool, last: bool
) -> PlannedCall:
    return PlannedCall(
        stop_id=st.stop_id,
        arrival_offset=departure if first else arrival,
        departure_offset=arrival if last else departure,
        boarding=not last and st.pickup != _NONE,
        alighting=not first and st.drop_off != _NONE,
        on_request=st.pickup in _ON_REQUEST or st.drop_off in _ON_REQUEST,
        distance_m=metres,
    )


def fill_times(stop_times: Sequence[StopTime], along: Sequence[int] | None) -> list[tuple[int, int]]:
    """Arrival and departure of every call; one blank of the two takes the other, both blank are interpolated between
    the nearest known calls: by `shape_dist_traveled` when known, else by distance, else evenly. Raises Unusable.
    """
    known = [_one_or_both(st) for st in stop_times]
    if known[0] is None or known[-1] is None:
        at = stop_times[0] if known[0] is None else stop_times[-1]
        raise Unusable("no_end_time", "has no time at its first or last stop", at.source_line)
    measure = _measure(stop_times, along)
    filled: list[tuple[int, int]] = []
    before = 0
    for i, times in enumerate(known):
        if times is not None:
            before = i
            filled.append(times)
            continue
        after = next(j for j in range(i, len(known)) if known[j] is not None)
        moment = _between(i, before, after, known, measure)
        filled.append((moment, moment))
    return filled


def _one_or_both(st: StopTime) -> tuple[int, int] | None:
    arrival = st.arrival if st.arrival is not None else st.departure
    departure = st.departure if st.departure is not None else st.arrival
    return None if arrival is None or departure is None else (arrival, departure)


def _between(
    i: int, before: int, after: int, known: Sequence[tuple[int, int] | None], measure: Sequence[float] | None
) -> int:
    left, right = known[before], known[after]
    assert left is not None and right is not None  # noqa: S101, PT018 - the ends were checked, for the type checker
    part, whole = float(i - before), float(after - before)
    if measure and measure[after] > measure[before]:
        part, whole = measure[i] - measure[before], measure[after] - measure[before]
    return left[1] + round((right[0] - left[1]) * part / whole)


def _measure(stop_times: Sequence[StopTime], along: Sequence[int] | None) -> Sequence[float] | None:
    given = [st.distance for st in stop_times if st.distance is not None]
    if len(given) == len(stop_times) and all(a <= b for a, b in pairwise(given)) and given[-1] > given[0]:
        return given
    return along


def _check_times(times: Sequence[tuple[int, int]], stop_times: Sequence[StopTime]) -> None:
    for (arrival, departure), st in zip(times, stop_times, strict=True):
        if departure < arrival and st is not stop_times[0]:
            raise Unusable("times_decrease", "leaves a stop before it arrives there", st.source_line)
    for (_, left), (reached, _), st in zip(times, times[1:], stop_times[1:], strict=False):
        if reached < left:
            raise Unusable("times_decrease", "reaches a stop before it left the one before", st.source_line)
    if times[-1][0] - times[0][1] > _LONGEST_SECONDS:
        raise Unusable("too_long", "takes longer than a month", stop_times[-1].source_line)


def _distances(stop_times: Sequence[StopTime], feed: Feed) -> list[int] | None:
    """Metres from the first stop to each, in straight lines between stops; None when a stop has no coordinates."""
    places = [feed.stops[st.stop_id].position for st in stop_times]
    total, along = 0, [0]
    for a, b in pairwise(places):
        if a is None or b is None:
            return None
        total += distance_m(a, b)
        along.append(total)
    return along
