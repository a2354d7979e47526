"""Deadlines on the days when clocks change and in leap years: a time limit is so many minutes or hours that really pass, whatever
the clocks on the walls of Lisbon and New York do meanwhile, and a letter says it so that it cannot be read in two ways.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from core.booking.begin import begin
from core.booking.cancellation import cancel_booking, preview
from core.booking.cancellation_rules import terms_at
from core.booking.disruption import Plan, disrupt
from core.booking.disruption_choice import settle_overdue
from core.booking.disruption_queries import cases_of
from core.booking.disruption_queries import disruption as found
from core.booking.disruption_run import run_disruption
from core.booking.errors import CancellationClosed
from core.booking.queries import reservation_view
from core.booking.requests import Held
from core.booking.reserve import reserve
from core.booking.rules import extended, with_grace
from core.booking.settle import settle
from core.booking.waiting import JoinRequest, Traveller, join
from core.booking.waiting_queries import waiting_entry
from core.booking.waiting_serve import serve
from core.kernel.clock import now
from core.kernel.db import transaction
from core.kernel.money import Money
from core.messages.compose import page_of
from core.payments.gateways.base import GatewayEvent
from core.trades.catalogue import trade_of
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, Office, make_office
from tests.support.sales import sell

LISBON, NEW_YORK = "Europe/Lisbon", "America/New_York"
#: Zone, and a moment of UTC half an hour before the clocks change, or the day does.
CHANGES = {
    "Lisbon, spring": (LISBON, "2027-03-28T00:30"),
    "Lisbon, autumn": (LISBON, "2027-10-31T00:30"),
    "New York, spring": (NEW_YORK, "2027-03-14T06:30"),
    "New York, autumn": (NEW_YORK, "2027-11-07T05:30"),
    "leap day begins": (LISBON, "2028-02-28T23:30"),
    "leap day ends": (NEW_YORK, "2028-03-01T04:30"),
}
changes = pytest.mark.parametrize(("zone", "moment"), CHANGES.values(), ids=list(CHANGES))


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def set_to(clock: Clock, moment: datetime) -> None:
    clock.move(seconds=(moment - now()).total_seconds())


def office_in(zone: str, **more: object) -> Office:
    """The usual office, on the clocks of this zone."""
    made = make_office(**more)  # type: ignore[arg-type]  # what a test asks for
    with transaction() as session:
        for table in ("operators", "places"):
            session.execute(text(f"UPDATE {table} SET timezone = :zone"), {"zone": zone})
    return made


# -- payment grace ------------------------------------------------------------------------------------


@changes
def test_a_payment_has_its_three_minutes_of_grace(clock: Clock, zone: str, moment: str) -> None:
    set_to(clock, at(moment))
    office = office_in(zone, hold_minutes=30)
    payment, held = begun_in_the_last_second(clock, office)

    view = reservation_view(held.reservation_id)
    assert view is not None
    assert view.expires_at - at(moment) == timedelta(minutes=32, seconds=59)
    clock.move(minutes=2, seconds=59)
    assert paid(payment, held.quote.total) == "booked"


def test_after_its_grace_a_payment_is_late_also_when_the_hour_comes_twice(clock: Clock) -> None:
    set_to(clock, at("2027-11-07T05:30"))
    office = office_in(NEW_YORK, hold_minutes=30)
    payment, held = begun_in_the_last_second(clock, office)
    clock.move(minutes=3, seconds=1)
    sell(0, office=office, email=None)

    assert paid(payment, held.quote.total) == "refund_due"


def begun_in_the_last_second(clock: Clock, office: Office) -> tuple[UUID, Held]:
    """A payment, begun when a hold of half an hour is about to end."""
    held = reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=29, seconds=59)
    payment = begin(held.reservation_id, ALICE, ACTOR, "simulated", "card").payment_id
    assert payment is not None
    return payment, held


def paid(payment_id: UUID, amount: int) -> str:
    event = GatewayEvent(
        str(uuid4()), "payment.completed", payment_id, f"r-{payment_id}", Money(amount, "EUR")
    )
    return settle("simulated", event)


# -- waiting list -------------------------------------------------------------------------------------


@changes
def test_an_offer_of_a_waiting_list_lasts_its_hour(clock: Clock, zone: str, moment: str) -> None:
    set_to(clock, at(moment))
    entry_id = offered(office_in(zone, rows=1))

    assert waiting_entry(entry_id).offer_until == at(moment) + timedelta(hours=1)
    clock.move(minutes=59, seconds=59)
    serve()
    assert waiting_entry(entry_id).status == "offered"
    clock.move(seconds=1)
    serve()
    assert waiting_entry(entry_id).status == "lapsed"


def offered(office: Office) -> UUID:
    """A place in line whose seat has just become free."""
    booking_id = sell(0, 1, 2, 3, office=office)
    people = (Traveller(full_name="Ana"),)
    entry_id = join(JoinRequest(office.schedule_id, 0, 5, people, "api", "ana@example.org"), ACTOR)
    cancel_booking(booking_id, ACTOR)
    assert serve() == 1
    return entry_id


@pytest.mark.parametrize(
    ("zone", "moment", "until"),
    [
        (LISBON, "2027-10-30T23:30", "Sunday 31 October 2027, 01:30 WEST"),
        (LISBON, "2027-10-31T00:30", "Sunday 31 October 2027, 01:30 WET"),
        (LISBON, "2027-10-31T01:30", "Sunday 31 October 2027, 02:30"),
        (LISBON, "2027-03-28T00:30", "Sunday 28 March 2027, 02:30"),
        (NEW_YORK, "2027-11-07T05:15", "Sunday 7 November 2027, 01:15 EST"),
        (NEW_YORK, "2027-03-14T06:15", "Sunday 14 March 2027, 03:15"),
        (NEW_YORK, "2028-03-01T04:15", "Wednesday 1 March 2028, 00:15"),
        (LISBON, "2028-02-28T23:15", "Tuesday 29 February 2028, 00:15"),
    ],
)
def test_the_letter_says_the_end_of_an_offer_so_that_it_is_clear(
    clock: Clock, zone: str, moment: str, until: str
) -> None:
    set_to(clock, at(moment))
    entry_id = offered(office_in(zone, rows=1))

    assert page_of("waiting.offered", entry_id, "en").values["until"] == until


# -- disruption ---------------------------------------------------------------------------------------


@changes
def test_a_choice_has_the_hours_that_the_policy_gives(clock: Clock, zone: str, moment: str) -> None:
    set_to(clock, at(moment))
    office = office_in(zone, departs_in=timedelta(days=4), choice_hours=48)
    sell(0, office=office, email=None)
    disruption_id = disrupt(office.schedule_id, Plan("cancelled"), "Snow on the pass", ACTOR)
    run_disruption(0, {"disruption_id": str(disruption_id)})

    assert found(disruption_id).choose_by == at(moment) + timedelta(hours=48)
    clock.move(hours=48, seconds=-1)
    assert settle_overdue() == 0
    clock.move(seconds=1)
    assert settle_overdue() == 1
    assert [case.choice for case in cases_of(disruption_id)] == ["refund"]


# -- refund ladder ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "leaves", "cancelled", "percent"),
    [
        (LISBON, "2027-03-28T12:00", "2027-03-27T12:00", 50),  # an hour is missing: 23 hours
        (LISBON, "2027-03-28T12:00", "2027-03-27T10:59", 100),
        (LISBON, "2027-03-28T02:30", "2027-03-28T00:29", None),  # two hours on the wall, one in truth
        (LISBON, "2027-10-31T12:00", "2027-10-30T12:00", 100),  # an hour comes twice: 25 hours
        (LISBON, "2027-10-31T12:00", "2027-10-30T13:00", 50),
        (
            LISBON,
            "2027-10-31T02:30",
            "2027-10-31T00:31",
            50,
        ),  # not two hours on the wall, nearly three in truth
        (NEW_YORK, "2027-03-14T12:00", "2027-03-13T12:00", 50),
        (NEW_YORK, "2027-03-14T12:00", "2027-03-13T10:59", 100),
        (NEW_YORK, "2027-11-07T12:00", "2027-11-06T12:00", 100),
        (NEW_YORK, "2027-11-07T12:00", "2027-11-06T13:00", 50),
        (LISBON, "2028-03-01T12:00", "2028-02-29T11:59", 100),
        (LISBON, "2028-03-01T12:00", "2028-02-29T12:01", 50),
        (LISBON, "2028-02-29T12:00", "2028-02-28T11:59", 100),
        (NEW_YORK, "2028-02-29T12:00", "2028-02-29T10:01", None),
    ],
)
def test_the_ladder_counts_hours_that_really_pass(
    clock: Clock, zone: str, leaves: str, cancelled: str, percent: int | None
) -> None:
    departure, moment = (
        datetime.fromisoformat(each).replace(tzinfo=ZoneInfo(zone)) for each in (leaves, cancelled)
    )
    set_to(clock, departure.astimezone(UTC) - timedelta(days=9))
    booking_id = sell(0, office=office_in(zone, departs_in=timedelta(days=9)), email=None)
    set_to(clock, moment.astimezone(UTC))

    if percent is None:
        with pytest.raises(CancellationClosed):
            preview(booking_id)
    else:
        assert preview(booking_id).percent == percent


# -- whatever the day ---------------------------------------------------------------------------------

MOMENTS = st.integers(0, 16 * 366 * 86_400).map(lambda seconds: at("2024-01-01") + timedelta(seconds=seconds))
MINUTES = st.integers(0, 2880)


@given(MOMENTS, MINUTES, st.integers(0, 30), MINUTES)
def test_grace_is_never_less_than_the_hold_nor_beyond_the_last_moment(
    moment: datetime, left: int, grace: int, last: int
) -> None:
    ends, latest = moment + timedelta(minutes=left), moment + timedelta(minutes=max(last, left))
    end = with_grace(moment, ends, grace, latest)
    assert ends <= end <= latest
    assert end == ends or end - moment <= timedelta(minutes=grace)


@given(MOMENTS, st.integers(1, 60), st.integers(60, 2880))
def test_an_extension_is_added_to_the_old_end(moment: datetime, minutes: int, last: int) -> None:
    assert extended(moment, 0, minutes, 2, moment + timedelta(minutes=last)) - moment == timedelta(
        minutes=minutes
    )


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=9)), st.sampled_from(["bus", "flight", "cinema"]))
def test_the_longer_before_departure_the_more_comes_back(
    leaves: datetime, before: timedelta, trade: str
) -> None:
    ladder = [step.as_json() for step in trade_of(trade).policy.refund_ladder]

    def percent(sooner: timedelta) -> int:
        moment = leaves - before - sooner
        return or_nothing(lambda: terms_at(ladder, leaves - moment).percent)

    assert percent(timedelta()) <= percent(timedelta(hours=1)) <= percent(timedelta(days=30)) == 100


def or_nothing(percent: Callable[[], int]) -> int:
    try:
        return percent()
    except CancellationClosed:
        return 0
