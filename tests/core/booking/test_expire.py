"""Tidying up after holds that have run out."""

import pytest
from sqlalchemy import text

from core.booking.expire import sweep
from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.kernel.db import db
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, make_office

pytestmark = pytest.mark.usefixtures("db_session")


def count(table: str, where: str = "true") -> int:
    return int(db.session.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one())


def test_run_out_holds_are_closed_and_their_locks_deleted(clock: Clock) -> None:
    office = make_office()
    reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=10)
    reserve(office.ask(1), BOB, ACTOR)
    clock.move(minutes=6)
    assert sweep() == 1
    assert count("reservations", "status = 'expired'") == 1
    assert count("seat_locks") == 5, "the one that still runs keeps its seat on five legs"
    assert sweep() == 0


def test_a_seat_taken_over_stays_with_its_new_holder(clock: Clock) -> None:
    office = make_office()
    reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=16)
    new = reserve(office.ask(0), BOB, ACTOR)
    assert sweep() == 1
    assert count("seat_locks", f"reservation_id = '{new.reservation_id}'") == 5


def test_locks_of_a_reservation_closed_by_its_holders_next_one_go_too(clock: Clock) -> None:
    office = make_office()
    reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=16)
    reserve(office.ask(1), ALICE, ACTOR)
    assert count("seat_locks") == 10
    sweep()
    assert count("seat_locks") == 5


def test_sold_seats_are_never_swept(clock: Clock) -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    take_cash(held.reservation_id, ALICE, CLERK)
    clock.move(hours=5)
    assert sweep() == 0
    assert count("seat_locks", "kind = 'sold'") == 5
