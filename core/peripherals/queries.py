"""Reads of a kiosk's devices: what it has, how they are, and how a payment or a print at it stands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.kernel.db import fetch
from core.kernel.money import Money
from core.peripherals import rules
from core.peripherals.words import Device
from core.till.drawer import Drawer, takes_cash
from core.till.words import DrawerKind

#: How long its last word counts for "there", in a screen that takes money: a little longer than it waits for commands.
_PRESENT = 25


@dataclass(frozen=True, slots=True)
class Devices:
    """What hangs on a kiosk. `online`: its agent asked for commands a moment ago."""

    kiosk_id: UUID
    online: bool
    version: str
    devices: dict[str, Any]
    state: dict[str, Any]
    last_seen_at: datetime | None

    def has(self, device: Device) -> bool:
        """Whether the agent has a driver for it."""
        return device.value in self.devices

    def is_simulated(self, device: Device) -> bool:
        """Whether that driver is a simulator."""
        return bool(self.devices.get(device.value, {}).get("driver") == "simulator")

    def of(self, device: Device) -> dict[str, Any]:
        """What it last said of itself; empty when there is none or nobody knows."""
        said = self.state.get(device.value)
        return said if isinstance(said, dict) else {}

    def condition(self, device: Device) -> str:
        """`ok`, `away` (the agent is not there), or what is wrong in a word of the driver: `jam`, `out`, `open`."""
        return str(self.of(device).get("condition", "ok")) if self.online else "away"


@dataclass(frozen=True, slots=True)
class CashOffer:
    """How cash can be taken: `mode` any, exact or none; `values` may come in now, smallest first."""

    mode: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IntakeView:
    """How a payment in cash at a kiosk stands; amounts in minor units."""

    payment_id: UUID
    status: str
    currency: str
    wanted: int
    inserted: int
    used: int
    paid_out: int
    slip_code: str | None
    command: str | None
    stale: bool

    @property
    def left(self) -> int:
        """What still belongs to the traveller."""
        return self.inserted - self.used - self.paid_out


@dataclass(frozen=True, slots=True)
class CommandView:
    """A command as a screen shows it; `stale`: nobody took it in time."""

    id: UUID
    device: str
    kind: str
    status: str
    data: dict[str, Any]
    result: dict[str, Any]
    created_at: datetime
    stale: bool


@dataclass(frozen=True, slots=True)
class EventView:
    """An event as a screen shows it."""

    number: int
    kind: str
    data: dict[str, Any]
    recorded_at: datetime


_DEVICES = """
SELECT a.kiosk_id, a.version, a.devices, a.state, a.last_seen_at,
  coalesce(a.last_seen_at > app_now() - make_interval(secs => %(present)s), false) AS online
FROM kiosk_agents a JOIN kiosks k ON k.id = a.kiosk_id WHERE a.kiosk_id = %(kiosk_id)s AND k.status = 'active'
"""
_INTAKE = """
SELECT i.payment_id, i.status, i.currency, i.wanted, i.inserted, i.used, i.paid_out, i.slip_code, c.status AS command,
  coalesce(c.status = 'waiting' AND c.expires_at <= app_now() OR c.status = 'expired', false) AS stale
FROM cash_intakes i LEFT JOIN kiosk_commands c ON c.id = i.payment_id
WHERE i.reservation_id = %(reservation_id)s ORDER BY i.created_at DESC, i.payment_id DESC LIMIT 1
"""
_COMMAND = """
SELECT id, device, kind, status, data, result, created_at, status = 'waiting' AND expires_at <= app_now() AS stale
FROM kiosk_commands
"""
_EVENTS = """
SELECT number, kind, data, recorded_at FROM kiosk_events WHERE kiosk_id = %(kiosk_id)s ORDER BY number DESC LIMIT %(limit)s
"""


def devices_of(kiosk_id: UUID) -> Devices | None:
    """The devices of a kiosk; None for one that has no agent or was locked out. One statement."""
    rows = fetch(_DEVICES, {"kiosk_id": kiosk_id, "present": _PRESENT})
    if not rows:
        return None
    row = rows[0]
    return Devices(row.kiosk_id, row.online, row.version, row.devices, row.state, row.last_seen_at)


def cash_offer(found: Devices | None, price: Money, inserted: int = 0) -> CashOffer:
    """How this kiosk can take cash for a price of which so much is in the box already."""
    if found is None or not found.has(Device.CASH) or found.condition(Device.CASH) != "ok":
        return CashOffer("none", ())
    said = found.of(Device.CASH)
    drawer = Drawer(DrawerKind.KIOSK, found.kiosk_id)
    if said.get("currency") != price.currency or not takes_cash(drawer, price.currency):
        return CashOffer("none", ())
    values = [int(value) for value in said.get("values", [])]
    pieces = {int(value): int(count) for value, count in said.get("float", {}).items()}
    mode = rules.offer(price.amount - inserted, values, pieces)
    return CashOffer(mode, rules.acceptable(price.amount, inserted, values, pieces))


def intake_of(reservation_id: UUID) -> IntakeView | None:
    """The last payment in cash of a reservation at a kiosk's box, None when there was none."""
    rows = fetch(_INTAKE, {"reservation_id": reservation_id})
    return IntakeView(*rows[0]) if rows else None


def command(command_id: UUID) -> CommandView | None:
    """One command, None when there is none of that id."""
    rows = fetch(f"{_COMMAND} WHERE id = %(id)s", {"id": command_id})
    return CommandView(*rows[0]) if rows else None


def kiosk_of_command(command_id: UUID) -> UUID | None:
    """At which kiosk a command was given, None for one that is not known."""
    rows = fetch("SELECT kiosk_id FROM kiosk_commands WHERE id = %(id)s", {"id": command_id})
    return rows[0].kiosk_id if rows else None


def commands_about(subject_id: UUID, kind: str) -> list[CommandView]:
    """The commands of one kind about one thing (a payment, a booking), the newest first."""
    found = fetch(
        f"{_COMMAND} WHERE subject_id = %(subject)s AND kind = %(kind)s ORDER BY created_at DESC, id DESC",
        {"subject": subject_id, "kind": kind},
    )
    return [CommandView(*row) for row in found]


def last_commands(kiosk_id: UUID, limit: int = 12) -> list[CommandView]:
    """What a kiosk's devices were told lately, the newest first."""
    found = fetch(
        f"{_COMMAND} WHERE kiosk_id = %(kiosk_id)s ORDER BY created_at DESC, id DESC LIMIT %(limit)s",
        {"kiosk_id": kiosk_id, "limit": limit},
    )
    return [CommandView(*row) for row in found]


def last_events(kiosk_id: UUID, limit: int = 12) -> list[EventView]:
    """What a kiosk's devices reported lately, the newest first."""
    return [EventView(*row) for row in fetch(_EVENTS, {"kiosk_id": kiosk_id, "limit": limit})]
