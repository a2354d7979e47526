"""The waiting list: first come first served, real holds with a deadline, whatever freed the seat."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking.cancel import release
from core.booking.cancellation import cancel_booking
from core.booking.errors import BadPassenger, NotActive, TooManySeats
from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.booking.swap import preview_swap, swap
from core.booking.waiting import AlreadyWaiting, JoinRequest, SeatsFree, Traveller, holder_of, join, leave
from core.booking.waiting_queries import line_of, waiting_entry
from core.booking.waiting_serve import serve
from core.kernel.db import db, transaction
from core.kernel.errors import DomainError, NotFound
from core.proof.invariants import broken
from core.timetable.service.schedules import cancel_schedule
from tests.support.clock import Clock
from tests.support.database import Sessions
from tests.support.factories import ACTOR, BOB, CLERK, Office, a_fleet, make_office
from tests.support.sales import buyer, sell


@pytest.fixture
def office(db_session: Sessions) -> Office:
    """Four seats, all of them sold (`sold`); offers last an hour."""
    return make_office(rows=1)


@pytest.fixture
def sold(office: Office) -> list[UUID]:
    return [sell(seat, office=office, holder=buyer(seat)) for seat in range(4)]


def wish(office: Office, name: str = "ana", *, seats: int = 1, first: int = 0, last: int = 5) -> JoinRequest:
    people = tuple(Traveller(full_name=f"{name} {n}") for n in range(seats))
    return JoinRequest(office.schedule_id, first, last, people, "api", f"{name}@example.org")


def stand(office: Office, name: str, **more: int) -> UUID:
    return join(wish(office, name, **more), ACTOR)


def status(entry_id: UUID) -> str:
    return waiting_entry(entry_id).status


def offers() -> int:
    return int(db.session.scalar(text("SELECT count(*) FROM outbox WHERE kind = 'waiting.offered'")))


@pytest.mark.usefixtures("sold")
def test_nobody_is_served_while_nothing_is_free(office: Office) -> None:
    entries = [stand(office, "ana"), stand(office, "ben")]
    assert serve() == 0
    assert [waiting_entry(each).ahead for each in entries] == [1, 2]
    assert offers() == 0


def test_a_freed_seat_is_held_for_the_first(office: Office, sold: list[UUID]) -> None:
    first, second = stand(office, "ana"), stand(office, "ben")
    cancel_booking(sold[2], ACTOR)

    assert serve() == 1
    assert serve() == 0

    mine = waiting_entry(first)
    assert (mine.status, status(second), offers()) == ("offered", "waiting", 1)
    assert mine.offer_until is not None
    assert mine.offer_until - mine.created_at == timedelta(minutes=60)
    assert waiting_entry(second).ahead == 1
    with pytest.raises(DomainError):
        reserve(office.ask(2), BOB, ACTOR)
    assert mine.reservation_id is not None
    take_cash(mine.reservation_id, holder_of(first), CLERK)
    serve()
    assert status(first) == "served"
    assert [str(each) for each in broken(db.session.connection())] == []


def test_when_the_deadline_passes_the_next_gets_it(office: Office, sold: list[UUID], clock: Clock) -> None:
    first, second = stand(office, "ana"), stand(office, "ben")
    cancel_booking(sold[0], ACTOR)
    serve()
    clock.move(minutes=59)
    assert serve() == 0
    clock.move(minutes=2)
    assert status(first) == "lapsed", "seen at once, by the clock alone"
    assert serve() == 1
    assert (status(first), status(second)) == ("lapsed", "offered")


def test_a_hold_that_ran_out_by_the_clock_alone_counts_as_freed(office: Office, clock: Clock) -> None:
    for seat in range(3):
        sell(seat, office=office, holder=buyer(seat))
    reserve(office.ask(3), BOB, ACTOR)
    entry = stand(office, "ana")
    clock.move(minutes=16)
    assert serve() == 1
    assert status(entry) == "offered"


def test_a_release_and_a_bigger_vehicle_free_seats_too(office: Office, sold: list[UUID]) -> None:
    entry = stand(office, "ana", seats=2)
    cancel_booking(sold[0], ACTOR)
    assert serve() == 0, "two are wanted"
    held = reserve(office.ask(0), BOB, ACTOR)
    cancel_booking(sold[1], ACTOR)
    assert serve() == 0
    release(held.reservation_id, CLERK, "stuck kiosk")
    assert serve() == 1
    other = stand(office, "eve", seats=2)
    assert serve() == 0
    larger = a_fleet(office)[1]
    shown = preview_swap(office.schedule_id, larger)
    swap(office.schedule_id, larger, "more people", CLERK, agreed=shown.fingerprint)
    assert serve() == 1
    assert status(other) == "offered"
    assert status(entry) == "offered"


def test_the_first_whose_wish_fits(office: Office, sold: list[UUID]) -> None:
    three, short, one = (
        stand(office, "ana", seats=3),
        stand(office, "ben", first=0, last=2),
        stand(office, "eva"),
    )
    cancel_booking(sold[0], ACTOR)
    assert serve() == 1
    assert [status(each) for each in (three, short, one)] == ["waiting", "offered", "waiting"]
    cancel_booking(sold[1], ACTOR)
    cancel_booking(sold[2], ACTOR)
    assert serve() == 1, "two are free all the way: too few for three, and one gets one"
    assert [status(each) for each in (three, one)] == ["waiting", "offered"]


def test_leaving_frees_what_was_offered(office: Office, sold: list[UUID]) -> None:
    first, second = stand(office, "ana"), stand(office, "ben")
    cancel_booking(sold[0], ACTOR)
    serve()
    leave(first, ACTOR)
    leave(first, ACTOR)
    assert status(first) == "left"
    assert serve() == 1
    mine = waiting_entry(second).reservation_id
    assert mine is not None
    take_cash(mine, holder_of(second), CLERK)
    with pytest.raises(NotActive):
        leave(second, ACTOR)
    with pytest.raises(NotFound):
        leave(uuid4(), ACTOR)


def test_a_crash_between_hold_and_offer_loses_nothing(office: Office, sold: list[UUID]) -> None:
    """The hold was made, the process died before it told: the next round finds it, and no second one is made."""
    first, second = stand(office, "ana"), stand(office, "ben")
    cancel_booking(sold[0], ACTOR)
    held = reserve(office.ask(0), holder_of(first), ACTOR)
    assert serve() == 1
    assert waiting_entry(first).reservation_id == held.reservation_id
    assert status(second) == "waiting"


def test_one_who_serves_keeps_others_away_until_the_claim_runs_out(
    office: Office, sold: list[UUID], clock: Clock
) -> None:
    stand(office, "ana")
    cancel_booking(sold[0], ACTOR)
    with transaction() as session:
        session.execute(text("UPDATE waiting_lines SET claimed_until = app_now() + interval '30 seconds'"))
    assert serve() == 0
    clock.move(seconds=31)
    assert serve() == 1


@pytest.mark.usefixtures("sold")
def test_when_the_run_goes_off_sale_the_line_is_closed(office: Office, clock: Clock) -> None:
    late, early = stand(office, "ana", first=4, last=5), stand(office, "ben")
    clock.move(hours=24)
    serve()
    assert (status(early), status(late)) == ("closed", "waiting"), "the fourth stop comes four hours later"
    cancel_schedule(office.schedule_id, CLERK, "Snow")
    serve()
    assert status(late) == "closed"
    assert line_of(office.schedule_id) == []


@pytest.mark.usefixtures("sold")
def test_what_cannot_be_joined(office: Office) -> None:
    stand(office, "ana")
    with pytest.raises(AlreadyWaiting):
        join(replace(wish(office), contact_email="ANA@example.org"), ACTOR)
    with pytest.raises(TooManySeats):
        join(wish(office, "ben", seats=7), ACTOR)
    for bad in (
        {"contact_email": ""},
        {"contact_email": "nobody"},
        {"contact_phone": "12"},
        {"travellers": ()},
    ):
        with pytest.raises(BadPassenger):
            join(replace(wish(office, "ben"), **bad), ACTOR)
    with pytest.raises(BadPassenger):
        join(replace(wish(office, "ben"), travellers=(Traveller(),)), ACTOR)
    empty = make_office()
    with pytest.raises(SeatsFree):
        join(wish(empty), ACTOR)
    with pytest.raises(NotFound):
        join(replace(wish(office, "ben"), schedule_id=uuid4()), ACTOR)


def test_nobody_is_on_more_than_ten_lists(db_session: Sessions) -> None:
    offices = [make_office(rows=1) for _ in range(11)]
    for office in offices:
        for seat in range(4):
            reserve(office.ask(seat), buyer(seat), ACTOR)
    for office in offices[:10]:
        stand(office, "ana")
    with pytest.raises(DomainError) as refused:
        stand(offices[10], "ana")
    assert refused.value.code == "too_many_lines"
