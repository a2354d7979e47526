"""Another vehicle for a run that was sold: shown first, then exactly that is done, and nobody is lost."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from core.booking.basket import reserve_basket
from core.booking.begin import begin
from core.booking.blocks import BlockRequest, block_seats
from core.booking.cancellation import cancel_booking
from core.booking.difference import Buyer, hold_seats
from core.booking.errors import SwapChanged
from core.booking.expire import sweep
from core.booking.pay import take_cash
from core.booking.queries import reservation_view
from core.booking.reserve import reserve
from core.booking.settle import REFUND_DUE, settle
from core.booking.swap import preview_swap, swap
from core.booking.waiting import JoinRequest, Traveller, join
from core.booking.waiting_serve import serve
from core.kernel.db import transaction
from core.kernel.errors import Conflict, NotFound, RuleBroken
from core.payments.gateways.base import GatewayEvent
from core.tickets.queries import tickets_of
from core.tickets.scan import Verdict, look, use
from core.timetable.service.schedules import cancel_schedule, set_status
from tests.support.clock import Clock
from tests.support.database import Sessions
from tests.support.factories import (
    ACTOR,
    ALICE,
    BOB,
    CLERK,
    Office,
    a_fleet,
    another_departure,
    make_office,
    new_vehicle,
)
from tests.support.sales import buyer, sell
from tests.support.swaps import coach, new_seats, scalar, seat, seats_in, swapped, vehicle, work

pytestmark = pytest.mark.usefixtures("everything_holds")


@pytest.fixture
def office(db_session: Sessions) -> Office:
    """Twelve seats, 1A to 3D."""
    return make_office()


# -- looking


def test_a_preview_says_who_keeps_who_moves_and_who_is_left_and_writes_nothing(office: Office) -> None:
    sell(0, 11, office=office)
    sell(4, office=office, holder=BOB)
    reserve(office.ask(1), buyer(1), ACTOR)
    before = scalar("SELECT count(*) FROM activity_log")

    shown = preview_swap(office.schedule_id, coach(office, "1A", "1B", "1C"))

    assert [(line.person.seat.number, line.to, line.what) for line in shown.lines] == [
        ("1A", "1A", "kept"), ("3D", "1B", "moved"), ("2A", "1C", "moved"),
    ]  # fmt: skip
    assert [(line.person.seat.number, line.to, line.what) for line in shown.holds] == [
        ("1B", None, "unseated")
    ]
    assert (shown.seat_count, shown.holds_ended, shown.bookings_left) == (3, 1, ())
    assert scalar("SELECT count(*) FROM activity_log") == before
    assert scalar("SELECT layout_id FROM schedules WHERE id = :id", id=office.schedule_id) == office.layout_id


@pytest.mark.parametrize("nothing", ["", "x" * 32, "ñ\x00"])
def test_who_has_not_looked_has_agreed_to_nothing(office: Office, nothing: str) -> None:
    sell(0, office=office)
    with pytest.raises(SwapChanged):
        swap(office.schedule_id, coach(office, "1A"), "Broken", CLERK, agreed=nothing)


def test_a_sale_in_between_is_looked_at_again_and_a_hold_is_not(office: Office) -> None:
    sell(0, office=office)
    to = coach(office, "1A", "1B", "1C", "1D")
    shown = preview_swap(office.schedule_id, to)
    reserve(office.ask(1), buyer(1), ACTOR)
    swap(office.schedule_id, to, "Broken", CLERK, agreed=shown.fingerprint)

    back = preview_swap(office.schedule_id, office.vehicle_id)
    sell(2, office=replace(office, seats=new_seats(office)), holder=BOB)
    with pytest.raises(SwapChanged):
        swap(office.schedule_id, office.vehicle_id, "Mended", CLERK, agreed=back.fingerprint)


# -- tickets


def test_who_keeps_the_number_keeps_the_code_and_who_moves_gets_a_new_one_by_mail(office: Office) -> None:
    stays, moves = sell(0, office=office), sell(11, office=office, holder=BOB, email="bob@example.org")
    old, gone = tickets_of(stays)[0], tickets_of(moves)[0]
    work()

    swapped(office, coach(office, "1A", "1B"))
    work()

    assert (seats_in(stays), seats_in(moves)) == (["1A"], ["1B"])
    assert tickets_of(stays)[0].qr == old.qr
    new = tickets_of(moves)[0]
    assert (new.facts.seat_number, new.serial) == ("1B", gone.serial + 1)
    assert look(gone.qr).verdict == Verdict.REPLACED
    told = "SELECT string_agg(recipient, ' ') FROM messages WHERE kind = 'booking.changed'"
    assert scalar(told) == "bob@example.org"
    changed = (
        "SELECT before -> 'passengers' -> 0 ->> 'seat' FROM activity_log WHERE action = 'booking.changed'"
    )
    assert scalar(changed) == "3D"
    sent = "SELECT reason FROM activity_log WHERE action = 'schedule.vehicle_changed'"
    assert scalar(sent) == "The bus broke down"


def test_the_price_stays_and_a_better_seat_costs_nothing(office: Office) -> None:
    booking = sell(0, office=office)
    before = scalar("SELECT total FROM bookings WHERE id = :id", id=booking)
    swapped(office, vehicle(office, seat("9A", "sleeper")))
    assert seats_in(booking) == ["9A"]
    assert scalar("SELECT total FROM bookings WHERE id = :id", id=booking) == before


def test_a_ticket_that_was_used_stays_used_and_says_the_new_seat(office: Office) -> None:
    booking = sell(11, office=office)
    number = tickets_of(booking)[0].number
    with transaction() as session:
        session.execute(text("UPDATE tickets SET status = 'used', used_at = app_now(), used_where = 'Bay 4'"))
    swapped(office, coach(office, "1A"))
    again = use(number, "Bay 5", CLERK)
    assert (again.verdict, again.used_where, again.ticket.facts.seat_number) == (Verdict.USED, "Bay 4", "1A")


def test_two_stretches_go_on_sharing_a_seat(office: Office) -> None:
    there, on = sell(8, office=office, last=2), sell(9, office=office, first=2, holder=BOB)
    swapped(office, coach(office, "1A"))
    assert seats_in(there) == seats_in(on) == ["1A"]
    assert scalar("SELECT count(*) FROM seat_locks") == 5


# -- holds, blocks, baskets, lines


def test_a_hold_goes_on_moves_or_ends(office: Office) -> None:
    stays = reserve(office.ask(0), ALICE, ACTOR)
    moves = reserve(office.ask(11), BOB, ACTOR)
    swapped(office, coach(office, "1A", "1D"))
    assert held(stays.reservation_id) == ("active", "1A")
    assert held(moves.reservation_id) == ("active", "1D")

    swapped(office, coach(office, "1A"))
    assert held(stays.reservation_id) == ("active", "1A")
    assert held(moves.reservation_id)[0] == "cancelled"
    sold = pay(stays.reservation_id)
    assert seats_in(sold) == ["1A"]


def held(reservation_id: UUID) -> tuple[str, str | None]:
    view = reservation_view(reservation_id)
    assert view is not None
    return view.status, view.passengers[0].seat_number


def pay(reservation_id: UUID) -> UUID:
    return take_cash(reservation_id, None, CLERK)


def test_a_basket_ends_as_a_whole(office: Office) -> None:
    later = another_departure(office)
    basket = reserve_basket([office.ask(11), replace(office.ask(0), schedule_id=later)], ALICE, ACTOR)
    sell(0, office=office, holder=BOB)
    swapped(office, coach(office, "1A"))
    assert {held(each.reservation_id)[0] for each in basket.reservations} == {"cancelled"}
    assert scalar("SELECT count(*) FROM seat_locks WHERE kind = 'hold'") == 0


def test_an_offer_that_ends_waits_on_at_its_place(office: Office) -> None:
    for at in range(12):
        sell(at, office=office, holder=buyer(at), email=None)
    wish = JoinRequest(office.schedule_id, 0, 5, (Traveller(full_name="Eve"),), "api", "eve@example.org")
    entry = join(wish, ACTOR)
    cancel_booking(UUID(str(scalar("SELECT id FROM bookings ORDER BY id LIMIT 1"))), CLERK, waive=True)
    assert serve() == 1

    numbers = [f"{row}{letter}" for row in (1, 2, 3) for letter in "ABCD"]
    swapped(office, coach(office, *numbers[1:]))

    state = "SELECT status || ' ' || (reservation_id IS NULL) FROM waiting_entries WHERE id = :id"
    assert scalar(state, id=entry) == "waiting true"
    assert serve() == 0


def test_blocked_seats_go_along_by_their_number(office: Office) -> None:
    block_seats(BlockRequest(office.schedule_id, [office.seats[0], office.seats[11]]), "A broken belt", CLERK)
    booking = sell(4, office=office)
    shown = swapped(office, coach(office, "1A", "1B"))
    assert shown.blocks_lost == ("3D",)
    assert seats_in(booking) == ["1B"], "1A is blocked"
    kept = "SELECT string_agg(DISTINCT x.number, ' ') FROM seat_locks l JOIN seats x ON x.id = l.seat_id WHERE l.kind = 'blocked'"
    assert scalar(kept) == "1A"


def test_late_money_for_seats_that_are_no_longer_there_goes_back(office: Office, clock: Clock) -> None:
    late = reserve(office.ask(11), ALICE, ACTOR)
    begun = begin(late.reservation_id, ALICE, ACTOR, "simulated", "card")
    clock.move(minutes=30)
    sweep()
    swapped(office, coach(office, "1A", "1B"))
    event = GatewayEvent("late-1", "payment.completed", begun.payment_id, str(begun.payment_id), begun.amount)
    assert settle("simulated", event) == REFUND_DUE


def test_a_change_that_is_being_paid_for_is_made_in_the_new_vehicle(office: Office) -> None:
    charge = text(
        "INSERT INTO seat_charges (id, operator_id, subject, amount) VALUES (gen_random_uuid(), :id, 'premium', 500)"
    )
    with transaction() as session:
        session.execute(charge, {"id": office.operator_id})
    swapped(office, vehicle(office, seat("1A"), seat("3D", "premium")))
    here = replace(office, seats=new_seats(office))
    booking = sell(0, office=here)
    person = scalar("SELECT p.id FROM passengers p")
    change = hold_seats(booking, {UUID(str(person)): here.seats[1]}, Buyer(ALICE, ACTOR, "api"))
    swapped(office, vehicle(office, seat("1B"), seat("2D", "premium")))
    assert pay(change.reservation_id) == booking
    assert seats_in(booking) == ["2D"]


# -- what cannot be


def test_what_cannot_be_swapped_is_refused_in_words(office: Office) -> None:
    to = coach(office, "1A")
    for schedule, other, error, words in (
        (office.operator_id, to, NotFound, "no such departure"),
        (office.schedule_id, office.operator_id, NotFound, "no such vehicle"),
        (office.schedule_id, office.vehicle_id, RuleBroken, "runs already"),
        (office.schedule_id, make_office().vehicle_id, RuleBroken, "another operator"),
    ):
        with pytest.raises(error, match=words):
            preview_swap(schedule, other)
    with pytest.raises(RuleBroken, match="not be empty"):
        swap(office.schedule_id, to, " ", CLERK, agreed="x")
    set_status(office.schedule_id, "departed", CLERK)
    with pytest.raises(Conflict, match="departed"):
        preview_swap(office.schedule_id, to)


def test_a_run_that_was_called_off_keeps_its_vehicle(office: Office) -> None:
    cancel_schedule(office.schedule_id, CLERK, "Snow")
    with pytest.raises(Conflict, match="cancelled"):
        preview_swap(office.schedule_id, a_fleet(office)[0])


def test_the_same_layout_in_another_vehicle_changes_no_seat(office: Office) -> None:
    booking = sell(0, office=office)
    old = tickets_of(booking)[0]
    with transaction():
        twin = new_vehicle(office, office.layout_id)
    assert swapped(office, twin).count("kept") == 1
    assert tickets_of(booking)[0].qr == old.qr
    assert scalar("SELECT vehicle_id FROM schedules WHERE id = :id", id=office.schedule_id) == twin
