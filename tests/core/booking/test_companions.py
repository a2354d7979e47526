"""A companion's seat goes with a wheelchair place, whichever way a party comes by its seats."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.booking.alter import alter
from core.booking.basket import reserve_basket
from core.booking.cancellation import cancel_booking, preview
from core.booking.cancellation_facts import read_bought
from core.booking.change import Wish, change_passengers, preview_seats
from core.booking.companions import check_companions, stray_companions
from core.booking.difference import Buyer, hold_move, hold_seats
from core.booking.elsewhere import elsewhere
from core.booking.errors import CompanionNeedsWheelchair, SeatTaken
from core.booking.move import Destination, move_booking, preview_move
from core.booking.queries import booking_view, reservation_view
from core.booking.rebooking import destination_on, ride_on
from core.booking.requests import Seating
from core.booking.reserve import reserve
from core.inventory.plans import Plan, PlanSeat
from core.inventory.queries import seat_map
from core.timetable.layouts import plan as drawn
from tests.support.factories import ACTOR, ALICE, BOB, Office, departure_of, make_office
from tests.support.sales import sell

W, C, WINDOW, AISLE = 0, 1, 2, 3

kinds = st.sampled_from([("wheelchair", ()), ("standard", ("wheelchair",)), ("companion", ()),
                         ("standard", ("companion", "window")), ("standard", ()), ("premium", ("legroom",))])  # fmt: skip


def layout_of(labels: list[tuple[str, tuple[str, ...]]]) -> Plan:
    seats = tuple(
        PlanSeat(uuid4(), str(n + 1), 0, 0, n, kind, features) for n, (kind, features) in enumerate(labels)
    )
    return Plan(uuid4(), "A row", 1, len(seats), 1, (), seats, {seat.id: seat for seat in seats})


def _has(seat: PlanSeat, word: str) -> bool:
    return word in (seat.type, *seat.features)


@given(st.lists(kinds, max_size=10))
def test_there_are_never_more_companions_seats_than_wheelchair_places(
    labels: list[tuple[str, tuple[str, ...]]],
) -> None:
    layout = layout_of(labels)
    companions = [seat.number for seat in layout.seats if _has(seat, "companion")]
    wheelchairs = sum(_has(seat, "wheelchair") for seat in layout.seats)
    ids = [seat.id for seat in layout.seats]
    if len(companions) <= wheelchairs:
        check_companions(ids, layout)
        return
    with pytest.raises(CompanionNeedsWheelchair) as caught:
        check_companions(ids, layout)
    assert sorted(companions) == caught.value.details["seats"]
    assert all(number in caught.value.message for number in companions)


@given(st.lists(kinds, max_size=10), st.integers(0, 9))
def test_an_ordinary_seat_or_a_wheelchair_place_more_never_makes_a_party_wrong(
    labels: list[tuple[str, tuple[str, ...]]], more: int
) -> None:
    party = list(layout_of(labels).seats)
    if not stray_companions(party):
        others = layout_of([("wheelchair", ()), ("standard", ())] * more).seats
        assert not stray_companions([*party, *others])


def test_a_seat_of_another_layout_is_somebody_elses_question() -> None:
    check_companions([uuid4()], layout_of([("companion", ())]))


@pytest.fixture
def office(db_session: object) -> Office:
    """An office whose departure has a row of a wheelchair place, its companion's seat, an aisle and two seats; and four
    more companions' seats behind.
    """
    return accessible(make_office())


def accessible(office: Office, hours: float = 24) -> Office:
    code = f"accessible-{uuid4().hex[:6]}"
    schedule_id = departure_of(office, drawn(code, "Accessible", ("WC_SS", "CC_CC"), lettered=True), hours)
    seats = seat_map(schedule_id, 0, 5).seats
    layout_id = seat_map(schedule_id, 0, 5).plan.layout_id
    return replace(office, schedule_id=schedule_id, layout_id=layout_id, seats=tuple(s.id for s in seats))


def refused(caught: pytest.ExceptionInfo[CompanionNeedsWheelchair]) -> list[str]:
    numbers: list[str] = caught.value.details["seats"]
    return numbers


def persons(booking_id: UUID) -> list[UUID]:
    view = booking_view(booking_id)
    assert view is not None
    return [person.id for person in view.reservation.passengers]


def test_nobody_holds_a_companions_seat_alone_and_the_answer_says_which(office: Office) -> None:
    with pytest.raises(CompanionNeedsWheelchair) as caught:
        reserve(office.ask(C, AISLE), ALICE, ACTOR)
    assert (caught.value.status, caught.value.code) == (422, "companion_needs_wheelchair")
    assert refused(caught) == ["1B"]
    assert seat_map(office.schedule_id, 0, 5).available == 8


def test_one_companions_seat_for_each_wheelchair_place(office: Office) -> None:
    with pytest.raises(CompanionNeedsWheelchair) as caught:
        reserve(office.ask(W, C, 4), ALICE, ACTOR)
    assert refused(caught) == ["1B", "2A"]
    assert reserve(office.ask(W, C), ALICE, ACTOR)


def test_a_wheelchair_place_is_ones_own_declaration(office: Office) -> None:
    assert reserve(office.ask(W), ALICE, ACTOR)


def test_the_wheelchair_place_of_another_party_does_not_count(office: Office) -> None:
    reserve(office.ask(W), BOB, ACTOR)
    with pytest.raises(CompanionNeedsWheelchair):
        reserve(office.ask(C), ALICE, ACTOR)


def test_nor_that_of_another_departure_in_the_basket(office: Office) -> None:
    back = accessible(office, 48)
    with pytest.raises(CompanionNeedsWheelchair):
        reserve_basket([office.ask(W), back.ask(C)], ALICE, ACTOR)
    assert seat_map(office.schedule_id, 0, 5).available == 8


@pytest.mark.parametrize("wheelchair_to", [WINDOW, None])
def test_a_hold_does_not_lose_its_wheelchair_place_alone(office: Office, wheelchair_to: int | None) -> None:
    held = reserve(office.ask(W, C), ALICE, ACTOR)
    view = reservation_view(held.reservation_id)
    assert view is not None
    wheels, companion = (person.id for person in view.passengers)
    stays = Seating(office.seats[C], companion)
    moves = [] if wheelchair_to is None else [Seating(office.seats[wheelchair_to], wheels)]
    with pytest.raises(CompanionNeedsWheelchair):
        alter(held.reservation_id, ALICE, ACTOR, [*moves, stays])
    both = [Seating(office.seats[WINDOW], wheels), Seating(office.seats[AISLE], companion)]
    assert alter(held.reservation_id, ALICE, ACTOR, both)


def test_a_booking_does_not_lose_its_wheelchair_place_alone(office: Office) -> None:
    booking_id = sell(W, C, office=office)
    wheels, companion = persons(booking_id)
    away = {wheels: office.seats[WINDOW]}
    for attempt in (
        lambda: change_passengers(booking_id, {wheels: Wish(office.seats[WINDOW])}, ACTOR),
        lambda: preview_seats(booking_id, away),
        lambda: hold_seats(booking_id, away, Buyer(ALICE, ACTOR, "api")),
    ):
        with pytest.raises(CompanionNeedsWheelchair):
            attempt()
    change_passengers(booking_id, {wheels: Wish(full_name="Another Name")}, ACTOR)
    change_passengers(booking_id, {companion: Wish(office.seats[AISLE])}, ACTOR)
    change_passengers(booking_id, {wheels: Wish(office.seats[WINDOW])}, ACTOR)


def test_a_move_obeys_it_too(office: Office) -> None:
    later = accessible(office, 48)
    booking_id = sell(WINDOW, office=office)
    to = Destination(later.schedule_id, 0, 5, {persons(booking_id)[0]: later.seats[C]})
    for attempt in (
        lambda: preview_move(booking_id, to),
        lambda: move_booking(booking_id, to, ACTOR, waive=True),
        lambda: hold_move(booking_id, to, Buyer(ALICE, ACTOR, "api")),
    ):
        with pytest.raises(CompanionNeedsWheelchair):
            attempt()


def test_who_is_moved_keeps_a_wheelchair_place_and_their_companion_beside(office: Office) -> None:
    later = accessible(office, 48)
    booking_id = sell(C, W, office=office)
    companion, wheels = persons(booking_id)
    bought = read_bought(booking_id)
    to = destination_on(bought, ride_on((office.schedule_id, 0, 5), later.schedule_id))
    assert to.seats == {wheels: later.seats[W], companion: later.seats[C]}
    [place] = [p for p in elsewhere(booking_id) if p.departure.schedule_id == later.schedule_id]
    assert place.to.seats == to.seats


def test_who_needs_a_wheelchair_place_is_not_moved_to_where_there_is_none(office: Office) -> None:
    later = accessible(office, 48)
    booking_id = sell(W, office=office)
    reserve(later.ask(W), BOB, ACTOR)
    with pytest.raises(SeatTaken):
        destination_on(read_bought(booking_id), ride_on((office.schedule_id, 0, 5), later.schedule_id))
    assert all(place.departure.schedule_id != later.schedule_id for place in elsewhere(booking_id))


def test_the_wheelchairs_passenger_is_not_cancelled_alone(office: Office) -> None:
    booking_id = sell(W, C, office=office)
    wheels, companion = persons(booking_id)
    for attempt in (
        lambda: preview(booking_id, frozenset({wheels})),
        lambda: cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({wheels}), waive=True),
    ):
        with pytest.raises(CompanionNeedsWheelchair) as caught:
            attempt()
        assert refused(caught) == ["1B"]
    assert cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({companion}))
    assert cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({wheels}))


def test_a_companion_who_sits_elsewhere_by_now_travels_on_alone(office: Office) -> None:
    booking_id = sell(W, C, office=office)
    wheels, companion = persons(booking_id)
    change_passengers(booking_id, {companion: Wish(office.seats[WINDOW])}, ACTOR)
    assert cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({wheels}))
