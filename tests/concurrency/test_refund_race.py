"""Two refunds of one payment arrive in the same moment: together they are all of it, and the payment is called refunded."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from sqlalchemy import select, text

from core.booking.cancellation import cancel_booking
from core.booking.queries import booking_view
from core.kernel.db import db, transaction
from core.payments import refunds
from core.payments.gateways.base import RefundAnswer
from core.payments.models import Payment, Refund
from core.proof.invariants import broken
from core.proof.money import REFUNDS_WITHIN_PAYMENT
from core.till.drawer import cash_shift
from tests.support.database import FreshDatabase
from tests.support.factories import ACTOR, CLERK, make_office
from tests.support.sales import sell


@pytest.fixture
def opened(fresh_database: FreshDatabase) -> list[UUID]:
    """The refunds of two passengers who were cancelled one after the other; nothing is kept."""
    with fresh_database.app.app_context():
        booking = booking_view(sell(0, 1, office=make_office(), email=None))
        assert booking is not None
        for person in booking.reservation.passengers:
            cancel_booking(booking.id, ACTOR, "test", passenger_ids=frozenset({person.id}), waive=True)
        return list(db.session.execute(select(Refund.id)).scalars())


def settle_at_once(fresh: FreshDatabase, opened: list[UUID]) -> str:
    """Nobody commits until the other has settled too, or half a second has gone by; how the payment stands afterwards."""
    meet = Barrier(2)

    def settle(refund_id: UUID) -> None:
        with fresh.app.app_context(), transaction():
            shift_id = cash_shift(CLERK, 1, "EUR")
            answer = RefundAnswer("processed", f"cash-{refund_id}")
            refunds.settle_refund(refund_id, answer, CLERK, shift_id=shift_id)
            with suppress(BrokenBarrierError):
                meet.wait(0.5)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(partial(settle, each)) for each in opened]:
            done.result()
    with fresh.app.app_context():
        return db.session.execute(select(Payment.status)).scalar_one()


def test_both_together_are_all_of_the_payment(fresh_database: FreshDatabase, opened: list[UUID]) -> None:
    assert settle_at_once(fresh_database, opened) == "refunded"
    with fresh_database.app.app_context(), db.engine.connect() as connection:
        assert [str(each) for each in broken(connection)] == []


def test_twin_without_the_guard_neither_sees_the_other(
    fresh_database: FreshDatabase, opened: list[UUID]
) -> None:
    """The trigger that keeps refunds within their payment locks it: without it both look before the other has written."""
    with fresh_database.app.app_context(), transaction() as session:
        session.execute(text("ALTER TABLE refunds DISABLE TRIGGER refunds_within_payment"))

    assert settle_at_once(fresh_database, opened) == "completed"
    with fresh_database.app.app_context(), db.engine.connect() as connection:
        assert REFUNDS_WITHIN_PAYMENT in [each.invariant for each in broken(connection)]
