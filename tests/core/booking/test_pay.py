"""Paying when it comes to the edges: nothing to pay, everything at once, time running out. Money is taken once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from core.booking.errors import NotActive
from core.booking.pay import begin_payment, take_cash
from core.booking.queries import booking_of_reservation, reservation_view
from core.booking.reserve import reserve
from core.booking.settle import settle
from core.kernel.db import db, transaction
from core.kernel.errors import DomainError
from core.kernel.money import Money
from core.payments import records
from core.payments.gateways.base import GatewayEvent
from tests.support.clock import Clock
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, ALICE, CLERK, Office, make_office
from tests.support.gateway import GatewayProcess


def free_of_charge() -> tuple[Office, UUID]:
    """A hold that costs nothing at all."""
    office = make_office()
    with transaction() as session:
        session.execute(text("UPDATE tariffs SET base = 0, per_km = 0, minimum = 0, booking_fee = 0"))
    held = reserve(office.ask(0), ALICE, ACTOR)
    assert held.quote.total == 0
    return office, held.reservation_id


@pytest.mark.usefixtures("db_session")
def test_what_costs_nothing_is_booked_without_a_gateway() -> None:
    _, reservation_id = free_of_charge()

    started = begin_payment(reservation_id, ALICE, ACTOR, "card")

    assert (started.status, started.pay_url, started.amount) == ("completed", None, Money(0, "EUR"))
    booking = booking_of_reservation(reservation_id)
    assert booking is not None
    assert [(p.id, p.method, p.status, p.amount) for p in booking.reservation.payments] == [
        (started.payment_id, "cash", "completed", 0)
    ]
    assert db.session.execute(text("SELECT count(*) FROM ledger_postings")).scalar_one() == 0


@pytest.mark.usefixtures("db_session")
def test_what_costs_nothing_is_booked_once() -> None:
    _, reservation_id = free_of_charge()
    begin_payment(reservation_id, ALICE, ACTOR, "card")
    with pytest.raises(NotActive):
        begin_payment(reservation_id, ALICE, ACTOR, "card")


@pytest.mark.usefixtures("db_session")
def test_grace_ends_with_the_departure(clock: Clock, gateway_process: GatewayProcess) -> None:
    office = make_office(departs_in=timedelta(minutes=16))
    held = reserve(office.ask(0), ALICE, ACTOR)
    clock.move(minutes=14)
    begin_payment(held.reservation_id, ALICE, ACTOR, "card", behaviour="never")
    view = reservation_view(held.reservation_id)
    assert view is not None
    assert view.expires_at == office.departure_at


def at_once(fresh: FreshDatabase, *deeds: Callable[[], object]) -> list[object]:
    """Do them in threads of their own that begin together; what each came to, errors as their codes."""
    together = Barrier(len(deeds))

    def run(deed: Callable[[], object]) -> object:
        with fresh.app.app_context():
            together.wait()
            try:
                return deed()
            except DomainError as error:
                return error.code

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def test_two_payments_of_one_reservation_at_once_book_once_and_give_one_back(
    fresh_database: FreshDatabase,
) -> None:
    with fresh_database.app.app_context():
        office = make_office()
        held = reserve(office.ask(0), ALICE, ACTOR)
        with transaction():
            two = [_intent(office, held.reservation_id) for _ in range(2)]

        effects = at_once(
            fresh_database, *(lambda each=each: settle("simulated", _paid(each)) for each in two)
        )

        assert sorted(map(str, effects)) == ["booked", "refund_due"]
        refunds = db.session.execute(text("SELECT amount FROM refunds")).scalars().all()
        assert refunds == [held.quote.total]


def test_cash_counted_twice_at_once_is_taken_once(fresh_database: FreshDatabase) -> None:
    with fresh_database.app.app_context():
        held = reserve(make_office().ask(0), ALICE, ACTOR)

        came = at_once(fresh_database, *[lambda: take_cash(held.reservation_id, None, CLERK)] * 2)

        assert sorted(isinstance(each, UUID) for each in came) == [False, True]
        assert "reservation_not_active" in came
        assert db.session.execute(text("SELECT count(*) FROM payments")).scalar_one() == 1


def _intent(office: Office, reservation_id: UUID) -> UUID:
    return records.create_payment(reservation_id, office.operator_id, "simulated", "card", Money(2600, "EUR"))


def _paid(payment_id: UUID) -> GatewayEvent:
    return GatewayEvent(
        f"evt-{uuid4()}", "payment.completed", payment_id, f"ref-{payment_id}", Money(2600, "EUR")
    )
