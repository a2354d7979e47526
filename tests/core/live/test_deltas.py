"""When deltas are sent and how they are numbered; time is a number here."""

from uuid import uuid4

from core.live.deltas import BETWEEN, Deltas
from core.live.states import Run, Scheduled

BUS, TRAIN = uuid4(), uuid4()
SEAT = uuid4()
FREE = Scheduled(3, {})
HELD = Scheduled(3, {SEAT: (Run(0, 3, "reserved"),)})
SOLD = Scheduled(3, {SEAT: (Run(0, 3, "booked"),)})


def test_many_changes_of_one_schedule_are_one_delta() -> None:
    deltas = Deltas()
    deltas.note([BUS, BUS, TRAIN, BUS])

    assert deltas.due(0.0) == [BUS, TRAIN]
    assert deltas.due(0.0) == []


def test_a_schedule_is_told_at_most_four_times_a_second_and_nothing_is_lost() -> None:
    deltas = Deltas()
    deltas.note([BUS])
    assert deltas.due(10.0) == [BUS]
    deltas.message(BUS, HELD, 10.0)

    deltas.note([BUS])

    assert deltas.due(10.0 + BETWEEN - 0.01) == []
    assert deltas.due(10.0 + BETWEEN) == [BUS]


def test_deltas_are_numbered_within_an_epoch() -> None:
    deltas = Deltas()
    told = [deltas.message(BUS, state, 0.0) for state in (HELD, SOLD, FREE)]

    assert [message and message["n"] for message in told] == [1, 2, 3]
    assert len({message["epoch"] for message in told if message}) == 1
    assert [message and message["whole"] for message in told] == [True, False, False]


def test_the_first_delta_is_whole_and_the_next_only_what_changed() -> None:
    deltas = Deltas()
    deltas.message(BUS, HELD, 0.0)

    told = deltas.message(BUS, FREE, 1.0)

    assert told is not None
    assert [change["state"] for change in told["changes"]] == ["available"]


def test_no_difference_is_no_delta_and_takes_no_number() -> None:
    deltas = Deltas()
    deltas.message(BUS, HELD, 0.0)

    assert deltas.message(BUS, HELD, 1.0) is None
    told = deltas.message(BUS, SOLD, 2.0)
    assert told is not None
    assert told["n"] == 2


def test_memory_is_bounded_and_a_forgotten_schedule_begins_a_new_epoch() -> None:
    deltas = Deltas(remembered=1)
    first = deltas.message(BUS, HELD, 0.0)
    deltas.message(TRAIN, HELD, 0.0)

    again = deltas.message(BUS, SOLD, 1.0)

    assert first is not None
    assert again is not None
    assert again["whole"]
    assert again["epoch"] != first["epoch"]
