"""Issuing tickets: numbers, signed codes and frozen facts, all tickets of a booking in one statement.

Called inside the transaction that confirms the booking. The code is signed here, once, with a key kept in memory;
pictures of it are made when they are needed.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.kernel.db import run
from core.kernel.ids import new_id
from core.tickets.facts import TicketFacts
from core.tickets.keys import signing_key
from core.tickets.qr import QrFacts, sign
from core.tickets.rules import new_number, validity

__all__ = ["TicketFacts", "issue"]

#: A number that exists already (2.5e16 are possible) is left out by the statement and drawn again.
_INSERT = """
    INSERT INTO tickets (id, booking_id, passenger_id, number, qr, facts)
    SELECT id, booking_id, passenger_id, number, qr, facts
    FROM jsonb_to_recordset(%(rows)s::jsonb)
      AS row (id uuid, booking_id uuid, passenger_id uuid, number text, qr text, facts jsonb)
    ON CONFLICT (number) DO NOTHING
    RETURNING id
"""
_DRAWS = 5


def issue(facts: Sequence[TicketFacts]) -> list[UUID]:
    """Write one ticket a passenger in the open transaction; returns their ids in the order of `facts`.

    Raises `Conflict` (code duplicate) when a passenger has a ticket already.
    """
    if not facts:
        return []
    rows = [_row(each) for each in facts]
    waiting = {row["id"]: row for row in rows}
    for _ in range(_DRAWS):
        for ticket in run(_INSERT, {"rows": json.dumps(list(waiting.values()), ensure_ascii=False)}):
            del waiting[str(ticket.id)]
        if not waiting:
            return [UUID(row["id"]) for row in rows]
        for row in waiting.values():
            row["number"] = new_number()
    raise RuntimeError("no free ticket number was found")


def _row(facts: TicketFacts) -> dict[str, Any]:
    ticket_id = new_id()
    return {
        "id": str(ticket_id),
        "booking_id": str(facts.booking_id),
        "passenger_id": str(facts.passenger_id),
        "number": new_number(),
        "qr": sign(code_facts(ticket_id, 1, facts), signing_key()),
        "facts": facts.as_json(),
    }


def code_facts(ticket_id: UUID, serial: int, facts: TicketFacts) -> QrFacts:
    """What the code of this ticket says."""
    valid_from, valid_until = validity(facts.departure_at, facts.arrival_at)
    return QrFacts(
        ticket_id=ticket_id,
        serial=serial,
        schedule_id=facts.schedule_id,
        seat=facts.seat_number,
        from_position=facts.from_position,
        to_position=facts.to_position,
        valid_from=valid_from,
        valid_until=valid_until,
    )
