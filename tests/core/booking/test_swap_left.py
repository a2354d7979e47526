"""Who finds no seat in another vehicle is asked, and has the money back or another departure: nobody is dropped."""

from dataclasses import replace
from uuid import UUID

import pytest

from core.booking.change import Wish as NewSeat
from core.booking.change import change_passengers
from core.booking.disruption import Plan, disrupt
from core.booking.disruption_choice import Wish, choose
from core.booking.disruption_queries import cases_of, disruption_of, options
from core.booking.disruption_run import run_disruption
from core.booking.errors import NotChangeable, SeatsLacking
from core.booking.queries import booking_view
from core.booking.swap import preview_swap
from core.tickets.queries import tickets_of
from core.tickets.scan import Verdict, look
from tests.support.database import Sessions
from tests.support.factories import (
    ACTOR,
    BOB,
    CLERK,
    Office,
    another_departure,
    make_office,
)
from tests.support.sales import sell
from tests.support.swaps import coach, new_seats, scalar, seat, seats_in, swapped, vehicle, work

pytestmark = pytest.mark.usefixtures("everything_holds")


@pytest.fixture
def office(db_session: Sessions) -> Office:
    """Twelve seats, 1A to 3D."""
    return make_office()


def test_nobody_is_left_without_saying_so(office: Office) -> None:
    sell(0, office=office)
    second = sell(4, 5, office=office, holder=BOB)
    with pytest.raises(SeatsLacking) as refused:
        swapped(office, coach(office, "1A", "1B"))
    view = booking_view(second)
    assert view is not None
    assert refused.value.details["bookings"] == [view.reference]
    assert scalar("SELECT count(*) FROM disruptions") == 0


@pytest.fixture
def left(office: Office) -> UUID:
    """A booking of two that found no seat in the bus of one seat."""
    sell(0, office=office)
    second = sell(4, 5, office=office, holder=BOB, email="bob@example.org")
    swapped(office, coach(office, "1A"), leave_unseated=True)
    return second


def test_who_is_left_is_asked_by_mail_and_no_gate_takes_the_code(office: Office, left: UUID) -> None:
    work()
    told = "SELECT subject FROM messages WHERE kind = 'disruption.choice' AND recipient = 'bob@example.org'"
    assert "has no seat for you" in str(scalar(told))
    for ticket in tickets_of(left):
        assert ticket.facts.seat_number is None
        assert look(ticket.qr).verdict == look(ticket.number).verdict == Verdict.CANCELLED
    with pytest.raises(NotChangeable, match="no seat for this booking"):
        change_passengers(left, {a_passenger(left): NewSeat(full_name="Rita")}, CLERK)


def a_passenger(booking_id: UUID) -> UUID:
    view = booking_view(booking_id)
    assert view is not None
    return view.reservation.passengers[0].id


def the_case(office: Office) -> UUID:
    found = disruption_of(office.schedule_id)
    assert found is not None
    assert (found.kind, found.opened, found.default_choice) == ("swapped", True, "refund")
    (only,) = cases_of(found.id)
    return only.id


def test_they_have_all_of_their_money_back(office: Office, left: UUID) -> None:
    choose(the_case(office), Wish("refund"), ACTOR)
    assert scalar("SELECT sum(amount)::int FROM refunds") == 5200
    assert scalar("SELECT status FROM bookings WHERE id = :id", id=left) == "cancelled"


def test_or_travel_on_another_departure(office: Office, left: UUID) -> None:
    later = another_departure(office, 3)
    case = the_case(office)
    assert [ride.schedule_id for ride in options(case).rides] == [later]
    choose(case, Wish("rebook", later), ACTOR)
    assert seats_in(left) == ["2A", "2B"], (
        "the departure runs with the old layout: they have their seats again"
    )
    assert look(tickets_of(left)[0].qr).verdict != Verdict.CANCELLED


def test_a_seat_in_the_next_vehicle_closes_the_case(office: Office, left: UUID) -> None:
    case = the_case(office)
    swapped(office, office.vehicle_id)
    assert seats_in(left) == ["2A", "2B"]
    assert (
        scalar("SELECT state || ' ' || choice FROM disruption_cases WHERE id = :id", id=case) == "done keep"
    )
    assert look(tickets_of(left)[0].qr).verdict != Verdict.CANCELLED
    work()


def test_who_is_left_twice_is_asked_once(office: Office, left: UUID) -> None:
    swapped(office, coach(office, "2A"), leave_unseated=True)
    assert scalar("SELECT count(*) FROM disruption_cases") == 1


def test_a_delay_afterwards_gives_nobody_a_seat(office: Office, left: UUID) -> None:
    case = the_case(office)
    late = disrupt(office.schedule_id, Plan("delayed", 30), "A detour", CLERK)
    run_disruption(0, {"disruption_id": str(late)})
    assert scalar("SELECT state FROM disruption_cases WHERE id = :id", id=case) == "waiting"
    assert [each.booking_id for each in cases_of(late)] != [left]
    assert len(cases_of(late)) == 1


def test_calling_the_run_off_afterwards_asks_everybody(office: Office, left: UUID) -> None:
    off = disrupt(office.schedule_id, Plan("cancelled"), "Snow", CLERK)
    run_disruption(0, {"disruption_id": str(off)})
    assert left in [each.booking_id for each in cases_of(off)]


def test_a_lower_seat_is_given_only_where_it_was_agreed_to_and_is_listed(office: Office) -> None:
    premium = vehicle(office, seat("1A", "premium"))
    swapped(office, premium)
    booking = sell(0, office=replace(office, seats=new_seats(office)))
    plain = coach(office, "1A", "1B")
    assert preview_swap(office.schedule_id, plain).count("unseated") == 1

    shown = swapped(office, plain, allow_worse=True)

    assert [(line.to, line.to_type, line.what) for line in shown.lines] == [("1A", "standard", "worse")]
    assert seats_in(booking) == ["1A"]
