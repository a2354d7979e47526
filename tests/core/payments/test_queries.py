"""Revenue comes out of the ledger by the operator's own calendar."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from core.kernel.db import db, transaction
from core.kernel.money import Money
from core.payments.ledger import post
from core.payments.queries import (
    payments,
    revenue_by_day,
    revenue_by_route,
    revenue_today,
)
from core.payments.refunds import open_refund
from core.payments.rules import PostingKind
from core.payments.words import Account
from core.till.hand_out import hand_out
from tests.core.payments.cast import Stage, begin, pay, set_stage
from tests.support.clock import Clock
from tests.support.database import Sessions
from tests.support.factories import CLERK


def sell(stage: Stage, amount: int = 5000, payment: UUID | None = None) -> None:
    """A sale of which 100 are fees and 800 taxes."""
    lines = [
        (Account.GATEWAY_RECEIVABLE, amount),
        (Account.REVENUE, 900 - amount),
        (Account.FEES, -100),
        (Account.TAXES, -800),
    ]
    with transaction():
        post(PostingKind.SALE, stage.operator, "RON", lines, route_id=stage.route, payment_id=payment)


_NEXT_DAY = text(
    "SELECT day, extract(epoch FROM (day + make_interval(hours => :hour)) AT TIME ZONE :zone - app_now()) AS s "
    "FROM (SELECT (app_now() AT TIME ZONE :zone)::date + 1 AS day) AS next"
)


def set_local_time(clock: Clock, zone: str, hour: int) -> date:
    """Move the clock on to that hour of the zone's next day; returns that day."""
    row = db.session.execute(_NEXT_DAY, {"hour": hour, "zone": zone}).one()
    clock.move(seconds=float(row.s))
    day: date = row.day
    return day


def test_today_has_what_was_sold_since_local_midnight(db_session: Sessions, clock: Clock) -> None:
    stage = set_stage("Asia/Tokyo")
    day = set_local_time(clock, "Asia/Tokyo", 23)
    sell(stage, 5000)
    clock.move(hours=2)
    assert revenue_today() == []
    sell(stage, 3000)
    sell(stage, 2000)
    (row,) = revenue_today()
    assert (row.operator_id, row.currency, row.sales) == (stage.operator, "RON", 2)
    assert (row.revenue, row.fees, row.taxes, row.gross) == (3200, 200, 1600, 5000)
    days = [(row.day, row.gross) for row in revenue_by_day(7)]
    assert days == [(day, 5000), (day + timedelta(days=1), 5000)]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Bucharest"])
def test_the_days_asked_for_are_whole_local_days(db_session: Sessions, clock: Clock, zone: str) -> None:
    stage = set_stage(zone)
    first = set_local_time(clock, zone, 0)
    for _ in range(3):
        sell(stage)
        clock.move(days=1)
    assert [row.day for row in revenue_by_day(3)] == [first + timedelta(days=1), first + timedelta(days=2)]


def test_operators_are_kept_apart_and_the_best_route_comes_first(db_session: Sessions) -> None:
    small, large = set_stage(), set_stage()
    sell(small, 2000)
    sell(large, 9000)
    assert [(row.route_id, row.gross) for row in revenue_by_route()] == [
        (large.route, 9000),
        (small.route, 2000),
    ]
    assert [row.gross for row in revenue_by_route(operator_id=small.operator)] == [2000]
    assert [row.gross for row in revenue_today(small.operator)] == [2000]


def test_refunds_of_money_that_bought_nothing_are_no_revenue(stage: Stage) -> None:
    with transaction():
        lines = [(Account.GATEWAY_RECEIVABLE, 5000), (Account.REFUNDS_DUE, -5000)]
        post(PostingKind.REFUND_DUE, stage.operator, "RON", lines)
    assert revenue_today() == []


def test_payments_are_listed_newest_first_with_what_went_back(stage: Stage, clock: Clock) -> None:
    first = pay(stage, "cash")
    with transaction():
        refund = open_refund(first, Money(2000, "RON"), "a present")
    hand_out(refund, CLERK)
    clock.move(minutes=1)
    second = begin(stage)
    rows = payments(reservation_id=stage.reservation)
    assert [(row.id, row.refunded, row.status) for row in rows] == [
        (second, Money(0, "RON"), "pending"),
        (first, Money(2000, "RON"), "completed"),
    ]
    assert payments(status="pending") == payments(limit=1) == rows[:1]
    assert payments(before=rows[0].created_at, operator_id=stage.operator) == rows[1:]
