"""What a voucher would pay of a reservation, before anybody agrees to it. Nothing is taken."""

from dataclasses import dataclass
from uuid import UUID

from core.booking.own import Locked, lock_reservation
from core.booking.parties import Holder
from core.kernel.db import transaction
from core.kernel.errors import RuleBroken
from core.kernel.money import Money
from core.payments import vouchers


class VoucherEmpty(RuleBroken):
    """All of it was spent before."""

    code = "voucher_empty"
    message = "Nothing is left on this voucher."


@dataclass(frozen=True, slots=True)
class VoucherOffer:
    """How the price divides: what the voucher pays, and the rest."""

    pays: Money
    rest: Money


def offer_voucher(reservation_id: UUID, holder: Holder, code: str) -> VoucherOffer:
    """Look what a voucher would pay. Raises NotFound, HoldExpired, NotActive, InBasket, VoucherEmpty, and what
    `vouchers.balance_of` raises.
    """
    with transaction():
        locked = lock_reservation(reservation_id, holder)
        locked.require_open()
        locked.require_alone()
        return divided(locked, code)


def divided(locked: Locked, code: str) -> VoucherOffer:
    """The same for a locked reservation, whose voucher is locked with it. In the open transaction."""
    row = locked.row
    pays = min(vouchers.balance_of(code, row.operator_id, row.currency), row.total)
    if not pays:
        raise VoucherEmpty
    return VoucherOffer(Money(pays, row.currency), Money(row.total - pays, row.currency))
