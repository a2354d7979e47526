"""What watchers are told of seats, from locks to changes: pure parts by example."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from core.booking.reserve import reserve
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.live.states import Run, Scheduled, changed, runs, snapshot, taken_changes, whole
from tests.support.database import Sessions
from tests.support.factories import ACTOR, ALICE, make_office

SOON = datetime(2030, 1, 1, tzinfo=UTC)
SEAT, OTHER = uuid4(), uuid4()


@dataclass
class Lock:
    leg: int
    kind: str
    expires_at: datetime | None = None


def test_consecutive_legs_in_the_same_state_are_one_run() -> None:
    locks = [Lock(0, "hold", SOON), Lock(1, "hold", SOON), Lock(2, "sold"), Lock(4, "sold")]

    assert runs(locks) == (
        Run(0, 2, "reserved", SOON),
        Run(2, 3, "booked"),
        Run(4, 5, "booked"),
    )


def test_gaps_are_filled_so_that_a_change_covers_every_leg() -> None:
    assert whole([Run(1, 2, "booked")], 4) == [
        Run(0, 1, "available"),
        Run(1, 2, "booked"),
        Run(2, 4, "available"),
    ]
    assert whole([], 3) == [Run(0, 3, "available")]
    assert whole([Run(0, 3, "blocked")], 3) == [Run(0, 3, "blocked")]


def test_only_seats_that_differ_are_changes_and_a_freed_seat_is_one() -> None:
    before = {SEAT: (Run(0, 2, "booked"),), OTHER: (Run(0, 1, "reserved", SOON),)}
    after = Scheduled(2, {SEAT: (Run(0, 2, "booked"),)})

    assert changed(before, after) == [
        {"seat": str(OTHER), "from_leg": 0, "to_leg": 2, "state": "available", "held_until": None}
    ]


def test_a_snapshot_names_what_is_taken_and_never_by_whom(db_session: Sessions) -> None:
    office = make_office()
    held = reserve(office.ask(0, first=1, last=3), ALICE, ACTOR)

    shown = snapshot(office.schedule_id)

    assert shown["changes"] == [
        {
            "seat": str(office.seats[0]),
            "from_leg": 1,
            "to_leg": 3,
            "state": "reserved",
            "held_until": held.expires_at.isoformat(),
        }
    ]
    assert "Alice" not in str(shown)


def test_a_hold_that_ran_out_is_not_in_the_snapshot(db_session: Sessions) -> None:
    office = make_office()
    reserve(office.ask(0, 1), ALICE, ACTOR)
    db.session.connection().exec_driver_sql("UPDATE seat_locks SET expires_at = app_now() - interval '1 s'")

    assert snapshot(office.schedule_id)["changes"] == []


def test_an_unknown_schedule_is_not_found(db_session: Sessions) -> None:
    with pytest.raises(NotFound):
        snapshot(UUID(int=1))


def test_nothing_taken_is_nothing_to_say() -> None:
    assert taken_changes({}) == []
