"""Vouchers that are sold for cash: the price is in the drawer of who sold it."""

from datetime import datetime
from uuid import UUID

from core.kernel.activity import Actor
from core.kernel.db import transaction
from core.payments import vouchers
from core.payments.vouchers import Issued
from core.till.drawer import cash_shift


def sell_voucher(
    operator_id: UUID, amount: int, reason: str, actor: Actor, *, expires_at: datetime | None = None
) -> Issued:
    """Make a voucher of so many minor units of the operator's currency, whose price was taken in cash.

    Raises RuleBroken `bad_voucher` (with `field`), NotFound, NoOpenShift, OtherCurrency.
    """
    wanted = vouchers.checked(operator_id, amount, reason, expires_at)
    with transaction():
        shift_id = cash_shift(actor, amount, vouchers.currency_of(operator_id))
        return vouchers.write(wanted, actor, shift_id=shift_id)
