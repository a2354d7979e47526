"""Events of the card terminal: its answer is settled like a gateway's message, once, before the event is recorded.

Should this end between the two, the agent sends the event again, and settling it again changes nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.booking.settle import settle
from core.kernel.db import run
from core.kernel.money import Money
from core.payments.gateways.base import EventKind as GatewayEventKind
from core.payments.gateways.base import GatewayEvent
from core.peripherals.commands import end
from core.peripherals.queries import CommandView, command
from core.peripherals.terminal import NAME, reference_of
from core.peripherals.words import CommandKind, CommandStatus, EventKind

if TYPE_CHECKING:
    from core.peripherals.report import Event

#: What a command's end means to the payment or refund with the command's id.
_MEANS: dict[tuple[str, str], str] = {
    (CommandKind.CHARGE, EventKind.APPROVED): GatewayEventKind.PAYMENT_COMPLETED,
    (CommandKind.CHARGE, EventKind.DECLINED): GatewayEventKind.PAYMENT_FAILED,
    (CommandKind.CHARGE, EventKind.FAILED): GatewayEventKind.PAYMENT_FAILED,
    (CommandKind.REFUND, EventKind.REFUNDED): GatewayEventKind.REFUND_PROCESSED,
    (CommandKind.REFUND, EventKind.DECLINED): GatewayEventKind.REFUND_FAILED,
    (CommandKind.REFUND, EventKind.FAILED): GatewayEventKind.REFUND_FAILED,
}
_UNSURE = "UPDATE kiosk_commands SET result = result || %(said)s::jsonb WHERE id = %(id)s AND kiosk_id = %(kiosk_id)s"


def settle_first(kiosk_id: UUID, event: Event) -> None:
    """Settle what the terminal answered; any other event is left alone. Safe to call again."""
    if event.command_id is None:
        return
    found = command(event.command_id)
    kind = _MEANS.get((found.kind, event.kind)) if found else None
    if found is not None and kind is not None:
        settle(NAME, _as_message(kiosk_id, event, found, kind))


def ended(kiosk_id: UUID, event: Event, seats_gone: bool) -> None:  # noqa: ARG001 - the form of every effect
    """The terminal has answered: the command is over."""
    good = event.kind in (EventKind.APPROVED, EventKind.REFUNDED)
    if event.command_id:
        end(kiosk_id, event.command_id, CommandStatus.DONE if good else CommandStatus.FAILED, event.data)


def unsure(kiosk_id: UUID, event: Event, seats_gone: bool) -> None:  # noqa: ARG001 - the form of every effect
    """The terminal does not answer whether it has charged: the agent goes on asking, and the screen says so."""
    run(_UNSURE, {"id": event.command_id, "kiosk_id": kiosk_id, "said": json.dumps({"unsure": True})})


def _as_message(kiosk_id: UUID, event: Event, found: CommandView, kind: str) -> GatewayEvent:
    is_refund = found.kind == CommandKind.REFUND
    amount = found.data.get("amount")
    return GatewayEvent(
        event_id=f"{kiosk_id}-{event.number}",
        kind=kind,
        payment_id=None if is_refund else found.id,
        reference=reference_of(found.id),
        amount=Money(amount, found.data["currency"]) if isinstance(amount, int) and not is_refund else None,
        payload=_plain(event.data),
        refund_id=UUID(found.data["refund"]) if is_refund else None,
        failure=str(event.data.get("reason", "declined"))[:200],
    )


def _plain(data: Any) -> dict[str, Any]:
    return {str(name): value for name, value in dict(data).items()}
