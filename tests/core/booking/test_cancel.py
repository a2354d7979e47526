"""Giving up a hold, and releasing a stuck one."""

import pytest
from sqlalchemy import text

from core.booking.cancel import cancel, release
from core.booking.errors import HoldExpired, NotActive, ReasonMissing
from core.booking.pay import take_cash
from core.booking.queries import active_reservations, reservation_view
from core.booking.reserve import reserve
from core.inventory.queries import seat_map
from core.kernel.db import db
from core.kernel.errors import NotFound
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, make_office

pytestmark = pytest.mark.usefixtures("db_session")


def test_the_seats_are_free_when_it_returns() -> None:
    office = make_office()
    held = reserve(office.ask(0, 1), ALICE, ACTOR)
    cancel(held.reservation_id, ALICE, ACTOR)
    assert seat_map(office.schedule_id, 0, 5).available == 12
    assert reserve(office.ask(0), ALICE, ACTOR), "and its holder may choose again"


def test_giving_up_twice_changes_nothing() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    cancel(held.reservation_id, ALICE, ACTOR)
    cancel(held.reservation_id, ALICE, ACTOR)
    deeds = text("SELECT count(*) FROM activity_log WHERE action = 'reservation.cancelled'")
    assert db.session.execute(deeds).scalar() == 1


def test_nobody_gives_up_somebody_elses() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    with pytest.raises(NotFound):
        cancel(held.reservation_id, BOB, ACTOR)
    assert len(active_reservations(schedule=office.schedule_id)) == 1


def test_a_paid_reservation_is_not_given_up_like_this() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    take_cash(held.reservation_id, ALICE, CLERK)
    with pytest.raises(NotActive):
        cancel(held.reservation_id, ALICE, ACTOR)
    with pytest.raises(NotActive):
        release(held.reservation_id, CLERK, "wrong seat")
    assert seat_map(office.schedule_id, 0, 5).available == 11


def test_staff_release_a_stuck_hold_and_say_why() -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    release(held.reservation_id, CLERK, "  kiosk 2 \n is broken ")
    assert seat_map(office.schedule_id, 0, 5).available == 12
    deed = db.session.execute(text("SELECT * FROM activity_log WHERE action = 'reservation.released'")).one()
    assert (deed.actor_label, deed.reason) == ("Station clerk", "kiosk 2 is broken")
    assert deed.before["status"] == "active"
    assert deed.after == {"status": "cancelled"}
    view = reservation_view(held.reservation_id)
    assert view is not None
    assert view.status == "cancelled"


@pytest.mark.parametrize("reason", ["", "  ", "no", "x" * 301])
def test_a_release_without_a_reason_is_refused(reason: str) -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    with pytest.raises(ReasonMissing):
        release(held.reservation_id, CLERK, reason)
    assert seat_map(office.schedule_id, 0, 5).available == 11


def test_what_has_run_out_needs_no_release(clock: Clock) -> None:
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=20)
    with pytest.raises(HoldExpired):
        release(held.reservation_id, CLERK, "stuck")
