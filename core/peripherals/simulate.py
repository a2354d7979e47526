"""Moving the hand of a kiosk's simulators: a button of the admin becomes a command to its agent."""

from typing import Any
from uuid import UUID

from core.kernel.activity import Actor, record
from core.kernel.db import transaction
from core.kernel.errors import RuleBroken
from core.peripherals.commands import send
from core.peripherals.queries import devices_of
from core.peripherals.words import CommandKind, Device

_SECONDS = 10
_LONGEST_CODE = 600
ACTS: dict[Device, tuple[str, ...]] = {
    Device.CASH: ("insert", "jam", "free", "fill", "empty"),
    Device.TERMINAL: ("approve", "decline", "lose", "cut", "mend"),
    Device.PRINTER: ("ok", "low", "out", "open", "close", "jam", "free"),
}


class NoSimulator(RuleBroken):
    """The device is a real one, or not there: nobody moves it from afar."""

    code = "no_simulator"
    message = "There is no such simulator at this kiosk, or its agent does not run."


def simulate(kiosk_id: UUID, device: str, act: str, value: int | None, actor: Actor) -> UUID:
    """Let the hand do this at a simulated device; returns the command's id. ``value``: minor units of what it puts in.

    Raises NoSimulator.
    """
    found = devices_of(kiosk_id)
    known = found is not None and device in ACTS and act in ACTS[Device(device)]
    if not known or found is None or not found.online or not found.is_simulated(Device(device)):
        raise NoSimulator
    data: dict[str, Any] = {"device": device, "act": act}
    if value is not None:
        data["value"] = value
    with transaction():
        before = {"device": device, "condition": found.condition(Device(device))}
        record(actor, "kiosk.simulated", "kiosk", kiosk_id, before=before, after=data)
        return send(kiosk_id, Device.SIMULATOR, CommandKind.SIMULATE, data, patience=_SECONDS)


def scan(kiosk_id: UUID, code: str, actor: Actor) -> UUID:
    """Hold a code to the kiosk's simulated scanner: its page takes it as if it had been typed. Raises NoSimulator."""
    found = devices_of(kiosk_id)
    text = "".join(char for char in code.strip() if char.isprintable())[:_LONGEST_CODE]
    if found is None or not found.is_simulated(Device.SCANNER) or not text:
        raise NoSimulator
    with transaction():
        before = {"device": "scanner", "condition": found.condition(Device.SCANNER)}
        after = {"device": "scanner", "act": "scan"}
        record(actor, "kiosk.simulated", "kiosk", kiosk_id, before=before, after=after)
        return send(kiosk_id, Device.SCANNER, CommandKind.SCAN, {"code": text}, patience=_SECONDS)
