"""Reads trips, their stop times and frequencies. A trip that cannot be used is left out with its reason."""

from itertools import pairwise

from core.timetable.gtfs.feed import Feed, Frequency, StopTime, Trip
from core.timetable.gtfs.fields import Fields
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.reader import Row, Source

#: Regular, none, phone the agency, ask the driver (GTFS: pickup_type, drop_off_type).
_RULES = (0, 1, 2, 3)


def read_trips(source: Source, feed: Feed, findings: Findings) -> None:
    """Trips whose route and service are known."""
    fields = Fields(findings, "trips.txt")
    services = feed.services
    for row in source.rows("trips.txt", ("trip_id", "route_id", "service_id")):
        trip_id = row.get("trip_id")
        if trip_id in feed.trips or not trip_id:
            findings.fatal(
                "repeated_id",
                f"The trip {trip_id!r} is there twice or has no id.",
                fields.file,
                row.line,
                "trip_id",
            )
        elif row.get("route_id") not in feed.lines:
            _skip(fields, row, "unknown_route", "route_id", f"The route {row.get('route_id')!r} is not there")
        elif row.get("service_id") not in services:
            _skip(fields, row, "unknown_service", "service_id", f"No calendar has {row.get('service_id')!r}")
        else:
            feed.trips[trip_id] = Trip(
                id=trip_id,
                line_id=row.get("route_id"),
                service_id=row.get("service_id"),
                headsign=fields.optional(row, "trip_headsign", 200),
                number=fields.optional(row, "trip_short_name", 40),
                source_line=row.line,
            )


def _skip(fields: Fields, row: Row, code: str, column: str, reason: str) -> None:
    fields.findings.skip(code, f"{reason}: the trip is left out.", fields.file, row.line, column)


def read_stop_times(source: Source, feed: Feed, findings: Findings) -> None:
    """The calls of every known trip, in the order of their stop_sequence.

    A call at an unknown stop is left out and the trip goes on without it; a trip with a call that cannot be read is
    left out whole.
    """
    fields = Fields(findings, "stop_times.txt")
    required = ("trip_id", "arrival_time", "departure_time", "stop_id", "stop_sequence")
    unreadable: set[str] = set()
    strays = 0
    for row in source.rows("stop_times.txt", required):
        trip_id = row.get("trip_id")
        if trip_id not in feed.trips:
            strays += 1
        elif row.get("stop_id") not in feed.stops:
            findings.skip(
                "unknown_stop", f"The stop {row.get('stop_id')!r} is not in stops.txt: trip {trip_id!r} goes on "
                "without it.", fields.file, row.line, "stop_id",
            )  # fmt: skip
        elif (call := _stop_time(row, fields)) is None:
            unreadable.add(trip_id)
        else:
            feed.stop_times.setdefault(trip_id, []).append(call)
    if strays:
        findings.note("stray_stop_times", f"{strays} lines belong to no trip that is known.", fields.file)
    for trip_id in unreadable:
        del feed.trips[trip_id]
        feed.stop_times.pop(trip_id, None)
    _sort_calls(feed, findings)


def _stop_time(row: Row, fields: Fields) -> StopTime | None:
    sequence = fields.whole(row, "stop_sequence")
    if sequence is None:
        reason = f"{row.get('stop_sequence')!r} is not a place in an order"
        _skip(fields, row, "bad_sequence", "stop_sequence", reason)
        return None
    try:
        arrival, departure = fields.seconds(row, "arrival_time"), fields.seconds(row, "departure_time")
    except ValueError as error:
        _skip(fields, row, "bad_time", "", str(error).capitalize())
        return None
    return StopTime(
        stop_id=row.get("stop_id"),
        sequence=sequence,
        arrival=arrival,
        departure=departure,
        pickup=fields.number(row, "pickup_type", _RULES, 0),
        drop_off=fields.number(row, "drop_off_type", _RULES, 0),
        distance=fields.decimal(row, "shape_dist_traveled", 0, 1e9),
        headsign=fields.optional(row, "stop_headsign", 200),
        source_line=row.line,
    )


def _sort_calls(feed: Feed, findings: Findings) -> None:
    for trip_id, calls in list(feed.stop_times.items()):
        calls.sort(key=lambda call: call.sequence)
        for before, after in pairwise(calls):
            if before.sequence == after.sequence:
                findings.skip(
                    "repeated_sequence", f"Trip {trip_id!r} has stop_sequence {after.sequence} twice: it is left out.",
                    "stop_times.txt", after.source_line, "stop_sequence",
                )  # fmt: skip
                del feed.stop_times[trip_id], feed.trips[trip_id]
                break


def read_frequencies(source: Source, feed: Feed, findings: Findings) -> None:
    """Frequencies of known trips."""
    if not source.has("frequencies.txt"):
        return
    fields = Fields(findings, "frequencies.txt")
    for row in source.rows("frequencies.txt", ("trip_id", "start_time", "end_time", "headway_secs")):
        if row.get("trip_id") not in feed.trips:
            findings.skip("unknown_trip", "The trip is not there.", fields.file, row.line, "trip_id")
            continue
        try:
            start, end = fields.seconds(row, "start_time"), fields.seconds(row, "end_time")
        except ValueError:
            start = end = None
        headway = fields.whole(row, "headway_secs")
        if start is None or end is None or not headway or end <= start:
            findings.skip(
                "bad_frequency",
                "It needs a start, a later end and seconds between runs.",
                fields.file,
                row.line,
            )
            continue
        exact = fields.number(row, "exact_times", (0, 1), 0) == 1
        feed.frequencies.setdefault(row.get("trip_id"), []).append(Frequency(start, end, headway, exact))
