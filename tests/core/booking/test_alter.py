"""Other seats and passengers while the seats are held: new ones first, all or none, and the price made anew."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking.alter import alter
from core.booking.errors import (
    BadPassenger,
    HoldExpired,
    NotActive,
    NotOnSale,
    PaymentBegun,
    SeatTaken,
    SeatTwice,
    TooManySeats,
    UnknownSeat,
)
from core.booking.extend import extend
from core.booking.pay import take_cash
from core.booking.queries import reservation_view
from core.booking.requests import Seating
from core.booking.reserve import reserve
from core.booking.views import ReservationView
from core.inventory.queries import seat_map
from core.kernel.activity import SYSTEM
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.payments import records
from core.timetable.service.schedules import cancel_schedule
from tests.support.clock import Clock
from tests.support.factories import ACTOR, ALICE, BOB, CLERK, Office, make_office

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def office() -> Office:
    return make_office()


def seen(reservation_id: object) -> ReservationView:
    view = reservation_view(reservation_id)
    assert view is not None
    return view


def sit(office: Office, seat: int, who: UUID | None = None, **more: str) -> Seating:
    """One on a seat by its index: a passenger of the reservation, or somebody new."""
    return Seating(office.seats[seat], who, **({} if who else {"full_name": "Somebody New"} | more))


def taken(office: Office, first: int = 0, last: int = 5) -> list[str]:
    return [s.number for s in seat_map(office.schedule_id, first, last).seats if s.state != "available"]


def test_a_traveller_takes_another_seat_and_the_old_one_is_free(office: Office) -> None:
    held = reserve(office.ask(0, first=1, last=4), ALICE, ACTOR)
    [person] = seen(held.reservation_id).passengers

    altered = alter(held.reservation_id, ALICE, ACTOR, [sit(office, 5, person.id)])

    view = seen(held.reservation_id)
    assert [(p.id, p.seat_number, p.full_name) for p in view.passengers] == [(person.id, "2B", "Traveller 0")]
    assert taken(office) == ["2B"]
    assert altered.expires_at == held.expires_at == view.expires_at
    assert reserve(office.ask(0), BOB, ACTOR)


def test_travellers_join_and_leave_and_the_price_follows(office: Office) -> None:
    held = reserve(office.ask(0, 1), ALICE, ACTOR)
    first, second = seen(held.reservation_id).passengers
    joined = sit(office, 3, type="child", full_name="Vasco")

    altered = alter(held.reservation_id, ALICE, ACTOR, [
        sit(office, 0, first.id), sit(office, 2, second.id), joined,
    ])  # fmt: skip
    assert altered.quote.total == 3 * 2600
    assert taken(office) == ["1A", "1C", "1D"]
    view = seen(held.reservation_id)
    assert [(p.place, p.type, p.full_name, p.amount) for p in view.passengers] == [
        (0, "adult", "Traveller 0", 2500), (1, "adult", "Traveller 1", 2500), (2, "child", "Vasco", 2500),
    ]  # fmt: skip
    assert view.quote == altered.quote

    alone = alter(held.reservation_id, ALICE, ACTOR, [sit(office, 2, second.id)])
    assert alone.quote.total == 2600
    assert taken(office) == ["1C"]
    assert take_cash(held.reservation_id, ALICE, CLERK)


def test_two_travellers_of_one_reservation_swap_their_seats(office: Office) -> None:
    held = reserve(office.ask(0, 1), ALICE, ACTOR)
    first, second = seen(held.reservation_id).passengers
    alter(held.reservation_id, ALICE, ACTOR, [
        sit(office, 1, first.id), sit(office, 0, second.id),
    ])  # fmt: skip
    assert [p.seat_number for p in seen(held.reservation_id).passengers] == ["1B", "1A"]
    assert taken(office) == ["1A", "1B"]


def test_a_lost_race_leaves_the_old_seats_and_everything_else_untouched(office: Office) -> None:
    held = reserve(office.ask(0, 1), ALICE, ACTOR)
    reserve(office.ask(5), BOB, ACTOR)
    before = seen(held.reservation_id)
    with pytest.raises(SeatTaken) as refused:
        alter(held.reservation_id, ALICE, ACTOR, [sit(office, 4), sit(office, 5)])
    assert refused.value.details == {"seats": ["2B"]}
    assert "2B" in refused.value.message
    assert replace(seen(held.reservation_id), seconds_left=before.seconds_left) == before
    assert taken(office) == ["1A", "1B", "2B"]


def test_what_is_so_already_keeps_its_price_and_is_not_noted(office: Office) -> None:
    held = reserve(office.ask(0), ALICE, ACTOR)
    [person] = seen(held.reservation_id).passengers
    with transaction() as session:
        session.execute(text("UPDATE tariffs SET base = 9000"))
    again = alter(held.reservation_id, ALICE, ACTOR, [sit(office, 0, person.id)])
    assert again.quote == held.quote
    assert not db.session.execute(
        text("SELECT count(*) FROM activity_log WHERE action = 'reservation.changed'")
    ).scalar()


def test_the_price_is_made_anew_by_the_prices_of_now(office: Office) -> None:
    held = reserve(office.ask(0), ALICE, ACTOR)
    with transaction() as session:
        session.execute(
            text("UPDATE tariffs SET base = 2000 WHERE operator_id = :o"), {"o": office.operator_id}
        )
    altered = alter(held.reservation_id, ALICE, ACTOR, [sit(office, 1)])
    assert altered.quote.total == 3600


def test_the_log_says_what_was_before_and_after_without_names(office: Office) -> None:
    held = reserve(office.ask(0), ALICE, ACTOR)
    alter(held.reservation_id, ALICE, ACTOR, [sit(office, 1, full_name="Nobody's business")])
    row = db.session.execute(text("""
        SELECT before, after, actor_id, address FROM activity_log WHERE action = 'reservation.changed'
    """)).one()  # fmt: skip
    assert row.before == {"passengers": [{"seat": "1A", "type": "adult"}], "total": 2600, "currency": "EUR"}
    assert row.after["passengers"] == [{"seat": "1B", "type": "adult"}]
    assert (row.actor_id, row.address) == (ACTOR.id, ACTOR.address)
    assert "business" not in str(row)


def test_the_limits_are_those_of_a_hold(office: Office) -> None:
    held = reserve(office.ask(0), ALICE, ACTOR)

    def refused(error: type[Exception], *wanted: Seating) -> None:
        with pytest.raises(error):
            alter(held.reservation_id, ALICE, ACTOR, wanted)

    refused(TooManySeats, *(sit(office, seat) for seat in range(7)))
    refused(SeatTwice, sit(office, 1), sit(office, 1))
    refused(UnknownSeat, Seating(uuid4(), full_name="Somebody New"))
    refused(BadPassenger, sit(office, 1, type="ghost"))
    refused(BadPassenger, sit(office, 1, uuid4()))
    refused(BadPassenger, Seating(office.seats[1]))
    refused(BadPassenger)
    assert taken(office) == ["1A"]


def test_somebody_elses_reservation_is_not_there(office: Office) -> None:
    held = reserve(office.ask(0), ALICE, ACTOR)
    with pytest.raises(NotFound):
        alter(held.reservation_id, BOB, ACTOR, [sit(office, 1)])


def test_a_hold_that_ran_out_stays_so(office: Office, clock: Clock) -> None:
    held = reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=15)
    with pytest.raises(HoldExpired):
        alter(held.reservation_id, ALICE, ACTOR, [sit(office, 1)])


def test_an_extension_after_a_change_prolongs_the_new_seats(office: Office, clock: Clock) -> None:
    held = reserve(office.ask(0), ALICE, ACTOR)
    alter(held.reservation_id, ALICE, ACTOR, [sit(office, 1), sit(office, 2)])
    extend(held.reservation_id, ALICE, ACTOR)
    clock.move(minutes=17)
    assert taken(office) == ["1B", "1C"]


def test_nothing_is_changed_on_a_departure_that_was_called_off(office: Office) -> None:
    held = reserve(office.ask(0), ALICE, ACTOR)
    cancel_schedule(office.schedule_id, SYSTEM, "snow")
    with pytest.raises((NotOnSale, NotActive)):
        alter(held.reservation_id, ALICE, ACTOR, [sit(office, 1)])


def test_once_a_payment_has_begun_the_seats_stay_and_after_it_failed_they_may_change(office: Office) -> None:
    held = reserve(office.ask(0), ALICE, ACTOR)
    with transaction():
        links = (held.reservation_id, office.operator_id, "simulated", "card")
        payment_id = records.start_payment(ACTOR, *links, Money(2600, "EUR"))
    with pytest.raises(PaymentBegun):
        alter(held.reservation_id, ALICE, ACTOR, [sit(office, 1)])
    with transaction():
        records.fail(payment_id, "declined")
    assert alter(held.reservation_id, ALICE, ACTOR, [sit(office, 1)])
    take_cash(held.reservation_id, ALICE, CLERK)
    with pytest.raises(NotActive):
        alter(held.reservation_id, ALICE, ACTOR, [sit(office, 2)])
