"""Trips that run by a rhythm."""

from core.timetable.gtfs.feed import Frequency
from core.timetable.gtfs.findings import Findings
from core.timetable.gtfs.frequencies import starts


def test_without_a_rhythm_a_trip_starts_once() -> None:
    assert starts("T", 500, [], Findings()) == [500]


def test_a_rhythm_ends_before_its_end_and_each_start_counts_once() -> None:
    rows = [Frequency(0, 3600, 1800, True), Frequency(1800, 5400, 1800, False)]
    assert starts("T", 99, rows, Findings()) == [0, 1800, 3600]


def test_a_rhythm_without_measure_is_left_out() -> None:
    findings = Findings()
    assert starts("T", 99, [Frequency(0, 86400, 1, True), Frequency(0, 3600, 3600, True)], findings) == [0]
    assert findings.kept[0].code == "too_many_runs"
