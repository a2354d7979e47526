"""Seat states and counts per stretch."""

from uuid import uuid4

import pytest

from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.inventory.errors import BadStretch
from core.inventory.queries import available_counts, seat_map
from core.kernel.errors import NotFound
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, make_office

pytestmark = pytest.mark.usefixtures("db_session")


def test_states_differ_by_stretch() -> None:
    office = make_office()
    held = reserve(office.ask(0, first=0, last=2), ALICE, ACTOR)
    take_cash(held.reservation_id, ALICE, CLERK)
    reserve(office.ask(0, first=3, last=5), BOB, ACTOR)

    def state(first: int, last: int) -> str:
        return seat_map(office.schedule_id, first, last).seats[0].state

    assert (state(0, 1), state(2, 3), state(3, 4), state(0, 5)) == (
        "booked",
        "available",
        "reserved",
        "booked",
    )


def test_a_held_seat_says_until_when_and_the_version_changes() -> None:
    office = make_office()
    before = seat_map(office.schedule_id, 0, 5)
    held = reserve(office.ask(0), ALICE, ACTOR)
    after = seat_map(office.schedule_id, 0, 5)
    assert after.seats[0].held_until == held.expires_at
    assert after.seats[1].held_until is None
    assert before.version != after.version


def test_counts_of_many_stretches_at_once(clock: Clock) -> None:
    office, other = make_office(), make_office(rows=2)
    reserve(office.ask(0, 1, first=0, last=2), ALICE, ACTOR)
    wanted = [
        (office.schedule_id, 0, 2),
        (office.schedule_id, 2, 5),
        (other.schedule_id, 0, 5),
        (uuid4(), 0, 1),
    ]
    assert available_counts(wanted) == {wanted[0]: 10, wanted[1]: 12, wanted[2]: 8}
    clock.move(minutes=15)
    assert available_counts(wanted[:1]) == {wanted[0]: 12}, "run out is free"


def test_nothing_asked_nothing_read() -> None:
    assert available_counts([]) == {}


def test_unknown_departures_and_stretches() -> None:
    office = make_office()
    with pytest.raises(NotFound):
        seat_map(uuid4(), 0, 1)
    for first, last in ((2, 2), (3, 1), (0, 6), (-1, 2)):
        with pytest.raises(BadStretch):
            seat_map(office.schedule_id, first, last)
