"""Money that a kiosk's box could not give back is handed out at a counter to whoever shows the slip."""

from uuid import UUID

from core.kernel.activity import Actor, record
from core.kernel.db import transaction
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.payments import cash_intake
from core.payments.cash_intake import Lies
from core.payments.words import Account, IntakeStatus
from core.till.drawer import cash_shift


def hand_out_owed(payment_id: UUID, actor: Actor) -> bool:
    """The money was given at the counter, out of the actor's own drawer. True for the one who noted it.

    Raises NotFound, NoOpenShift, OtherCurrency.
    """
    with transaction():
        intake = cash_intake.lock_intake(payment_id)
        if intake is None:
            raise NotFound("There is no such payment in cash at a kiosk.")
        if intake.status != IntakeStatus.OWED or intake.left <= 0:
            return False
        lies = Lies(Account.CASH_DRAWER, cash_shift(actor, intake.left, intake.currency))
        cash_intake.handed_out(intake, intake.left, lies)
        cash_intake.set_status(intake, IntakeStatus.DONE)
        given = Money(intake.left, intake.currency).as_json()
        after = {**given, "slip": intake.slip_code, "status": str(IntakeStatus.DONE)}
        links = {"operator_id": intake.operator_id, "before": {"status": intake.status}, "after": after}
        record(actor, "cash.handed_out", "payment", payment_id, **links)
        return True
