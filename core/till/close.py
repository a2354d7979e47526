"""Closing a shift: the drawer was counted blind, the ledger says what should have been in it, the difference is booked.

Then what was counted goes to the safe, each operator's part for itself, so that nothing lies in a drawer without a shift.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import update

from core.kernel.activity import Actor, record
from core.kernel.clock import app_now
from core.kernel.db import require_transaction, run, transaction
from core.payments import ledger
from core.payments.rules import PostingKind
from core.till.limits import limit_of
from core.till.models import Shift
from core.till.rules import (
    amount_of,
    clean_count,
    emptied_lines,
    needs_approval,
    over_short_lines,
    variance,
)
from core.till.shifts import lock_open

_IN_DRAWER = """
SELECT p.operator_id, sum(e.amount)::bigint AS amount
FROM ledger_postings p JOIN ledger_entries e ON e.posting_id = p.id AND e.account = 'cash_drawer'
WHERE p.shift_id = %(shift_id)s GROUP BY 1 ORDER BY 1 NULLS FIRST
"""


@dataclass(frozen=True, slots=True)
class Closed:
    """What came of counting, in minor units; `variance` is over (positive) or short."""

    expected: int
    counted: int
    variance: int
    needs_approval: bool


def close_shift(shift_id: UUID, count: Mapping[int, int], actor: Actor) -> Closed:
    """Close a shift with what was counted, pieces by denomination. Sales that are on their way are waited for.

    Raises NotFound, ShiftIsClosed, RuleBroken `bad_count`.
    """
    with transaction():
        shift = lock_open(shift_id)
        pieces = clean_count(count, shift.currency)
        counted = amount_of(pieces)
        in_drawer = run(_IN_DRAWER, {"shift_id": shift_id}).fetchall()
        expected = sum(row.amount for row in in_drawer)
        difference, limit = variance(expected, counted), limit_of(shift.currency)
        _book(shift, difference, in_drawer)
        values = {"counted": counted, "expected": expected, "variance_limit": limit}
        written = {str(denomination): number for denomination, number in pieces.items()}
        _write(shift_id, actor, closing_count=written, **values)
        after = {**values, "variance": difference, "currency": shift.currency}
        record(actor, "shift.closed", "shift", shift_id, before={"closed": False}, after=after)
    return Closed(expected, counted, difference, needs_approval(difference, limit))


def _book(shift: Shift, difference: int, in_drawer: list[Any]) -> None:
    """The office bears what is over or short; then every part of the drawer goes to the safe."""
    currency, lines = shift.currency, over_short_lines(difference)
    ledger.post(PostingKind.OVER_SHORT, None, currency, lines, shift_id=shift.id)
    parts = {row.operator_id: row.amount for row in in_drawer}
    parts[None] = parts.get(None, 0) + difference
    for operator_id, amount in parts.items():
        lines = emptied_lines(amount)
        ledger.post(PostingKind.DRAWER_EMPTIED, operator_id, currency, lines, shift_id=shift.id)


def _write(shift_id: UUID, actor: Actor, **values: Any) -> None:
    who = {"closed_at": app_now(), "closed_by": actor.id, "closed_by_name": actor.label[:120]}
    require_transaction().execute(update(Shift).where(Shift.id == shift_id).values(**who, **values))
