"""What a holder has bought: a page of bookings with filter, order and totals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.booking.parties import Holder
from core.kernel.db import db
from core.kernel.errors import RuleBroken
from core.kernel.money import Money

#: Word of the API -> order of the rows; the id makes it the same every time.
SORTS = {
    "-confirmed_at": "confirmed_at DESC, id DESC",
    "confirmed_at": "confirmed_at, id",
    "-departure_at": "departure_at DESC, id DESC",
    "departure_at": "departure_at, id",
    "-total": "total DESC, id DESC",
    "total": "total, id",
}

_BOUGHT = """
SELECT b.id, b.reference, b.status, b.confirmed_at, b.total, b.currency, r.seat_count, o.name AS operator_name,
  pa.name AS origin, pa.timezone AS origin_timezone, pb.name AS destination,
  s.departure_at + make_interval(secs => a.departure_offset) AS departure_at,
  (SELECT count(*) FROM passengers pg WHERE pg.reservation_id = r.id AND pg.cancellation_id IS NULL) AS travelling
FROM reservations r
JOIN bookings b ON b.reservation_id = r.id
JOIN schedules s ON s.id = b.schedule_id
JOIN operators o ON o.id = b.operator_id
JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = r.from_position
JOIN pattern_stops z ON z.pattern_id = s.pattern_id AND z.position = r.to_position
JOIN places pa ON pa.id = a.place_id
JOIN places pb ON pb.id = z.place_id
WHERE r.status = 'confirmed' AND r.holder_kind = :kind AND r.holder_id = :id
  AND (CAST(:status AS text) IS NULL OR b.status = :status)
"""
_TOTALS = text(
    f"SELECT currency, count(*) AS bookings, sum(total)::bigint AS total FROM ({_BOUGHT}) bought "  # noqa: S608 - put together from constants
    "GROUP BY currency ORDER BY currency"
)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One booking of the list. `travelling` passengers were not cancelled."""

    id: UUID
    reference: str
    status: str
    confirmed_at: datetime
    total: Money
    operator_name: str
    origin: str
    origin_timezone: str
    destination: str
    departure_at: datetime
    travelling: int


@dataclass(frozen=True, slots=True)
class History:
    """A page of bookings; `count` and `totals` are of all pages."""

    rows: tuple[HistoryRow, ...]
    count: int
    totals: tuple[Money, ...]


def history(
    holder: Holder, *, status: str | None = None, sort: str = "-confirmed_at", page: int = 1, size: int = 20
) -> History:
    """The holder's bookings. Raises RuleBroken `unknown_sort`."""
    if sort not in SORTS:
        raise RuleBroken(f"Sort by one of {', '.join(SORTS)}.", code="unknown_sort", field="sort")
    found = {"kind": holder.kind, "id": holder.id, "status": status}
    totals = db.session.execute(_TOTALS, found).all()
    piece = text(f"{_BOUGHT} ORDER BY {SORTS[sort]} LIMIT :size OFFSET :skipped")
    rows = db.session.execute(piece, {**found, "size": size, "skipped": (page - 1) * size})
    return History(
        rows=tuple(_row(row) for row in rows),
        count=sum(row.bookings for row in totals),
        totals=tuple(Money(row.total, row.currency) for row in totals),
    )


def _row(row: Any) -> HistoryRow:
    values = {name: getattr(row, name) for name in HistoryRow.__slots__ if name != "total"}
    return HistoryRow(**values, total=Money(row.total, row.currency))
