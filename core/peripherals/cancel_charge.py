"""The traveller does not want to pay by card any more: the terminal asks for no card. One that it accepted counts."""

from uuid import UUID

from core.kernel.db import transaction
from core.peripherals.commands import send
from core.peripherals.queries import command, commands_about
from core.peripherals.words import CommandKind, CommandStatus, Device


def cancel_charge(kiosk_id: UUID, payment_id: UUID) -> bool:
    """Tell the terminal, once. False when the charge is over or was never begun here."""
    charge = command(payment_id)
    if charge is None or charge.status not in (CommandStatus.WAITING, CommandStatus.TAKEN):
        return False
    if commands_about(payment_id, CommandKind.CANCEL):
        return False
    with transaction():
        send(
            kiosk_id, Device.TERMINAL, CommandKind.CANCEL, {"charge": str(payment_id)}, subject_id=payment_id
        )
    return True
