"""More time to pay."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.booking.cancel import cancel
from core.booking.errors import HoldExpired, NoMoreExtensions, NotActive
from core.booking.extend import extend
from core.booking.parties import Holder
from core.booking.pay import begin_payment
from core.booking.reserve import reserve
from core.inventory.queries import seat_map
from core.kernel.db import db
from core.kernel.errors import NotFound
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, make_office

CAROL = Holder("guest", "carol", "Carol")

pytestmark = pytest.mark.usefixtures("db_session")


def test_five_minutes_are_added_to_the_old_end(clock: Clock) -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=10)
    longer = extend(held.reservation_id, ALICE, ACTOR)
    assert longer.expires_at == held.expires_at + timedelta(minutes=5)
    clock.move(minutes=9)
    assert seat_map(office.schedule_id, 0, 5).available == 11, "the locks were extended, too"


def test_at_most_as_often_as_the_policy_says() -> None:
    office = make_office(max_extensions=2)
    held = reserve(office.ask(0), ALICE, ACTOR)
    extend(held.reservation_id, ALICE, ACTOR)
    extend(held.reservation_id, ALICE, ACTOR)
    with pytest.raises(NoMoreExtensions):
        extend(held.reservation_id, ALICE, ACTOR)


def test_no_hold_outlasts_the_departure(clock: Clock) -> None:
    office = make_office(departs_in=timedelta(minutes=30))
    early = reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=14)
    assert extend(early.reservation_id, ALICE, ACTOR).expires_at < office.departure_at
    clock.move(minutes=5)
    late = reserve(office.ask(1), BOB, ACTOR)
    assert late.expires_at == office.departure_at
    with pytest.raises(NoMoreExtensions):
        extend(late.reservation_id, BOB, ACTOR)
    next_stop = reserve(office.ask(2, first=1), CAROL, ACTOR)
    assert next_stop.expires_at > office.departure_at, "there the bus leaves an hour later"


def test_what_has_run_out_cannot_be_extended(clock: Clock) -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=15)
    with pytest.raises(HoldExpired):
        extend(held.reservation_id, ALICE, ACTOR)


def test_what_was_given_up_cannot_be_extended() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    cancel(held.reservation_id, ALICE, ACTOR)
    with pytest.raises(NotActive):
        extend(held.reservation_id, ALICE, ACTOR)


def test_somebody_elses_reservation_does_not_exist() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    with pytest.raises(NotFound):
        extend(held.reservation_id, BOB, ACTOR)
    assert db.session.execute(text("SELECT extensions FROM reservations")).scalar() == 0


@pytest.mark.parametrize("prolonging", ["extend", "begin_payment"])
def test_a_hold_whose_seat_was_taken_over_in_its_last_instant_is_not_prolonged(
    clock: Clock, prolonging: str
) -> None:
    """Both began a moment before its end; the other one's statement came a moment after it."""
    office = make_office()
    held = reserve(office.ask(0, 1), ALICE, ACTOR)
    clock.move(minutes=14, seconds=59)
    take_over = "UPDATE seat_locks SET reservation_id = gen_random_uuid() WHERE seat_id = :seat AND leg = 3"
    db.session.execute(text(take_over), {"seat": office.seats[1]})
    db.session.commit()

    with pytest.raises(HoldExpired):
        if prolonging == "extend":
            extend(held.reservation_id, ALICE, ACTOR)
        else:
            begin_payment(held.reservation_id, ALICE, ACTOR, "card")

    kept = db.session.execute(text("SELECT expires_at, extensions, grace_used FROM reservations")).one()
    assert tuple(kept) == (held.expires_at, 0, False)
