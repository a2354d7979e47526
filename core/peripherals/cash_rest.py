"""A voucher pays a part, and the kiosk's box takes the rest: one split, of which the voucher's part waits for the cash.

The voucher is spent when the box begins, so that nobody else spends it meanwhile; when the cash does not come it is given
back with it (`cash_events`). Locks: schedule, reservation, voucher, intake.
"""

from uuid import UUID

from core.booking import parts
from core.booking.begin import give_grace
from core.booking.difference_paid import lock_changed
from core.booking.errors import BadPassenger, NotActive
from core.booking.own import lock_reservation
from core.booking.parties import Holder
from core.booking.sale import Sale, lock_sale
from core.booking.split import BEGUN_ANEW
from core.booking.voucher_offer import VoucherOffer, divided
from core.kernel.activity import Actor
from core.kernel.db import transaction
from core.kernel.ids import new_id
from core.payments import records
from core.payments.words import Method
from core.peripherals.cash_sale import CashStarted, accept, offered
from core.peripherals.queries import devices_of


def begin_cash_rest(
    reservation_id: UUID, holder: Holder, kiosk_id: UUID, actor: Actor, code: str
) -> CashStarted:
    """Take what is on the voucher and let the box take the rest.

    Raises what `cash_sale.begin_cash` and `voucher_offer.offer_voucher` raise, BadPassenger `bad_parts` when nothing is left
    to pay.
    """
    found = devices_of(kiosk_id)
    with transaction():
        lock_changed(reservation_id)
        sale, locked = lock_sale(reservation_id), lock_reservation(reservation_id, holder)
        locked.require_open()
        locked.require_alone()
        if sale.row.schedule_status == "cancelled":
            raise NotActive("This departure was cancelled.")
        parts.give_up_others(sale, BEGUN_ANEW)
        offer = divided(locked, code)
        if not offer.rest.amount:
            raise BadPassenger("The voucher pays all of it.", field="method", code="bad_parts")
        cash = offered(found, offer.rest, kiosk_id)
        give_grace(locked)
        payment_id = _divide(sale, offer, code, actor)
        accept(payment_id, kiosk_id, locked, offer.rest)
    return CashStarted(payment_id, offer.rest, cash.mode, cash.values)


def _divide(sale: Sale, offer: VoucherOffer, code: str, actor: Actor) -> UUID:
    """Write both parts down and take the voucher's; returns the payment that the box takes money for."""
    row, split_id = sale.row, new_id()
    spent = records.create_payment(row.id, row.operator_id, "voucher", Method.VOUCHER, offer.pays)
    records.join_split(spent, split_id)
    parts.take_voucher(sale, spent, code, offer.pays, actor)
    payment_id = records.start_payment(actor, row.id, row.operator_id, "cash", Method.CASH, offer.rest)
    records.join_split(payment_id, split_id)
    return payment_id
