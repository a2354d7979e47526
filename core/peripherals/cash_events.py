"""Events of the cash box. The piece that makes the amount whole makes the booking, in one transaction with the ledger.

What is in the box beyond the price, or for a sale that cannot be made, goes back once the box has stopped taking money;
what it cannot give back is owed, and a slip says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from core.booking import parts
from core.booking.basket_due import Due, lock_due
from core.booking.difference_paid import lock_changed, make_good
from core.booking.sale import Sale, lock_sale
from core.kernel.activity import SYSTEM, Actor, record
from core.kernel.db import run
from core.kernel.money import Money
from core.payments import cash_intake, records
from core.payments.cash_intake import Intake, Lies
from core.payments.words import Account, IntakeStatus
from core.peripherals.commands import end, send
from core.peripherals.owed_slip import print_owed_slip
from core.peripherals.words import CommandKind, CommandStatus, Device
from core.till.drawer import Drawer, open_shift_of
from core.till.errors import NoOpenShift, OtherCurrency
from core.till.words import DrawerKind

if TYPE_CHECKING:
    from core.peripherals.report import Event

#: Nobody stands there any more after so many seconds: then the money is owed, and not thrown into an empty hall.
RETURN_PATIENCE = 120
NOT_PAID = "The cash was not paid in full and goes back."

_OF = """
SELECT i.payment_id, i.reservation_id, p.lead_id FROM kiosk_commands c
JOIN cash_intakes i ON i.payment_id = coalesce(c.subject_id, c.id) AND i.kiosk_id = c.kiosk_id
JOIN payments p ON p.id = i.payment_id
WHERE c.id = %(command_id)s AND c.kiosk_id = %(kiosk_id)s
"""


def inserted(kiosk_id: UUID, event: Event, seats_gone: bool) -> None:
    """A piece is in the box: count it, and book when the amount is whole and the box was not told to stop."""
    value = _value(event)
    found = _locked(kiosk_id, event)
    if found is None:
        _stray(kiosk_id, Money(value, _currency(event)))
        return
    due, intake = found
    lies = lies_in(kiosk_id, intake.currency)
    cash_intake.inserted(intake, value, lies)
    _note(intake, "cash.inserted", inserted=intake.inserted + value)
    if intake.status == IntakeStatus.TAKING and not intake.used and intake.inserted + value >= intake.wanted:
        if due.can_be_booked and not seats_gone and _others_wait(due, intake):
            _book(due, intake, lies)
    elif intake.status in (IntakeStatus.DONE, IntakeStatus.OWED):
        owe(replace(intake, inserted=intake.inserted + value))


def stopped(kiosk_id: UUID, event: Event, seats_gone: bool) -> None:  # noqa: ARG001 - the form of every effect
    """No more money comes in: give back what has bought nothing."""
    _end(kiosk_id, event)
    found = _locked(kiosk_id, event)
    if found is None:
        return
    intake = found[1]
    if intake.status in (IntakeStatus.TAKING, IntakeStatus.STOPPING):
        give_back(intake, str(event.data.get("reason") or NOT_PAID))


def paid_out(kiosk_id: UUID, event: Event, seats_gone: bool) -> None:  # noqa: ARG001 - the form of every effect
    """A piece came out of the box."""
    found = _locked(kiosk_id, event)
    if found is None:
        _stray(kiosk_id, Money(-_value(event), _currency(event)))
        return
    intake = found[1]
    cash_intake.paid_out(intake, _value(event), lies_in(kiosk_id, intake.currency))
    _note(intake, "cash.paid_out", paid_out=intake.paid_out + _value(event))


def pay_out_ended(kiosk_id: UUID, event: Event, seats_gone: bool) -> None:  # noqa: ARG001 - the form of every effect
    """The box has given what it could: what is left is owed."""
    _end(kiosk_id, event)
    found = _locked(kiosk_id, event)
    if found is None:
        return
    intake = found[1]
    if intake.left == 0:
        _go_on(intake, IntakeStatus.DONE)
    else:
        owe(intake)


def give_back(intake: Intake, why: str) -> None:
    """Let the box give back what is left of a locked intake that takes no more; its payment fails unless it paid."""
    _not_paid(intake, why)
    if intake.left == 0:
        _go_on(intake, IntakeStatus.DONE)
        return
    _go_on(intake, IntakeStatus.RETURNING)
    data = {"amount": intake.left, "currency": intake.currency}
    send(
        intake.kiosk_id, Device.CASH, CommandKind.PAY_OUT, data, subject_id=intake.payment_id,
        patience=RETURN_PATIENCE,
    )  # fmt: skip


def end_without_box(intake: Intake) -> None:
    """The box does not answer any more: what is in it of a locked intake is owed."""
    _not_paid(intake, NOT_PAID)
    if intake.left:
        owe(intake)
    else:
        _go_on(intake, IntakeStatus.DONE)


def owe(intake: Intake) -> None:
    """The box cannot give back what is left of a locked intake: somebody has to."""
    code = cash_intake.set_status(intake, IntakeStatus.OWED)
    left = Money(intake.left, intake.currency)
    _note(intake, "cash.owed", status=str(IntakeStatus.OWED), slip_code=code, left=left.amount)
    print_owed_slip(intake, str(code), left)


def _book(due: Sale | Due, intake: Intake, lies: Lies) -> None:
    """Make the booking, or all those of a basket."""
    row = due.leading.row if isinstance(due, Due) else due.row
    actor = Actor("kiosk", str(intake.kiosk_id), row.holder_label)
    after = {"method": "cash", "amount": intake.wanted, "currency": intake.currency}
    reference = f"cash-{intake.payment_id}"
    records.complete_and_tell(actor, intake.payment_id, reference, row.operator_id, after)
    split_id = _split_of(intake)
    if isinstance(due, Due):
        due.book(lies.account, actor, shift_id=lies.shift_id)
    elif split_id:
        amount = Money(intake.wanted, intake.currency)
        parts.came(due, intake.payment_id, amount, "cash", shift_id=lies.shift_id, received_in=lies.account)
        parts.book_if_whole(due, split_id, intake.payment_id, actor)
    else:
        make_good(due, intake.payment_id, lies.account, actor, shift_id=lies.shift_id)
    cash_intake.used(intake, lies)


def _others_wait(due: Sale | Due, intake: Intake) -> bool:
    """Whether the cash makes the price whole: it does unless a voucher's part went back meanwhile."""
    split_id = _split_of(intake)
    return isinstance(due, Due) or split_id is None or parts.others_wait(due, split_id, intake.payment_id)


