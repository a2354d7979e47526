"""A difference above the limit is looked at by somebody else than who counted; the shift itself stays as it is."""

from uuid import UUID

from sqlalchemy import insert

from core.kernel.activity import Actor, record
from core.kernel.db import transaction
from core.till.errors import NothingToApprove, OwnCount
from core.till.models import ShiftApproval
from core.till.rules import clean_reason
from core.till.shifts import lock_shift
from core.till.words import ShiftState


def approve_variance(shift_id: UUID, note: str, actor: Actor) -> None:
    """Note that a manager accepts the difference, and why.

    Raises NotFound, NothingToApprove, OwnCount, RuleBroken `bad_reason`.
    """
    said = clean_reason(note)
    with transaction() as session:
        shift = lock_shift(shift_id)
        if shift.state != ShiftState.TO_APPROVE:
            raise NothingToApprove
        if actor.id in {shift.closed_by, str(shift.user_id)}:
            raise OwnCount
        session.execute(
            insert(ShiftApproval).values(shift_id=shift_id, by=actor.id, by_name=actor.label[:120], note=said)
        )
        after = {"variance": shift.variance, "currency": shift.currency}
        record(
            actor,
            "shift.variance_approved",
            "shift",
            shift_id,
            reason=said,
            before={"approved": False},
            after=after,
        )
