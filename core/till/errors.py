"""What can stand in the way at a drawer, in the user's words."""

from core.kernel.errors import Conflict, RuleBroken, constraint_error


class NoOpenShift(Conflict):
    """Cash was to change hands where no shift is open."""

    code = "no_open_shift"
    message = "No cash without an open shift: count the float and open your shift first."


class MachineTakesNoCash(NoOpenShift):
    """The same at a kiosk, in the traveller's words."""

    message = "This machine takes no cash at the moment. Please choose another way to pay."


class OtherCurrency(RuleBroken):
    """The drawer is counted in another currency."""

    code = "other_currency"
    message = "This drawer is counted in another currency."


class ShiftIsOpen(Conflict):
    """Somebody opened a shift at this drawer before."""

    code = "shift_is_open"
    message = "A shift is open at this drawer already. Close it first."


class ShiftIsClosed(Conflict):
    """What was counted stays as it was counted."""

    code = "shift_is_closed"
    message = "This shift is closed. What was counted stays as it is."


class ShiftWrittenOnce(ShiftIsClosed):
    """Somebody tried to change a shift beside its use cases."""

    code = "shift_written_once"


class NothingToApprove(Conflict):
    """The difference is within the limit, or somebody has approved it."""

    code = "nothing_to_approve"
    message = "There is no difference that waits for approval."


class OwnCount(RuleBroken):
    """Two people have to look at a difference."""

    code = "own_count"
    message = "You counted this drawer: somebody else has to approve the difference."


constraint_error("uq_shifts_open_drawer", ShiftIsOpen)
constraint_error("shifts_written_once", ShiftWrittenOnce)
constraint_error("shift_movements_append_only", ShiftWrittenOnce)
constraint_error("shift_approvals_append_only", ShiftWrittenOnce)
constraint_error("cash_needs_shift", NoOpenShift)