def _not_paid(intake: Intake, why: str) -> None:
    """The payment fails unless it paid, and what a voucher has paid beside it goes back."""
    if intake.used:
        return
    records.fail(intake.payment_id, why)
    split_id = _split_of(intake)
    if split_id:
        parts.give_up(lock_sale(intake.reservation_id), split_id, parts.NOT_COMPLETED)


def _split_of(intake: Intake) -> UUID | None:
    row = run("SELECT split_id FROM payments WHERE id = %(id)s", {"id": intake.payment_id}).fetchone()
    return row.split_id if row else None


def _go_on(intake: Intake, status: IntakeStatus) -> None:
    cash_intake.set_status(intake, status)
    _note(intake, f"cash.{status}", status=str(status))


def _note(intake: Intake, deed: str, **now: int | str | None) -> None:
    """Say in the activity log what is so ``now`` with an intake, and what was before."""
    before = {name: getattr(intake, name) for name in now}
    after = {**now, "currency": intake.currency, "kiosk_id": str(intake.kiosk_id)}
    more = {"operator_id": intake.operator_id, "before": before, "after": after}
    record(SYSTEM, deed, "payment", intake.payment_id, **more)


def _stray(kiosk_id: UUID, amount: Money) -> None:
    cash_intake.stray(kiosk_id, amount)
    record(SYSTEM, "cash.stray", "kiosk", kiosk_id, after=amount.as_json())


def _locked(kiosk_id: UUID, event: Event) -> tuple[Sale | Due, Intake] | None:
    """The sale, or all those of a basket, and the intake that an event is about, locked in this order."""
    row = run(_OF, {"command_id": event.command_id, "kiosk_id": kiosk_id}).fetchone()
    if row is None:
        return None
    due = lock_due(row.lead_id) if row.lead_id else _lock_alone(row.reservation_id)
    intake = cash_intake.lock_intake(row.payment_id)
    return None if intake is None else (due, intake)


def _lock_alone(reservation_id: UUID) -> Sale:
    lock_changed(reservation_id)
    return lock_sale(reservation_id)


def _end(kiosk_id: UUID, event: Event) -> None:
    if event.command_id:
        end(kiosk_id, event.command_id, CommandStatus.DONE, event.data)


def lies_in(kiosk_id: UUID, currency: str) -> Lies:
    """The drawer of the kiosk's open shift, which stays open until this is in the books; else the safe. In the open
    transaction, after all other locks but those of seats.
    """
    try:
        return Lies(Account.CASH_DRAWER, open_shift_of(Drawer(DrawerKind.KIOSK, kiosk_id), currency))
    except (NoOpenShift, OtherCurrency):
        return Lies(Account.SAFE, None)


def _value(event: Event) -> int:
    value = event.data.get("value")
    return value if isinstance(value, int) and 0 < value < 10**9 else 0


def _currency(event: Event) -> str:
    return str(event.data.get("currency", ""))[:3] or "XXX"
