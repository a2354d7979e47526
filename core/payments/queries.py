"""Reads about money for screens: revenue out of the ledger, payments, and what needs a person.

A day is the operator's local one. Everything is added up by the database.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import INTERVAL

from core.kernel.clock import app_now
from core.kernel.db import db
from core.kernel.money import Money
from core.payments.models import LedgerPosting, Payment, Refund, WebhookEvent
from core.payments.rules import PostingKind
from core.payments.words import PaymentStatus, RefundStatus

#: How far back the list of exceptions looks, and how long a gateway may take before somebody should know.
LOOK_BACK = "30 days"
PATIENCE = "15 minutes"
PART_WAITS = "1 hour"


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


@dataclass(frozen=True, slots=True)
class MoneyException:
    """Something about money that somebody should look at.

    `kind`: paid_without_booking, refund_pending, refund_failed, parked_message.
    """

    kind: str
    since: datetime
    payment_id: UUID | None
    refund_id: UUID | None
    reservation_id: UUID | None
    amount: Money | None
    note: str


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


def exceptions(limit: int = 100) -> list[MoneyException]:
    """What somebody should look at, oldest first: money without a booking or a refund, refunds that hang or failed,
    messages of gateways about payments that are not here.
    """
    found = union_all(_unbooked(), _unsettled_refunds(), _parked()).subquery()
    rows = db.session.execute(select(found).order_by(found.c.since).limit(limit))
    return [
        MoneyException(
            row.kind,
            row.since,
            row.payment_id,
            row.refund_id,
            row.reservation_id,
            None if row.amount is None else Money(row.amount, row.currency),
            row.note,
        )
        for row in rows
    ]


def _lately(moment: Any) -> ColumnElement[bool]:
    lately: ColumnElement[bool] = moment > app_now() - cast(LOOK_BACK, INTERVAL)
    return lately


def _unbooked() -> Select[Any]:
    """The ledger tells: a payment that bought something has a sale, and any other a refund."""
    sold = select(LedgerPosting.id).where(
        LedgerPosting.payment_id == Payment.id, LedgerPosting.kind == PostingKind.SALE
    )
    given_back = select(Refund.id).where(Refund.payment_id == Payment.id)
    waits_too_long = Payment.waiting & (Payment.settled_at < app_now() - cast(PART_WAITS, INTERVAL))
    return select(
        literal("paid_without_booking").label("kind"),
        func.coalesce(Payment.settled_at, Payment.created_at).label("since"),
        Payment.id.label("payment_id"),
        cast(None, Refund.id.type).label("refund_id"),
        Payment.reservation_id.label("reservation_id"),
        Payment.amount.label("amount"),
        Payment.currency.label("currency"),
        literal("").label("note"),
    ).where(
        Payment.status == PaymentStatus.COMPLETED,
        Payment.amount > 0,
        _lately(Payment.created_at),
        # Parts of a split have bought something together, or wait; the rest should not keep them waiting for long.
        Payment.split_id.is_(None) | waits_too_long,
        ~sold.exists(),
        ~given_back.exists(),
    )


def _unsettled_refunds() -> Select[Any]:
    hangs = (Refund.status == RefundStatus.PENDING) & (
        Refund.created_at < app_now() - cast(PATIENCE, INTERVAL)
    )
    return (
        select(
            case((Refund.status == RefundStatus.FAILED, "refund_failed"), else_="refund_pending"),
            Refund.created_at,
            Refund.payment_id,
            Refund.id,
            Payment.reservation_id,
            Refund.amount,
            Refund.currency,
            Refund.reason,
        )
        .join(Payment, Payment.id == Refund.payment_id)
        .where(_lately(Refund.created_at), (Refund.status == RefundStatus.FAILED) | hangs)
    )


def _parked() -> Select[Any]:
    nobody = cast(None, Payment.id.type)
    return select(
        literal("parked_message"),
        WebhookEvent.received_at,
        nobody,
        nobody,
        nobody,
        cast(None, Payment.amount.type),
        cast(None, String),
        WebhookEvent.gateway + literal(" ") + WebhookEvent.event_id,
    ).where(WebhookEvent.effect == "parked", _lately(WebhookEvent.received_at))
