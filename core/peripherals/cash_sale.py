"""Cash at a kiosk: its box begins to take money for a reservation or a whole basket, and is told to stop.

What comes of it is told by the agent's events (`cash_events`): the booking is made by the event that makes the amount
whole. Locks: schedule, reservation, intake.
"""

from dataclasses import dataclass
from uuid import UUID

from core.booking.basket_pay import intend, lock_payable, total_of
from core.booking.begin import give_grace
from core.booking.own import Locked, lock_reservation
from core.booking.parties import Holder
from core.kernel.activity import Actor
from core.kernel.db import run, transaction
from core.kernel.errors import RuleBroken
from core.kernel.money import Money
from core.payments import cash_intake, records
from core.payments.words import IntakeStatus, Method
from core.peripherals.commands import send
from core.peripherals.queries import CashOffer, Devices, cash_offer, devices_of
from core.peripherals.words import CommandKind, Device
from core.till.drawer import Drawer, open_shift_of
from core.till.words import DrawerKind

#: A box that is told to stop has to do so, however late the agent hears of it.
STOP_PATIENCE = 3600


class CashNotPossible(RuleBroken):
    """There is no cash box, it does not work, or it could not give change for this price."""

    code = "cash_not_possible"
    message = "This machine cannot take cash for this price at the moment. Please pay another way."


@dataclass(frozen=True, slots=True)
class CashStarted:
    """The box takes money. `mode`: any, or exact when no change can be given; `values` may come in first."""

    payment_id: UUID
    amount: Money
    mode: str
    values: tuple[int, ...]


_TAKING = """
SELECT payment_id FROM cash_intakes
WHERE kiosk_id = %(kiosk_id)s AND reservation_id = %(reservation_id)s AND status = 'taking'
"""


def begin_cash(reservation_id: UUID, holder: Holder, kiosk_id: UUID, actor: Actor) -> CashStarted:
    """Let the kiosk's box take money for this reservation. Whether change can be given is known before.

    Raises NotFound, HoldExpired, NotActive, InBasket, NoOpenShift, OtherCurrency, CashNotPossible, CashBoxBusy.
    """
    found = devices_of(kiosk_id)
    with transaction():
        locked = lock_reservation(reservation_id, holder)
        locked.require_open()
        locked.require_alone()
        amount = total_of([locked])
        offer = offered(found, amount, kiosk_id)
        give_grace(locked)
        row = locked.row
        payment_id = records.start_payment(actor, row.id, row.operator_id, "cash", Method.CASH, amount)
        accept(payment_id, kiosk_id, locked, amount)
    return CashStarted(payment_id, amount, offer.mode, offer.values)


def begin_cash_for_basket(basket_id: UUID, holder: Holder, kiosk_id: UUID, actor: Actor) -> CashStarted:
    """The same for all of a basket: one sum into the box, a share of it for each reservation, the first of which leads.

    Raises what `begin_cash` raises.
    """
    found = devices_of(kiosk_id)
    with transaction():
        members = lock_payable(basket_id, holder)
        amount = total_of(members)
        offer = offered(found, amount, kiosk_id)
        lead_id = intend(members, "cash", Method.CASH, actor)[0]
        accept(lead_id, kiosk_id, members[0], amount)
    return CashStarted(lead_id, amount, offer.mode, offer.values)


def offered(found: Devices | None, amount: Money, kiosk_id: UUID) -> CashOffer:
    """How the box can take this amount. Raises NoOpenShift, OtherCurrency, CashNotPossible."""
    open_shift_of(Drawer(DrawerKind.KIOSK, kiosk_id), amount.currency)
    offer = cash_offer(found, amount)
    if offer.mode == "none":
        raise CashNotPossible
    return offer


def accept(payment_id: UUID, kiosk_id: UUID, locked: Locked, amount: Money) -> None:
    """Tell the box to take so much, for the payment of this reservation."""
    cash_intake.open_intake(payment_id, kiosk_id, locked.row.id, locked.row.operator_id, amount)
    send(kiosk_id, Device.CASH, CommandKind.ACCEPT, amount.as_json(), command_id=payment_id)


def stop_cash(reservation_id: UUID, holder: Holder, kiosk_id: UUID) -> bool:
    """The traveller wants the money back, or to pay another way. False when the box takes nothing for them (any more).

    Raises NotFound.
    """
    with transaction():
        lock_reservation(reservation_id, holder)
        row = run(_TAKING, {"kiosk_id": kiosk_id, "reservation_id": reservation_id}).fetchone()
        return row is not None and stop(row.payment_id)


def stop(payment_id: UUID) -> bool:
    """Tell the box to stop, in the open transaction with the reservation locked. False when it was told before."""
    intake = cash_intake.lock_intake(payment_id)
    if intake is None or intake.status != IntakeStatus.TAKING:
        return False
    cash_intake.set_status(intake, IntakeStatus.STOPPING)
    send(
        intake.kiosk_id, Device.CASH, CommandKind.STOP, {"accept": str(payment_id)}, subject_id=payment_id,
        patience=STOP_PATIENCE,
    )  # fmt: skip
    return True
