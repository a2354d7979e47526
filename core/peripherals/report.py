"""An agent's events, recorded in the order of their numbers, each once, in one transaction with what it means.

An agent sends an event until it hears that it is recorded; one that is known is passed over. An event whose number leaves
a gap is refused, so that nothing is ever applied out of order.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from core.booking.confirm import SeatsGone
from core.kernel.db import run, run_alone, transaction
from core.kernel.errors import Conflict
from core.peripherals import cash_events, other_events, terminal_events
from core.peripherals.agents import Agent
from core.peripherals.words import EventKind


class EventGap(Conflict):
    """An earlier event is missing; `last_event` is the last that is known."""

    code = "event_gap"
    message = "An earlier event is missing."


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at a device. `number` counts the events of one agent from 1 without gaps."""

    number: int
    kind: str
    command_id: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    happened_at: datetime | None = None


Effect = Callable[[UUID, Event, bool], None]

_EFFECTS: dict[str, Effect] = {
    EventKind.STATUS: other_events.status,
    EventKind.INSERTED: cash_events.inserted,
    EventKind.STOPPED: cash_events.stopped,
    EventKind.PAID_OUT: cash_events.paid_out,
    EventKind.PAY_OUT_ENDED: cash_events.pay_out_ended,
    EventKind.APPROVED: terminal_events.ended,
    EventKind.DECLINED: terminal_events.ended,
    EventKind.UNSURE: terminal_events.unsure,
    EventKind.REFUNDED: terminal_events.ended,
    EventKind.PRINTED: other_events.ended,
    EventKind.NOT_PRINTED: other_events.failed,
    EventKind.DONE: other_events.ended,
    EventKind.FAILED: other_events.failed,
}

_LAST = "SELECT last_event FROM kiosk_agents WHERE kiosk_id = %(kiosk_id)s"
_NEXT = """
UPDATE kiosk_agents SET last_event = %(number)s, last_seen_at = app_now()
WHERE kiosk_id = %(kiosk_id)s AND last_event = %(number)s - 1
"""
_KEEP = """
INSERT INTO kiosk_events (kiosk_id, number, kind, command_id, data, happened_at)
VALUES (%(kiosk_id)s, %(number)s, %(kind)s, %(command_id)s, %(data)s::jsonb, %(happened_at)s)
"""


def report(agent: Agent, events: list[Event]) -> int:
    """Record these events; returns the number of the last one that is known. Raises EventGap."""
    last = _last(agent.kiosk_id)
    for event in events:
        if event.number <= last:
            continue
        if event.number > last + 1:
            raise EventGap(last_event=last)
        terminal_events.settle_first(agent.kiosk_id, event)
        _record(agent.kiosk_id, event)
        last = event.number
    return last


def _record(kiosk_id: UUID, event: Event) -> None:
    try:
        _apply(kiosk_id, event, seats_gone=False)
    except SeatsGone:
        _apply(kiosk_id, event, seats_gone=True)


def _apply(kiosk_id: UUID, event: Event, *, seats_gone: bool) -> None:
    with transaction():
        values = {"kiosk_id": kiosk_id, "number": event.number, "kind": event.kind[:30],
                  "command_id": event.command_id, "data": json.dumps(event.data), "happened_at": event.happened_at}  # fmt: skip
        if run(_NEXT, values).rowcount == 0:
            return  # somebody else recorded it this moment
        run(_KEEP, values)
        effect = _EFFECTS.get(event.kind)
        if effect is not None:
            effect(kiosk_id, event, seats_gone)


def _last(kiosk_id: UUID) -> int:
    rows = run_alone(_LAST, {"kiosk_id": kiosk_id})
    return int(rows[0].last_event) if rows else 0
