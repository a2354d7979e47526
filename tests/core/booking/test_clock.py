"""Holds, sales and references over the awkward moments of a calendar: they count seconds, not what a clock on a wall says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from core.booking.errors import HoldExpired, SalesClosed, SeatTaken
from core.booking.expire import sweep
from core.booking.extend import extend
from core.booking.pay import take_cash
from core.booking.queries import booking_view
from core.booking.reserve import reserve
from core.booking.rules import ALPHABET, EPOCH
from core.kernel.clock import now
from core.kernel.db import db, transaction
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, make_office

pytestmark = pytest.mark.usefixtures("db_session")

#: Ten minutes before each of them, in UTC; the office is in Lisbon.
MOMENTS = {
    "summer time begins": "2027-03-28T00:50",
    "summer time ends": "2027-10-31T00:50",
    "midnight in UTC": "2027-01-14T23:50",
    "midnight in Lisbon in summer": "2027-07-14T22:50",
    "leap day begins": "2028-02-28T23:50",
    "leap day ends": "2028-02-29T23:50",
    "the year ends": "2027-12-31T23:50",
}


def set_to(clock: Clock, moment: str) -> datetime:
    target = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    clock.move(seconds=(target - now()).total_seconds())
    assert now() == target
    return target


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=list(MOMENTS))
def test_a_hold_lasts_its_fifteen_minutes(clock: Clock, moment: str) -> None:
    begun = set_to(clock, moment)
    office = make_office()
    held = reserve(office.ask(0), ALICE, ACTOR)
    assert held.expires_at - begun == timedelta(minutes=15)

    clock.move(minutes=14, seconds=59)
    with pytest.raises(SeatTaken):
        reserve(office.ask(0), BOB, ACTOR)
    assert sweep() == 0
    clock.move(seconds=1)
    with pytest.raises(HoldExpired):
        take_cash(held.reservation_id, ALICE, CLERK)
    assert reserve(office.ask(0), BOB, ACTOR).expires_at == begun + timedelta(minutes=30)


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=list(MOMENTS))
def test_an_extension_adds_five_minutes(clock: Clock, moment: str) -> None:
    begun = set_to(clock, moment)
    held = reserve(make_office().ask(0), ALICE, ACTOR)
    clock.move(minutes=12)
    assert extend(held.reservation_id, ALICE, ACTOR).expires_at == begun + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2027-07-14T22:59:59", date(2027, 7, 14)),
        ("2027-07-14T23:00:00", date(2027, 7, 15)),
        ("2027-01-14T23:59:59", date(2027, 1, 14)),
        ("2028-02-29T23:59:59", date(2028, 2, 29)),
    ],
)
def test_a_reference_tells_the_operators_own_day(clock: Clock, moment: str, day: date) -> None:
    set_to(clock, moment)
    booking = booking_view(take_cash(reserve(make_office().ask(0), ALICE, ACTOR).reservation_id, None, CLERK))
    assert booking is not None
    first, second, third = (ALPHABET.index(char) for char in booking.reference[1:4])
    assert first * 961 + second * 31 + third == (day - EPOCH).days


def test_a_run_past_midnight_of_its_service_day_is_sold_until_it_really_leaves(clock: Clock) -> None:
    """A trip of the 27th at 24:30 leaves on the 28th, here in the night when summer time begins."""
    set_to(clock, "2027-03-27T23:00")
    office = make_office(departs_in=timedelta(minutes=90), sales_close_minutes=5)
    with transaction() as session:
        session.execute(text("UPDATE schedules SET service_date = '2027-03-27'"))
    clock.move(minutes=84, seconds=59)
    assert reserve(office.ask(0), ALICE, ACTOR).expires_at <= office.departure_at

    clock.move(seconds=1)
    with pytest.raises(SalesClosed):
        reserve(office.ask(1), BOB, ACTOR)
    assert reserve(office.ask(1, first=1), BOB, ACTOR), "at the next stop there is still time"
    assert db.session.scalar(text("SELECT count(*) FROM reservations")) == 2
