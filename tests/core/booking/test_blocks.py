"""Blocked seats: out of sale for good or until a time, on the whole run or a stretch; never over somebody's head."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from core.booking.blocks import BlockRequest, block_seats, unblock_seats
from core.booking.errors import (
    BadPassenger,
    BadStretch,
    NotOnSale,
    ReasonMissing,
    SeatInUse,
    SeatTaken,
    UnknownSeat,
)
from core.booking.pay import take_cash
from core.booking.queries import booking_of_reservation
from core.booking.reserve import reserve
from core.inventory.best import best_available
from core.inventory.queries import available_counts, seat_map
from core.kernel.activity import SYSTEM
from core.kernel.clock import now
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.live.states import snapshot
from core.proof.invariants import broken
from core.reporting.seats import seat_claims
from core.timetable.service.schedules import cancel_schedule
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, make_office

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def office() -> Office:
    return make_office()


def ask(office: Office, *seats: int, first: int = 0, last: int | None = None) -> BlockRequest:
    return BlockRequest(office.schedule_id, [office.seats[seat] for seat in seats], first, last)


def states(office: Office, first: int = 0, last: int = 5) -> dict[str, str]:
    found = seat_map(office.schedule_id, first, last).seats
    return {seat.number: seat.state for seat in found if seat.state != "available"}


def test_a_blocked_seat_is_sold_to_nobody_until_it_is_unblocked(office: Office) -> None:
    assert block_seats(ask(office, 0, 1), "broken seat belt", CLERK) == 2

    assert states(office) == {"1A": "blocked", "1B": "blocked"}
    with pytest.raises(SeatTaken):
        reserve(office.ask(0), ALICE, ACTOR)
    assert office.seats[0] not in {s.id for s in best_available(seat_map(office.schedule_id, 0, 5).seats, 10)}
    stretch = (office.schedule_id, 0, 5)
    assert available_counts([stretch]) == {stretch: 10}

    assert unblock_seats(ask(office, 0, 1, 2), CLERK) == 2
    assert states(office) == {}
    assert reserve(office.ask(0), ALICE, ACTOR)


def test_a_stretch_is_blocked_and_the_rest_of_the_way_is_sold(office: Office) -> None:
    block_seats(ask(office, 0, first=1, last=3), "school group joins", CLERK)
    assert reserve(office.ask(0, first=0, last=1), ALICE, ACTOR)
    assert reserve(office.ask(0, first=3, last=5), BOB, ACTOR)
    assert states(office, 1, 3) == {"1A": "blocked"}
    unblock_seats(ask(office, 0, first=1, last=2), CLERK)
    assert states(office, 1, 2) == {}
    assert states(office, 2, 3) == {"1A": "blocked"}


def test_a_seat_that_is_kept_back_is_free_by_the_clock_alone(office: Office, clock: Clock) -> None:
    until = now() + timedelta(hours=2)
    block_seats(ask(office, 0), "kept for the crew", CLERK, until)
    [change] = snapshot(office.schedule_id)["changes"]
    assert (change["state"], change["held_until"]) == ("blocked", until.isoformat())
    clock.move(minutes=119)
    assert states(office) == {"1A": "blocked"}
    clock.move(minutes=1)
    assert states(office) == {}
    assert snapshot(office.schedule_id)["changes"] == []
    assert seat_claims(office.schedule_id) == []
    stretch = (office.schedule_id, 0, 5)
    assert available_counts([stretch]) == {stretch: 12}
    held = reserve(office.ask(0), ALICE, ACTOR)
    take_cash(held.reservation_id, None, CLERK)
    assert broken(db.session.connection()) == []


def test_what_somebody_has_is_not_blocked_and_the_answer_says_who(office: Office) -> None:
    reserve(office.ask(0), ALICE, ACTOR)
    held = reserve(office.ask(1, first=2, last=4), BOB, ACTOR)
    take_cash(held.reservation_id, None, CLERK)
    booking = booking_of_reservation(held.reservation_id)
    assert booking is not None
    with pytest.raises(SeatInUse) as refused:
        block_seats(ask(office, 0, 1, 2), "broken", CLERK)
    assert refused.value.details["seats"] == [
        {"seat": "1A", "kind": "held", "holder": "Alice", "reference": None},
        {"seat": "1B", "kind": "sold", "holder": "Bob", "reference": booking.reference},
    ]
    assert "1A is held by Alice" in refused.value.message
    assert states(office, 0, 2) == {"1A": "reserved"}


def test_a_hold_that_ran_out_does_not_stand_in_the_way(office: Office, clock: Clock) -> None:
    reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=15)
    assert block_seats(ask(office, 0), "broken", CLERK) == 1
    assert broken(db.session.connection()) == []


def test_blocking_again_gives_the_new_reason_and_end(office: Office, clock: Clock) -> None:
    block_seats(ask(office, 0), "kept back", CLERK, now() + timedelta(hours=1))
    block_seats(ask(office, 0), "broken after all", CLERK)
    clock.move(hours=2)
    assert states(office) == {"1A": "blocked"}
    assert [claim.reason for claim in seat_claims(office.schedule_id)] == ["broken after all"]


def test_the_log_says_who_which_and_why(office: Office) -> None:
    block_seats(ask(office, 0, first=1, last=3), "broken", CLERK)
    unblock_seats(ask(office, 0), CLERK)
    unblock_seats(ask(office, 0), CLERK)
    rows = db.session.execute(text("""
        SELECT action, actor_id, reason, before, after FROM activity_log WHERE action LIKE 'seats.%' ORDER BY id
    """)).all()  # fmt: skip
    assert [(r.action, r.actor_id, r.reason) for r in rows] == [
        ("seats.blocked", CLERK.id, "broken"),
        ("seats.unblocked", CLERK.id, None),
    ]
    assert rows[0].after == {"seats": ["1A"], "from_position": 1, "to_position": 3, "until": None}
    assert rows[1].before["seats"] == ["1A"]


def test_what_makes_no_sense_is_refused(office: Office) -> None:
    for request, reason, error in (
        (ask(office, 0), "  ", ReasonMissing),
        (ask(office, 0), "x" * 201, BadPassenger),
        (ask(office), "broken", UnknownSeat),
        (BlockRequest(office.schedule_id, [uuid4()]), "broken", UnknownSeat),
        (BlockRequest(uuid4(), [office.seats[0]]), "broken", NotFound),
        (ask(office, 0, first=3, last=3), "broken", BadStretch),
        (ask(office, 0, last=9), "broken", BadStretch),
    ):
        with pytest.raises(error):
            block_seats(request, reason, CLERK)
    with pytest.raises(BadPassenger):
        block_seats(ask(office, 0), "broken", CLERK, now())
    cancel_schedule(office.schedule_id, SYSTEM, "snow")
    with pytest.raises(NotOnSale):
        block_seats(ask(office, 0), "broken", CLERK)
    assert states(office) == {}
