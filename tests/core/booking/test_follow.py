"""Bookings and tickets follow their run: by the clock, by what staff set, exactly, once, and written down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from core.booking.disruption import Plan, disrupt
from core.booking.follow import follow
from core.booking.models import Booking
from core.kernel.db import db, transaction
from core.proof.invariants import broken
from core.tickets.models import Ticket
from core.tickets.queries import tickets_of
from core.tickets.scan import Verdict, look, use
from core.timetable.service.schedules import set_status
from tests.support.clock import Clock
from tests.support.database import Sessions
from tests.support.factories import CLERK, Office, another_departure, make_office
from tests.support.sales import buyer, sell


@pytest.fixture
def office(db_session: Sessions) -> Office:
    """A bus that leaves in 24 hours and arrives in 29."""
    return make_office()


def status(booking_id: UUID) -> str:
    found = db.session.get(Booking, booking_id, populate_existing=True)
    assert found is not None
    return found.status


def tickets(booking_id: UUID) -> list[str]:
    db.session.expire_all()
    return [str(t.status) for t in db.session.query(Ticket).filter_by(booking_id=booking_id)]


def deeds() -> list[str]:
    found = "SELECT action FROM activity_log WHERE actor_kind = 'system' ORDER BY id"
    return list(db.session.scalars(text(found)))


def gate(booking_id: UUID) -> None:
    assert use(tickets_of(booking_id)[0].number, "Bay 4", CLERK).verdict == Verdict.VALID


def test_a_run_ends_by_the_clock_and_its_bookings_with_it(office: Office, clock: Clock) -> None:
    booking_id = sell(0, 1, office=office)
    clock.move(hours=28.99)
    assert follow() == 0
    assert status(booking_id) == "confirmed"
    clock.move(hours=0.02)
    assert follow() == 1
    assert status(booking_id) == "completed"
    assert db.session.scalar(text("SELECT status FROM schedules")) == "completed"
    assert tickets(booking_id) == ["valid", "valid"], (
        "good for a day longer: it may be late without anybody saying so"
    )
    assert deeds() == ["booking.completed", "schedule.completed"]
    assert follow() == 0, "once"
    clock.move(hours=24)
    assert follow() == 1
    assert tickets(booking_id) == ["expired", "expired"]
    assert deeds()[2:] == ["schedule.tickets_expired"]
    assert follow() == 0
    assert [str(each) for each in broken(db.session.connection())] == []


def test_where_a_gate_was_at_work_who_did_not_come_is_a_no_show(office: Office, clock: Clock) -> None:
    came, stayed, late = (sell(n, office=office, holder=buyer(n)) for n in range(3))
    clock.move(hours=23)
    gate(came)
    clock.move(hours=6.5)
    follow()
    assert [status(each) for each in (came, stayed, late)] == ["completed", "no_show", "no_show"]
    gate(late)
    clock.move(hours=24)
    follow()
    assert [status(each) for each in (came, stayed, late)] == ["completed", "no_show", "completed"]
    assert [tickets(each) for each in (came, stayed, late)] == [["used"], ["expired"], ["used"]]


def test_a_delay_that_was_told_counts(office: Office, clock: Clock) -> None:
    booking_id = sell(0, office=office)
    disrupt(office.schedule_id, Plan("delayed", 180), "Roadworks", CLERK)
    clock.move(hours=31.9)
    assert follow() == 0
    clock.move(hours=0.2)
    assert follow() == 1
    assert status(booking_id) == "completed"


def test_what_staff_set_counts_at_once(office: Office) -> None:
    booking_id = sell(0, office=office)
    for word in ("departed", "arrived"):
        set_status(office.schedule_id, word, CLERK)
        assert follow() == 0
    set_status(office.schedule_id, "completed", CLERK)
    assert follow() == 1
    assert status(booking_id) == "completed"
    assert "schedule.completed" not in deeds(), "that was somebody's own deed"


def test_a_run_that_was_called_off_is_the_disruptions_business(office: Office, clock: Clock) -> None:
    booking_id = sell(0, office=office)
    number = tickets_of(booking_id)[0].number
    clock.move(hours=12)
    assert look(number).verdict == Verdict.VALID
    disrupt(office.schedule_id, Plan("cancelled"), "Snow", CLERK)
    assert look(number).verdict == Verdict.CANCELLED, "no gate lets anybody in"
    clock.move(hours=60)
    assert follow() == 0
    assert status(booking_id) == "confirmed"


def test_a_policy_may_call_everybody_a_traveller_or_nobody(db_session: Sessions, clock: Clock) -> None:
    strict, mild = make_office(no_show="unused"), make_office(no_show="never")
    bookings = [sell(0, office=place) for place in (strict, mild)]
    clock.move(hours=30)
    assert follow() == 2
    assert [status(each) for each in bookings] == ["no_show", "completed"]


@pytest.mark.parametrize(
    "night", [datetime(2027, 3, 27, 23, tzinfo=UTC), datetime(2027, 10, 30, 22, tzinfo=UTC)]
)
def test_the_night_in_which_the_clocks_change_is_as_long_as_it_is(
    db_session: Sessions, clock: Clock, night: datetime
) -> None:
    """Lisboa skips or repeats an hour at 01:00 UTC; five hours of travel stay five hours."""
    now = db.session.scalar(text("SELECT app_now()"))
    office = make_office(departs_in=night - now)
    booking_id = sell(0, office=office)
    clock.move(seconds=(night + timedelta(hours=5) - now).total_seconds() - 1)
    assert follow() == 0
    clock.move(seconds=2)
    assert follow() == 1
    assert status(booking_id) == "completed"


def test_many_runs_a_round_and_each_by_itself(office: Office, clock: Clock) -> None:
    others = [replace(office, schedule_id=another_departure(office, -n)) for n in range(1, 4)]
    for number, place in enumerate(others):
        sell(number, office=place, holder=buyer(number))
    with transaction() as session:
        session.execute(text("UPDATE bookings SET status = 'checked_in' WHERE schedule_id = :id"),
                        {"id": others[0].schedule_id})  # fmt: skip
    clock.move(hours=30)
    assert [follow(limit=2), follow(limit=2), follow(limit=2)] == [2, 2, 0]
    assert set(db.session.scalars(text("SELECT status FROM bookings"))) == {"completed"}
