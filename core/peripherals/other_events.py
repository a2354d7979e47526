"""Events without money: how a device is, and that a command was done or could not be done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from core.kernel.db import run
from core.peripherals.commands import end
from core.peripherals.words import CommandStatus, Device

if TYPE_CHECKING:
    from core.peripherals.report import Event

_LONGEST = 4_000
_STATUS = """
UPDATE kiosk_agents SET state = jsonb_set(state, ARRAY[%(device)s], %(said)s::jsonb) WHERE kiosk_id = %(kiosk_id)s
"""


def status(kiosk_id: UUID, event: Event, seats_gone: bool) -> None:  # noqa: ARG001 - the form of every effect
    """A device says how it is: kept in the place of what it said before."""
    device = str(event.data.get("device"))
    said = json.dumps({name: value for name, value in event.data.items() if name != "device"})
    if device in set(Device) and len(said) <= _LONGEST:
        run(_STATUS, {"kiosk_id": kiosk_id, "device": device, "said": said})


def ended(kiosk_id: UUID, event: Event, seats_gone: bool) -> None:  # noqa: ARG001 - the form of every effect
    """A command was done."""
    _end(kiosk_id, event, CommandStatus.DONE)


def failed(kiosk_id: UUID, event: Event, seats_gone: bool) -> None:  # noqa: ARG001 - the form of every effect
    """A command could not be done; the data say why."""
    _end(kiosk_id, event, CommandStatus.FAILED)


def _end(kiosk_id: UUID, event: Event, how: CommandStatus) -> None:
    if event.command_id:
        end(kiosk_id, event.command_id, how, event.data)
