"""Reminders: once a booking, so many hours before it leaves from its own stop, whatever the clocks do in between."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from core.booking.cancellation import cancel_booking
from core.booking.remind import remind
from core.kernel.clock import now
from core.kernel.db import db, transaction
from core.timetable.service.operators import change_policy
from tests.support.clock import Clock
from tests.support.factories import BOB, CLERK, Office, make_office
from tests.support.sales import sell

pytestmark = pytest.mark.usefixtures("db_session")


def reminded() -> list[str]:
    rows = db.session.execute(
        text("SELECT payload ->> 'booking_id' FROM outbox WHERE kind = 'reminder.due' ORDER BY id")
    )
    return list(rows.scalars())


def in_three_days(**policy: object) -> Office:
    return make_office(departs_in=timedelta(days=3), **policy)


def test_a_day_before_it_leaves_and_not_a_minute_earlier(clock: Clock) -> None:
    booking_id = sell(0, office=in_three_days())

    clock.move(hours=47, minutes=59)
    assert remind() == 0
    clock.move(minutes=2)
    assert remind() == 1
    assert remind() == 0
    assert reminded() == [str(booking_id)]


def test_each_traveller_by_the_time_of_their_own_stop(clock: Clock) -> None:
    office = in_three_days()
    from_lisboa = sell(0, office=office, first=0, last=1)
    from_coimbra = sell(0, office=office, first=3, last=5, holder=BOB)

    clock.move(hours=48, minutes=1)
    remind()
    assert reminded() == [str(from_lisboa)]
    clock.move(hours=3, minutes=5)
    remind()
    assert reminded() == [str(from_lisboa), str(from_coimbra)]


def test_the_hours_are_the_operators(clock: Clock) -> None:
    sell(0, office=in_three_days(reminder_hours=2))

    clock.move(hours=69, minutes=59)
    assert remind() == 0
    clock.move(minutes=2)
    assert remind() == 1


def test_an_operator_may_remind_nobody(clock: Clock) -> None:
    office = in_three_days()
    sell(0, office=office)
    change_policy(office.operator_id, CLERK, reminder_hours=None)

    clock.move(hours=49)

    assert remind() == 0


def test_who_books_later_than_that_knows(clock: Clock) -> None:
    office = in_three_days()
    clock.move(hours=49)
    sell(0, office=office)

    assert remind() == 0


def test_neither_the_cancelled_nor_who_left_no_address_nor_a_run_that_does_not_run(clock: Clock) -> None:
    office = in_three_days()
    sell(0, office=office, email=None)
    cancel_booking(sell(1, office=office), CLERK)
    sell(0, office=(other := in_three_days()), holder=BOB)
    _set_status(other.schedule_id, "cancelled")

    clock.move(hours=49)

    assert remind() == 0


def test_a_cron_that_was_away_catches_up_until_it_has_left(clock: Clock) -> None:
    sell(0, office=in_three_days())
    sell(0, office=in_three_days(reminder_hours=2), holder=BOB)

    clock.move(hours=53)
    assert remind() == 1
    clock.move(hours=19, minutes=1)
    assert remind() == 0


@pytest.mark.parametrize(
    ("leaves", "said"),
    [
        ("2027-03-28T11:00Z", "the clocks go forward in the night before"),
        ("2027-10-31T11:00Z", "the clocks go back in the night before"),
        ("2028-03-01T10:00Z", "the day before is a leap day"),
    ],
)
def test_hours_are_hours_that_pass(clock: Clock, leaves: str, said: str) -> None:
    moment = datetime.fromisoformat(leaves)
    clock.move(seconds=(moment - timedelta(hours=60) - now()).total_seconds())
    sell(0, office=make_office(departs_in=timedelta(hours=60)))

    clock.move(hours=35, minutes=59)
    assert remind() == 0, said
    clock.move(minutes=2)
    assert remind() == 1, said
    assert abs(moment - timedelta(hours=24) - now().astimezone(UTC)) < timedelta(minutes=2)


def _set_status(schedule_id: UUID, status: str) -> None:
    with transaction() as session:
        session.execute(
            text("UPDATE schedules SET status = :status WHERE id = :id"),
            {"status": status, "id": schedule_id},
        )
