"""Cash that is put into a drawer or taken out of it while its shift is open: change from the safe, notes into it."""

from uuid import UUID

from sqlalchemy import insert

from core.kernel.activity import Actor, record
from core.kernel.db import transaction
from core.payments import ledger
from core.payments.rules import PostingKind
from core.till.models import ShiftMovement
from core.till.rules import clean_amount, clean_reason, movement_lines
from core.till.shifts import lock_open
from core.till.words import MovementKind

_KINDS = {MovementKind.PUT_IN: PostingKind.CASH_IN, MovementKind.TAKEN_OUT: PostingKind.CASH_OUT}


def move_cash(shift_id: UUID, kind: MovementKind, amount: int, reason: str, actor: Actor) -> None:
    """Note that so many minor units were put in or taken out, and why.

    It is not compared with what should be there: that would tell whoever counts what to find.
    Raises NotFound, ShiftIsClosed, RuleBroken `bad_amount` and `bad_reason`.
    """
    amount, said = clean_amount(amount), clean_reason(reason)
    with transaction() as session:
        shift = lock_open(shift_id)
        lines = movement_lines(kind, amount)
        posting = ledger.post(_KINDS[kind], None, shift.currency, lines, shift_id=shift_id)
        session.execute(
            insert(ShiftMovement).values(
                shift_id=shift_id, posting_id=posting, kind=kind, amount=amount, reason=said, by=actor.id,
                by_name=actor.label[:120],
            )
        )  # fmt: skip
        after = {"amount": amount, "currency": shift.currency}
        record(actor, f"shift.cash_{kind}", "shift", shift_id, reason=said, after=after)
