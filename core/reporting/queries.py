"""Figures of sales, read from the ledger and the seat locks: each with one aggregate statement.

Revenue is what travellers paid for what they bought (fares, fees and the taxes in them), less what was taken back from
it; money that bought nothing is never part of it. Amounts are minor units, currencies are never added together.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from core.kernel.db import db
from core.reporting.office import Scope

_EARNED = "('revenue', 'fees', 'taxes')"

#: A posting belongs to the station where its travellers board.
_AT_STATION = """
  (cardinality(:stations) = 0 OR EXISTS (
    SELECT 1 FROM reservations r JOIN schedules s ON s.id = r.schedule_id
    JOIN pattern_stops stop ON stop.pattern_id = s.pattern_id AND stop.position = r.from_position
    WHERE r.id = {reservation} AND stop.place_id = ANY(:stations)))
"""
_POSTINGS = f"""
  FROM ledger_postings p JOIN ledger_entries e ON e.posting_id = p.id
  WHERE p.at >= :begin AND p.at < :end AND e.account IN {_EARNED}
    AND (CAST(:operator_id AS uuid) IS NULL OR p.operator_id = :operator_id)
    AND {_AT_STATION.format(reservation="p.reservation_id")}
"""


def _prepared(sql: str) -> Any:
    return text(sql).bindparams(bindparam("stations", type_=ARRAY(Uuid())))


_BY_HOUR = _prepared(f"""
SELECT CAST(date_part('hour', p.at AT TIME ZONE :zone) AS int) AS hour, p.currency, -sum(e.amount) AS amount
{_POSTINGS} GROUP BY 1, 2
""")
_BY_DAY = _prepared(f"""
SELECT CAST(p.at AT TIME ZONE :zone AS date) AS day, p.currency, -sum(e.amount) AS amount,
  -coalesce(sum(e.amount) FILTER (WHERE e.account = 'revenue'), 0) AS fares,
  -coalesce(sum(e.amount) FILTER (WHERE e.account = 'fees'), 0) AS fees,
  -coalesce(sum(e.amount) FILTER (WHERE e.account = 'taxes'), 0) AS taxes,
  count(DISTINCT p.id) FILTER (WHERE p.kind = 'sale') AS sales
{_POSTINGS} GROUP BY 1, 2 ORDER BY 1, 2
""")
_BY_ROUTE = _prepared(f"""
SELECT found.route_id, coalesce(r.name, '') AS name, coalesce(o.name, '') AS operator, found.currency, found.amount,
  found.sales
FROM (SELECT p.route_id, p.operator_id, p.currency, -sum(e.amount) AS amount,
        count(DISTINCT p.id) FILTER (WHERE p.kind = 'sale') AS sales
      {_POSTINGS} GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT :most) found
LEFT JOIN routes r ON r.id = found.route_id LEFT JOIN operators o ON o.id = found.operator_id
ORDER BY found.amount DESC, name
""")  # noqa: S608 - put together from constants
_TICKETS = _prepared(f"""
SELECT count(*) FROM bookings b JOIN tickets t ON t.booking_id = b.id
WHERE b.confirmed_at >= :begin AND b.confirmed_at < :end AND t.status <> 'cancelled'
  AND (CAST(:operator_id AS uuid) IS NULL OR b.operator_id = :operator_id)
  AND {_AT_STATION.format(reservation="b.reservation_id")}
""")  # noqa: S608 - put together from constants
_HELD = _prepared(f"""
SELECT count(*) AS reservations, coalesce(sum(h.seat_count), 0) AS seats,
  CAST(extract(epoch FROM app_now() - min(h.created_at)) AS int) AS oldest_seconds
FROM reservations h
WHERE h.status = 'active' AND h.expires_at > app_now()
  AND (CAST(:operator_id AS uuid) IS NULL OR h.operator_id = :operator_id)
  AND {_AT_STATION.format(reservation="h.id")}
""")  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class DayRevenue:
    """One day in one currency: all of it, and what it is made of."""

    day: date
    currency: str
    amount: int
    fares: int
    fees: int
    taxes: int
    sales: int


@dataclass(frozen=True, slots=True)
class RouteRevenue:
    """One route in one currency. Postings without a route have an empty name."""

    route_id: UUID | None
    name: str
    operator: str
    currency: str
    amount: int
    sales: int


@dataclass(frozen=True, slots=True)
class HeldNow:
    """Reservations whose time runs; the oldest one's age in seconds, None when there is none."""

    reservations: int
    seats: int
    oldest_seconds: int | None


def revenue_by_hour(scope: Scope, day: date) -> dict[str, list[int]]:
    """Per currency the revenue of the 24 hours of a day on the scope's clock."""
    found: dict[str, list[int]] = {}
    for row in db.session.execute(_BY_HOUR, _values(scope, day, day)):
        found.setdefault(row.currency, [0] * 24)[row.hour] = int(row.amount)
    return found


def revenue_by_day(scope: Scope, first: date, last: date) -> list[DayRevenue]:
    """Days that have revenue, in order; a day without any is left out."""
    rows = db.session.execute(_BY_DAY, _values(scope, first, last))
    return [
        DayRevenue(
            row.day, row.currency, int(row.amount), int(row.fares), int(row.fees), int(row.taxes), row.sales
        )
        for row in rows
    ]


def revenue_by_route(scope: Scope, first: date, last: date, most: int = 20) -> list[RouteRevenue]:
    """The routes that earned most, best first."""
    rows = db.session.execute(_BY_ROUTE, {**_values(scope, first, last), "most": most})
    return [
        RouteRevenue(row.route_id, row.name, row.operator, row.currency, int(row.amount), row.sales)
        for row in rows
    ]


def tickets_sold(scope: Scope, day: date) -> int:
    """Tickets of the bookings that were confirmed on a day and are not cancelled."""
    return int(db.session.execute(_TICKETS, _values(scope, day, day)).scalar_one())


def held_now(scope: Scope) -> HeldNow:
    """What is held at this moment."""
    row = db.session.execute(_HELD, _who(scope)).one()
    return HeldNow(row.reservations, int(row.seats), row.oldest_seconds)


def _values(scope: Scope, first: date, last: date) -> dict[str, Any]:
    begin, end = scope.bounds(first, last)
    return {**_who(scope), "zone": scope.timezone, "begin": begin, "end": end}


def _who(scope: Scope) -> dict[str, Any]:
    return {"operator_id": scope.operator_id, "stations": list(scope.stations)}
