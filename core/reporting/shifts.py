"""One shift as a report: every movement of cash through its drawer, what they come to, and what was counted.

Read from the ledger. As long as a shift is open its report has no lines and no sums: who counts is not to know them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.kernel.db import db
from core.payments.rules import PostingKind
from core.till.models import Shift
from core.till.queries import shift_of
from core.till.words import ShiftState

#: What a report calls a posting; anything else that moved cash counts as a sale of its sign.
_GROUPS = {
    PostingKind.FLOAT: "float",
    PostingKind.REFUND_PAID: "refunds",
    PostingKind.CASH_IN: "put_in",
    PostingKind.CASH_OUT: "taken_out",
    PostingKind.VOUCHER_ISSUED: "vouchers",
    PostingKind.CASH_INSERTED: "inserted",
    PostingKind.CASH_USED: "inserted",
    PostingKind.CASH_PAID_OUT: "paid_out",
}
GROUPS = ("float", "sales", "vouchers", "refunds", "put_in", "taken_out")
#: What only machines that count have: notes and coins as they come, less what paid for something, and change.
_OF_MACHINES = ("inserted", "paid_out")

_LINES = text("""
SELECT p.at, p.kind, e.amount, b.id AS booking_id, b.reference, o.name AS operator, m.reason
FROM ledger_postings p
JOIN ledger_entries e ON e.posting_id = p.id AND e.account = 'cash_drawer'
LEFT JOIN operators o ON o.id = p.operator_id
LEFT JOIN bookings b ON b.reservation_id = p.reservation_id
LEFT JOIN shift_movements m ON m.posting_id = p.id
WHERE p.shift_id = :shift_id AND p.kind NOT IN ('over_short', 'drawer_emptied')
ORDER BY p.at, p.id
""")


@dataclass(frozen=True, slots=True)
class CashLine:
    """Cash that came into the drawer (positive) or left it: in minor units."""

    at: datetime
    group: str
    amount: int
    booking_id: UUID | None
    reference: str | None
    operator: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """What one group of lines comes to."""

    group: str
    number: int
    amount: int


@dataclass(frozen=True, slots=True)
class ShiftReport:
    """A shift with its lines and one total for each of `GROUPS`; both are empty while it is open."""

    shift: Shift
    lines: tuple[CashLine, ...]
    totals: tuple[Total, ...]

    @property
    def opening_pieces(self) -> list[tuple[int, int]]:
        """Denomination and pieces of the float, the largest first."""
        return _pieces(self.shift.float_count)

    @property
    def closing_pieces(self) -> list[tuple[int, int]]:
        """The same of what was counted in the end."""
        return _pieces(self.shift.closing_count or {})


def shift_report(shift_id: UUID) -> ShiftReport | None:
    """The report of a shift, or None when there is no such shift."""
    shift = shift_of(shift_id)
    if shift is None:
        return None
    if shift.state == ShiftState.OPEN:
        return ShiftReport(shift, (), ())
    lines = tuple(_line(row) for row in db.session.execute(_LINES, {"shift_id": shift_id}))
    return ShiftReport(shift, lines, totals_of(lines))


def totals_of(lines: Sequence[CashLine]) -> tuple[Total, ...]:
    """One total for each group, also for those without a line; together they are what the drawer should hold."""
    counting = [group for group in _OF_MACHINES if any(line.group == group for line in lines)]
    return tuple(
        Total(
            group,
            sum(line.group == group for line in lines),
            sum(line.amount for line in lines if line.group == group),
        )
        for group in (*GROUPS, *counting)
    )


def _line(row: Any) -> CashLine:
    group = _GROUPS.get(row.kind, "sales")
    return CashLine(row.at, group, row.amount, row.booking_id, row.reference, row.operator, row.reason)


def _pieces(count: dict[str, int]) -> list[tuple[int, int]]:
    return sorted(((int(each), number) for each, number in count.items()), reverse=True)
