"""Cancelling a booking, whole and in part: seats, tickets, status, refund and books, all or nothing, once."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking import giving_back
from core.booking.cancellation import cancel_booking, preview
from core.booking.errors import CancellationClosed, NotCancellable, RefundChanged
from core.booking.queries import booking_view
from core.booking.views import PassengerView
from core.inventory.queries import seat_map
from core.kernel.db import db, transaction
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.tickets.queries import tickets_of
from core.tickets.scan import look, use
from tests.support.clock import Clock
from tests.support.factories import ACTOR, BOB, CLERK, Office, make_office
from tests.support.sales import sell

pytestmark = pytest.mark.usefixtures("db_session")

ACCOUNTS = "SELECT account, sum(amount)::int FROM ledger_entries GROUP BY 1 HAVING sum(amount) <> 0"


def rows(statement: str) -> list[Any]:
    return list(db.session.execute(text(statement)))


def books() -> dict[str, int]:
    return dict(rows(ACCOUNTS))


def people(booking_id: UUID) -> list[PassengerView]:
    view = booking_view(booking_id)
    assert view is not None
    return list(view.reservation.passengers)


def status(booking_id: UUID) -> str:
    view = booking_view(booking_id)
    assert view is not None
    return view.status


@pytest.fixture
def office() -> Office:
    """Departs in two days: everything comes back. A whole way costs 26.00, fee and 6 % tax contained."""
    return make_office(departs_in=timedelta(days=2))


def test_a_whole_booking_goes_back_as_if_it_had_not_been(office: Office) -> None:
    booking_id = sell(0, 1, office=office)

    shown = preview(booking_id)
    done = cancel_booking(booking_id, ACTOR, "changed my mind")

    assert done.refund == shown.refund == Money(5200, "EUR")
    assert (shown.kept.amount, shown.percent, shown.whole) == (0, 100, True)
    assert status(booking_id) == "cancelled"
    assert {person.ticket_status for person in people(booking_id)} == {"cancelled"}
    assert seat_map(office.schedule_id, 0, 5).available == 12
    assert books() == {"cash_drawer": 5200, "refunds_due": -5200}
    assert rows("SELECT amount, status FROM refunds") == [(5200, "pending")]
    (told,) = rows("SELECT payload FROM outbox WHERE kind = 'booking.cancelled'")
    assert told.payload == {"cancellation_id": str(done.cancellation_id)}
    (deed,) = rows("SELECT * FROM activity_log WHERE action = 'booking.cancelled'")
    assert (deed.reason, deed.before["status"], deed.after["status"]) == (
        "changed my mind",
        "confirmed",
        "cancelled",
    )


def test_a_preview_changes_nothing(office: Office) -> None:
    booking_id = sell(0, office=office)
    before = books()
    preview(booking_id)
    assert books() == before
    assert status(booking_id) == "confirmed"
    assert seat_map(office.schedule_id, 0, 5).available == 11


def test_one_passenger_goes_and_the_others_travel(office: Office) -> None:
    booking_id = sell(0, 1, 2, office=office)
    leaving = people(booking_id)[1]

    done = cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({leaving.id}))

    assert done.refund == Money(2600, "EUR")
    assert status(booking_id) == "confirmed"
    assert [p.ticket_status for p in people(booking_id)] == ["valid", "cancelled", "valid"]
    free = {s.number for s in seat_map(office.schedule_id, 0, 5).seats if s.state == "available"}
    assert leaving.seat_number in free
    assert len(free) == 10
    assert books()["fees"] == -200
    assert sell(1, office=office, holder=BOB), "and it is sold again"


def test_the_last_passenger_ends_the_booking_and_leaves_no_cent(office: Office) -> None:
    booking_id = sell(0, 1, 2, office=office)
    refunds = [
        cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({p.id})).refund.amount
        for p in people(booking_id)
    ]
    assert sum(refunds) == 7800
    assert status(booking_id) == "cancelled"
    assert books() == {"cash_drawer": 7800, "refunds_due": -7800}


@pytest.mark.parametrize(("hours", "back"), [(23.9, 2600), (24, 1300), (45.9, 1300)])
def test_the_ladder_counts_the_time_before_departure(
    office: Office, clock: Clock, hours: float, back: int
) -> None:
    booking_id = sell(0, office=office)
    clock.move(hours=hours)
    assert cancel_booking(booking_id, ACTOR).refund.amount == back


def test_what_is_kept_stays_sold(office: Office, clock: Clock) -> None:
    booking_id = sell(0, office=office)
    sold = books()
    clock.move(hours=25)
    shown = preview(booking_id)
    cancel_booking(booking_id, ACTOR)
    assert (shown.refund.amount, shown.kept.amount, shown.percent) == (1300, 1300, 50)
    now = books()
    assert now["refunds_due"] == -1300
    assert all(abs(now[account] - sold[account] / 2) <= 1 for account in ("revenue", "fees", "taxes"))


def test_the_stop_where_one_boards_counts(clock: Clock) -> None:
    office = make_office()
    booking_id = sell(0, office=office, first=3, last=5)
    clock.move(hours=2)
    assert preview(booking_id).percent == 100, "22 h before Lisboa, 25 h before Coimbra"


def test_too_late_is_refused_and_leaves_everything(office: Office, clock: Clock) -> None:
    booking_id = sell(0, office=office)
    clock.move(hours=46)
    for ask in (preview, lambda b: cancel_booking(b, ACTOR)):
        with pytest.raises(CancellationClosed):
            ask(booking_id)
    assert status(booking_id) == "confirmed"


def test_a_fee_is_kept_for_each_passenger() -> None:
    office = make_office(refund_ladder=[{"hours": 0, "percent": 100, "fee": 500}])
    booking_id = sell(0, 1, office=office)
    shown = preview(booking_id)
    assert (shown.refund.amount, shown.kept.amount, shown.fee.amount) == (4200, 1000, 500)


def test_the_policy_of_the_sale_counts_not_todays(office: Office) -> None:
    booking_id = sell(0, office=office)
    columns = "version, active, hold_minutes, extension_minutes, max_extensions, payment_grace_minutes, max_seats, sales_close_minutes, refund_ladder, passenger_fields"
    with transaction() as session:
        session.execute(text("UPDATE policies SET active = false"))
        session.execute(
            text(
                f"INSERT INTO policies (id, operator_id, {columns}) SELECT gen_random_uuid(), operator_id, 2, true, "
                "hold_minutes, extension_minutes, max_extensions, payment_grace_minutes, max_seats, "
                "sales_close_minutes, '[]', passenger_fields FROM policies"
            )
        )
    assert preview(booking_id).percent == 100


def test_a_waived_cancellation_gives_all_back_however_late(office: Office, clock: Clock) -> None:
    booking_id = sell(0, office=office)
    clock.move(hours=47)
    use(tickets_of(booking_id)[0].number, "gate", CLERK)
    done = cancel_booking(booking_id, CLERK, "The coach broke down.", waive=True)
    assert done.refund.amount == 2600
    assert rows("SELECT reason FROM refunds") == [("The coach broke down.",)]


def test_a_cancelled_departure_gives_all_back(office: Office, clock: Clock) -> None:
    booking_id = sell(0, office=office)
    with transaction() as session:
        session.execute(text("UPDATE schedules SET status = 'cancelled'"))
    clock.move(hours=47)
    assert cancel_booking(booking_id, ACTOR).refund.amount == 2600


def test_doing_it_again_gives_the_same_answer(office: Office) -> None:
    booking_id = sell(0, 1, office=office)
    first_passenger = frozenset({people(booking_id)[0].id})
    part = cancel_booking(booking_id, ACTOR, passenger_ids=first_passenger)
    assert cancel_booking(booking_id, ACTOR, passenger_ids=first_passenger) == part
    rest = cancel_booking(booking_id, ACTOR)
    assert cancel_booking(booking_id, ACTOR) == rest
    assert len(rows("SELECT 1 FROM cancellations")) == len(rows("SELECT 1 FROM refunds")) == 2


def test_another_refund_than_the_agreed_one_is_refused(office: Office, clock: Clock) -> None:
    booking_id = sell(0, office=office)
    shown = preview(booking_id)
    clock.move(hours=25)
    with pytest.raises(RefundChanged) as refused:
        cancel_booking(booking_id, ACTOR, agreed=shown.refund)
    assert refused.value.details["refund"] == {"amount": 1300, "currency": "EUR"}
    assert status(booking_id) == "confirmed"


def test_who_is_not_there_or_left_already_is_refused(office: Office) -> None:
    booking_id = sell(0, 1, office=office)
    first, second = people(booking_id)
    with pytest.raises(NotFound):
        cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({uuid4()}))
    with pytest.raises(NotFound):
        preview(uuid4())
    with pytest.raises(NotFound):
        cancel_booking(uuid4(), ACTOR)
    cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({first.id}))
    with pytest.raises(NotCancellable):
        cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({first.id, second.id}))
    assert [p.ticket_status for p in people(booking_id)] == ["cancelled", "valid"]


def test_a_used_ticket_is_not_cancelled_and_a_cancelled_one_not_used(office: Office, clock: Clock) -> None:
    clock.move(hours=25)
    booking_id = sell(0, 1, office=office)
    first, second = tickets_of(booking_id)
    use(first.qr, "gate", CLERK)
    with pytest.raises(NotCancellable):
        cancel_booking(booking_id, ACTOR)
    cancel_booking(booking_id, ACTOR, passenger_ids=frozenset({second.facts.passenger_id}))
    assert look(second.qr).verdict == "cancelled"


def test_a_booking_of_nothing_is_cancelled_without_a_refund(office: Office) -> None:
    with transaction() as session:
        session.execute(text("UPDATE tariffs SET base = 0, per_km = 0, booking_fee = 0"))
    booking_id = sell(0, office=office)
    assert cancel_booking(booking_id, ACTOR).refund.amount == 0
    assert status(booking_id) == "cancelled"
    assert rows("SELECT 1 FROM refunds") == []


def test_nothing_is_half_done_when_the_books_refuse(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    booking_id = sell(0, office=office)
    monkeypatch.setattr(giving_back, "cancellation_lines", lambda *_: [("revenue", 5), ("refunds_due", -4)])
    with pytest.raises(Exception, match="balance"):
        cancel_booking(booking_id, ACTOR)
    assert status(booking_id) == "confirmed"
    assert seat_map(office.schedule_id, 0, 5).available == 11
