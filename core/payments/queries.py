"""Reads about money for screens: revenue out of the ledger, and payments.

A day is the operator's local one. Everything is added up by the database.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from core.kernel.db import db
from core.kernel.money import Money
from core.payments.models import Payment, Refund
from core.payments.words import RefundStatus


@dataclass(frozen=True, slots=True)
class RevenueRow:
    """What an operator sold in one currency. Minor units; `revenue` is without fees and taxes.

    `day` and the route are set where the rows are by day or by route. `sales` counts bookings.
    """

    operator_id: UUID
    operator_name: str
    currency: str
    day: date | None
    route_id: UUID | None
    route_name: str | None
    revenue: int
    fees: int
    taxes: int
    sales: int

    @property
    def gross(self) -> int:
        """What customers paid for it."""
        return self.revenue + self.fees + self.taxes


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment as a list shows it."""

    id: UUID
    reservation_id: UUID
    operator_id: UUID
    gateway: str
    method: str
    amount: Money
    refunded: Money
    status: str
    failure: str | None
    created_at: datetime
    settled_at: datetime | None


# `at` is compared twice: the fixed bound finds the rows by index, the local one is exact.
_REVENUE = """
SELECT o.id AS operator_id, o.name AS operator_name, p.currency, {day} AS day, {route} AS route_id,
  {route_name} AS route_name,
  coalesce(-sum(e.amount) FILTER (WHERE e.account = 'revenue'), 0)::bigint AS revenue,
  coalesce(-sum(e.amount) FILTER (WHERE e.account = 'fees'), 0)::bigint AS fees,
  coalesce(-sum(e.amount) FILTER (WHERE e.account = 'taxes'), 0)::bigint AS taxes,
  count(DISTINCT p.id) FILTER (WHERE p.kind = 'sale') AS sales
FROM ledger_postings p
JOIN operators o ON o.id = p.operator_id
JOIN ledger_entries e ON e.posting_id = p.id AND e.account IN ('revenue', 'fees', 'taxes')
LEFT JOIN routes r ON r.id = p.route_id
WHERE p.at >= app_now() - make_interval(days => :days + 1)
  AND p.at >= ((app_now() AT TIME ZONE o.timezone)::date - (:days - 1))::timestamp AT TIME ZONE o.timezone
  AND (CAST(:operator_id AS uuid) IS NULL OR o.id = :operator_id)
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY {order}
"""
_LOCAL_DAY = "(p.at AT TIME ZONE o.timezone)::date"
_TOTAL = text(
    _REVENUE.format(
        day="NULL::date", route="NULL::uuid", route_name="NULL::text", order="operator_name, p.currency"
    )
)
_BY_DAY = text(
    _REVENUE.format(
        day=_LOCAL_DAY, route="NULL::uuid", route_name="NULL::text", order="day, operator_name, p.currency"
    )
)
_BY_ROUTE = text(
    _REVENUE.format(
        day="NULL::date",
        route="p.route_id",
        route_name="r.name",
        order="revenue DESC, route_name, p.currency",
    )
)


def revenue_today(operator_id: UUID | None = None) -> list[RevenueRow]:
    """Since midnight at the operator's: one row for each operator and currency that sold."""
    return _revenue(_TOTAL, 1, operator_id)


def revenue_by_day(days: int = 30, operator_id: UUID | None = None) -> list[RevenueRow]:
    """The last local days, today included; days without a sale have no row."""
    return _revenue(_BY_DAY, days, operator_id)


def revenue_by_route(days: int = 30, operator_id: UUID | None = None) -> list[RevenueRow]:
    """The last local days, today included, best route first."""
    return _revenue(_BY_ROUTE, days, operator_id)


def _revenue(statement: Any, days: int, operator_id: UUID | None) -> list[RevenueRow]:
    rows = db.session.execute(statement, {"days": days, "operator_id": operator_id})
    return [RevenueRow(**row._mapping) for row in rows]


def payments(
    *,
    reservation_id: UUID | None = None,
    operator_id: UUID | None = None,
    status: str | None = None,
    before: datetime | None = None,
    limit: int = 50,
) -> list[PaymentRow]:
    """Payments, newest first; `before` continues a list after the `created_at` of its last row."""
    given_back = (
        select(func.coalesce(func.sum(Refund.amount), 0))
        .where(Refund.payment_id == Payment.id, Refund.status == RefundStatus.PROCESSED)
        .scalar_subquery()
    )
    statement = select(Payment.__table__, given_back.label("refunded")).order_by(
        Payment.created_at.desc(), Payment.id
    )
    wanted: dict[Any, Any] = {
        Payment.reservation_id: reservation_id,
        Payment.operator_id: operator_id,
        Payment.status: status,
    }
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(column == value)
    if before is not None:
        statement = statement.where(Payment.created_at < before)
    return [_payment(row) for row in db.session.execute(statement.limit(limit))]


def _payment(row: Any) -> PaymentRow:
    return PaymentRow(
        id=row.id,
        reservation_id=row.reservation_id,
        operator_id=row.operator_id,
        gateway=row.gateway,
        method=row.method,
        amount=Money(row.amount, row.currency),
        refunded=Money(int(row.refunded), row.currency),
        status=row.status,
        failure=row.failure,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )
