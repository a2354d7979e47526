"""The starts of a trip on a service day: one, or many when frequencies.txt repeats it."""

from core.timetable.gtfs.feed import Frequency
from core.timetable.gtfs.findings import Findings

#: More runs of one trip in one day are a fault of writing.
_MOST_RUNS = 2000


def starts(trip_id: str, start: int, frequencies: list[Frequency], findings: Findings) -> list[int]:
    """First departures in seconds of the service day, in order, each once.

    Both kinds of frequency become dated runs: with `exact_times` 1 they are the timetable; with 0 the operator promises
    a rhythm only, and the runs that follow from it are what tickets are sold for (noted by the import).
    """
    if not frequencies:
        return [start]
    found: set[int] = set()
    for frequency in frequencies:
        runs = range(frequency.start, frequency.end, frequency.headway)
        if len(found) + len(runs) > _MOST_RUNS:
            findings.skip(
                "too_many_runs", f"Trip {trip_id!r} would run more than {_MOST_RUNS} times a day: its frequency is "
                "left out.", "frequencies.txt",
            )  # fmt: skip
            continue
        found.update(runs)
    return sorted(found)
