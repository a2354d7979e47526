"""A run is called off or late: who is affected is shown exactly, everybody chooses, and everything ends settled."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking.cancellation import cancel_booking
from core.booking.disruption import Plan, disrupt, preview_disruption
from core.booking.disruption_choice import AlreadyChosen, Wish, choose, choose_for, settle_overdue
from core.booking.disruption_queries import Disruption, cases_of, disruption, options
from core.booking.disruption_run import run_disruption
from core.booking.errors import RefundChanged
from core.booking.models import Booking
from core.booking.pay import take_cash
from core.booking.queries import booking_view
from core.booking.reserve import reserve
from core.kernel.db import db, transaction
from core.kernel.errors import Conflict, DomainError, NotFound, RuleBroken
from core.kernel.money import Money
from core.proof.invariants import broken
from core.tickets.models import TicketStatus
from tests.support.clock import Clock
from tests.support.database import Sessions
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, another_departure, make_office
from tests.support.sales import buyer, sell

CALLED_OFF = Plan("cancelled")
EUR = "EUR"


@pytest.fixture
def office(db_session: Sessions) -> Office:
    """A bus tomorrow with twelve seats; a seat all the way is 26.00 EUR."""
    return make_office()


def call_off(office: Office) -> UUID:
    """Call the run off and let the job have its turn."""
    found = disrupt(office.schedule_id, CALLED_OFF, "Snow on the pass", CLERK)
    work(found)
    return found


def work(disruption_id: UUID) -> Disruption:
    run_disruption(0, {"disruption_id": str(disruption_id)})
    return disruption(disruption_id)


def states(disruption_id: UUID) -> list[tuple[str, str | None]]:
    return [(case.state, case.choice) for case in cases_of(disruption_id)]


def value(statement: str) -> object:
    return db.session.execute(text(statement)).scalar()


def booking(booking_id: UUID) -> tuple[str, UUID]:
    """Its status and its schedule."""
    found = db.session.get(Booking, booking_id, populate_existing=True)
    assert found is not None
    return found.status, found.schedule_id


def told(kind: str) -> int:
    return int(str(value(f"SELECT count(*) FROM outbox WHERE kind = '{kind}'")))


def test_the_preview_counts_everybody_and_every_cent(office: Office) -> None:
    sell(0, 1, office=office, holder=buyer(1))
    partly = sell(2, 3, office=office, holder=buyer(2), last=3)
    view = booking_view(partly)
    assert view is not None
    cancel_booking(partly, ACTOR, passenger_ids=frozenset({view.reservation.passengers[0].id}))
    reserve(office.ask(4, 5), BOB, ACTOR)
    with transaction() as session:
        session.execute(text("UPDATE tickets SET status = 'used' WHERE passenger_id = :p"),
                        {"p": view.reservation.passengers[1].id})  # fmt: skip

    found = preview_disruption(office.schedule_id)

    assert (found.bookings, found.passengers, found.holds, found.held_seats) == (2, 3, 1, 2)
    assert (found.checked_in, found.used_tickets) == (0, 1)
    assert found.refunds == (Money(5200 + 2000, EUR),)
    assert booking(partly)[0] == "confirmed", "looking changes nothing"


def test_calling_off_releases_holds_and_everybody_waits_for_their_choice(office: Office) -> None:
    first, second = sell(0, office=office, holder=buyer(1)), sell(1, office=office, holder=buyer(2))
    held = reserve(office.ask(4, 5), BOB, ACTOR)

    found = disruption(call_off(office))

    assert states(found.id) == [("waiting", None), ("waiting", None)]
    assert [case.booking_id for case in cases_of(found.id)] == [first, second]
    assert (found.released, found.cases, found.done, found.working) == (1, 2, 0, False)
    assert told("disruption.choice") == 2
    assert found.choose_by - found.created_at == timedelta(hours=48)
    with pytest.raises(DomainError):
        take_cash(held.reservation_id, BOB, CLERK)
    work(found.id)
    assert told("disruption.choice") == 2, "working again tells nobody twice"
    action = "SELECT count(*) FROM activity_log WHERE action = 'disruption.created' AND reason = 'Snow on the pass'"
    assert value(action) == 1


def test_the_totals_that_were_agreed_to_are_those_that_are_paid(office: Office) -> None:
    for seat in range(4):
        sell(seat, office=office, holder=buyer(seat))
    shown = preview_disruption(office.schedule_id).refunds
    sell(9, office=office, holder=ALICE)
    with pytest.raises(RefundChanged):
        disrupt(office.schedule_id, CALLED_OFF, "Snow", CLERK, agreed=shown)
    assert value("SELECT status FROM schedules") == "scheduled", "nothing half done"
    shown = preview_disruption(office.schedule_id).refunds
    made = disrupt(office.schedule_id, CALLED_OFF, "Snow", CLERK, agreed=shown)
    work(made)
    assert choose_for(made, Wish("refund"), CLERK) == 5

    done = work(made)

    assert done.refunded == shown == (Money(13000, EUR),)
    assert done.counts == {"refund": 5}
    assert value("SELECT sum(amount)::int FROM refunds") == 13000
    assert value("SELECT count(*) FROM seat_locks") == 0
    assert [str(each) for each in broken(db.session.connection())] == []


def test_a_passenger_takes_the_money_back_and_chooses_once(office: Office) -> None:
    booking_id = sell(0, office=office)
    found = call_off(office)
    (case,) = cases_of(found)
    assert options(case.id).refund == Money(2600, EUR)

    choose(case.id, Wish("refund"), ACTOR)

    assert booking(booking_id)[0] == "cancelled"
    (case,) = cases_of(found)
    assert (case.state, case.choice, case.refund) == ("done", "refund", Money(2600, EUR))
    assert case.chosen_by == "the passenger"
    with pytest.raises(AlreadyChosen):
        choose(case.id, Wish("refund"), ACTOR)


def test_a_passenger_takes_another_departure_with_the_same_seats(office: Office) -> None:
    later, full = another_departure(office, 3), another_departure(office, 2)
    for seat in range(11):
        other = office_on(office, full)
        sell(seat, office=other, holder=buyer(seat))
    booking_id = sell(4, 5, office=office, first=1, last=4)
    found = call_off(office)
    (case,) = cases_of(found)
    rides = options(case.id).rides
    assert [ride.schedule_id for ride in rides] == [later], "who would not fit is not offered it"

    choose(case.id, Wish("rebook", later), ACTOR)

    assert booking(booking_id) == ("confirmed", later)
    view = booking_view(booking_id)
    assert view is not None
    assert [person.seat_number for person in view.reservation.passengers] == ["2A", "2B"]
    assert states(found) == [("done", "rebook")]
    assert [str(each) for each in broken(db.session.connection())] == []


def test_a_departure_that_filled_up_can_be_chosen_anew(office: Office) -> None:
    later = another_departure(office, 3)
    sell(0, office=office)
    found = call_off(office)
    (case,) = cases_of(found)
    for seat in range(12):
        sell(seat, office=office_on(office, later), holder=buyer(seat))
    with pytest.raises(RuleBroken) as refused:
        choose(case.id, Wish("rebook", later), ACTOR)
    assert refused.value.code == "not_carried_out"
    assert "not enough seats" in refused.value.message
    choose(case.id, Wish("refund"), ACTOR)
    assert states(found) == [("done", "refund")]


def test_all_to_one_departure_as_far_as_seats_go(office: Office) -> None:
    later = another_departure(office, 3)
    for seat in range(10):
        sell(seat, office=office_on(office, later), holder=buyer(100 + seat))
    first = sell(0, 1, office=office, holder=buyer(1))
    second = sell(2, office=office, holder=buyer(2))
    made = call_off(office)

    assert choose_for(made, Wish("rebook", later), CLERK) == 2
    done = work(made)

    assert booking(first) == ("confirmed", later), "first come, first served"
    assert booking(second) == ("confirmed", office.schedule_id)
    assert done.counts == {"rebook": 1, "waiting": 1}
    (left,) = cases_of(made, state="waiting")
    assert left.booking_id == second
    assert left.note is not None
    assert "not enough seats" in left.note
    assert choose_for(made, Wish("refund"), CLERK, [left.id]) == 1
    assert work(made).counts == {"rebook": 1, "refund": 1}


@pytest.mark.parametrize(("default", "ends"), [("refund", "refund"), ("rebook", "rebook")])
def test_at_the_deadline_the_policy_decides(
    db_session: Sessions, clock: Clock, default: str, ends: str
) -> None:
    office = make_office(departs_in=timedelta(days=4), choice_hours=24, choice_default=default)
    another_departure(office, 5)
    sell(0, office=office)
    found = call_off(office)
    clock.move(hours=23.9)
    assert settle_overdue() == 0
    clock.move(hours=0.2)
    (case,) = cases_of(found)
    with pytest.raises(AlreadyChosen):
        choose(case.id, Wish("refund"), ACTOR)
    assert settle_overdue() == 1
    assert settle_overdue() == 0
    work(found)
    assert states(found) == [("done", ends)]
    assert cases_of(found)[0].chosen_by == "the deadline"


def test_who_cannot_be_moved_gets_the_money_at_the_deadline(db_session: Sessions, clock: Clock) -> None:
    office = make_office(departs_in=timedelta(days=4), choice_default="rebook")
    sell(0, office=office)
    found = call_off(office)
    clock.move(hours=48)
    settle_overdue()
    work(found)
    assert states(found) == [("done", "refund")], "there is no other departure"


def test_a_late_run_lets_people_stay(office: Office, clock: Clock) -> None:
    stays, leaves = sell(0, office=office, holder=buyer(1)), sell(1, office=office, holder=buyer(2))
    made = disrupt(office.schedule_id, Plan("delayed", 90), "Roadworks", CLERK)
    work(made)
    assert told("schedule.delayed") == 1
    stayed, left = cases_of(made)
    assert options(stayed.id).may_keep
    choose(left.id, Wish("refund"), ACTOR)
    assert value("SELECT status FROM schedules") == "scheduled"
    assert value("SELECT estimated_departure_at - departure_at FROM schedules") == timedelta(minutes=90)

    clock.move(hours=25.5)
    settle_overdue()
    work(made)

    assert (booking(stays)[0], booking(leaves)[0]) == ("confirmed", "cancelled")
    assert disruption(made).counts == {"keep": 1, "refund": 1}


def test_calling_off_a_late_run_takes_the_place_of_the_delay(office: Office) -> None:
    sell(0, office=office)
    late = disrupt(office.schedule_id, Plan("delayed", 60), "Roadworks", CLERK)
    work(late)
    off = call_off(office)
    assert states(late) == [("done", "keep")]
    assert states(off) == [("waiting", None)]


def test_what_a_clerk_did_meanwhile_stands(office: Office) -> None:
    later = another_departure(office, 3)
    moved, cancelled = sell(0, office=office, holder=buyer(1)), sell(1, office=office, holder=buyer(2))
    made = call_off(office)
    first = cases_of(made)[0]
    choose(first.id, Wish("rebook", later), ACTOR)
    cancel_booking(cancelled, CLERK, "at the counter", waive=True)
    assert choose_for(made, Wish("refund"), CLERK) == 1
    done = work(made)
    assert done.counts == {"rebook": 1, "refund": 1}
    assert done.refunded == (Money(2600, EUR),)
    assert booking(moved) == ("confirmed", later)
    assert value("SELECT count(*) FROM refunds") == 1


def test_a_used_ticket_gets_its_money_back_but_cannot_be_moved(office: Office) -> None:
    another_departure(office, 3)
    sell(0, office=office)
    with transaction() as session:
        session.execute(text("UPDATE tickets SET status = 'used'"))
    made = call_off(office)
    (case,) = cases_of(made)
    assert options(case.id).rides == ()
    choose(case.id, Wish("refund"), ACTOR)
    assert value("SELECT status FROM tickets") == TicketStatus.CANCELLED


def test_what_makes_no_sense(office: Office) -> None:
    sell(0, office=office)
    for plan in (
        Plan("late"),
        Plan("delayed"),
        Plan("delayed", 0),
        Plan("delayed", 10**6),
        Plan("cancelled", 5),
    ):
        with pytest.raises(RuleBroken):
            disrupt(office.schedule_id, plan, "Snow", CLERK)
    for reason in ("", "   ", "x" * 301, "a\x00b"):
        with pytest.raises(RuleBroken):
            disrupt(office.schedule_id, CALLED_OFF, reason, CLERK)
    with pytest.raises(NotFound):
        disrupt(uuid4(), CALLED_OFF, "Snow", CLERK)
    with pytest.raises(NotFound):
        preview_disruption(uuid4())
    made = call_off(office)
    with pytest.raises(Conflict):
        disrupt(office.schedule_id, CALLED_OFF, "Snow", CLERK)
    (case,) = cases_of(made)
    for wish in (Wish("keep"), Wish("money")):
        with pytest.raises(RuleBroken):
            choose(case.id, wish, ACTOR)
    for wish in (Wish("rebook", uuid4()), Wish("rebook", office.schedule_id)):
        with pytest.raises(DomainError):
            choose(case.id, wish, ACTOR)
    with pytest.raises(NotFound):
        choose(uuid4(), Wish("refund"), ACTOR)
    with pytest.raises(NotFound):
        choose_for(uuid4(), Wish("refund"), CLERK)


def office_on(office: Office, schedule_id: UUID) -> Office:
    """The same line on another departure."""
    return replace(office, schedule_id=schedule_id)
