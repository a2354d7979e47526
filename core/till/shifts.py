"""The lock of those who change a shift, in the transaction that does."""

from uuid import UUID

from sqlalchemy import select

from core.kernel.db import require_transaction
from core.kernel.errors import NotFound
from core.till.errors import ShiftIsClosed
from core.till.models import Shift


def lock_shift(shift_id: UUID) -> Shift:
    """The shift, locked against sales and everybody else. Raises NotFound."""
    statement = select(Shift).where(Shift.id == shift_id).with_for_update(of=Shift)
    found = require_transaction().execute(statement.execution_options(populate_existing=True)).scalar()
    if found is None:
        raise NotFound("There is no such shift.")
    return found


def lock_open(shift_id: UUID) -> Shift:
    """The same for one that is open. Raises NotFound, ShiftIsClosed."""
    shift = lock_shift(shift_id)
    if shift.closed_at is not None:
        raise ShiftIsClosed
    return shift
