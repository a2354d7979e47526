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

_INSERT = """
    INSERT INTO tickets (id, booking_id, passenger_id, number, qr, facts)
    SELECT row.id, row.booking_id, row.passenger_id, row.number, row.qr, row.facts
    FROM {source}jsonb_to_recordset(%(tickets)s::jsonb)
      AS row (id uuid, booking_id uuid, passenger_id uuid, number text, qr text, facts jsonb)
    ON CONFLICT (number) DO NOTHING
    RETURNING id
"""
_DRAWS = 5
_ISSUE = _INSERT.format(source="")

#: Rows of tickets by their id.
Drafts = dict[str, dict[str, Any]]


def issue_statement(source: str) -> str:
    """Part of a larger statement: it writes the tickets of `as_parameter` if ``source`` (a row of it) is there.

    A number that exists already (2.5e16 are possible) is left out, for `issue_drafts` to draw it again.
    """
    return _INSERT.format(source=f"{source} CROSS JOIN ")


def drafts(facts: Sequence[TicketFacts]) -> Drafts:
    """The rows of tickets that are to be written, one a passenger, numbered and signed."""
    rows = [_row(each) for each in facts]
    return {row["id"]: row for row in rows}


def as_parameter(waiting: Drafts) -> str:
    """For the statement's parameter `tickets`."""
    return json.dumps(list(waiting.values()), ensure_ascii=False)


def issue(facts: Sequence[TicketFacts]) -> list[UUID]:
    """Write one ticket a passenger in the open transaction; returns their ids in the order of `facts`.

    Raises `Conflict` (code duplicate) when a passenger has a ticket already.
    """
    rows = drafts(facts)
    issue_drafts(dict(rows))
    return [UUID(ticket_id) for ticket_id in rows]


def issue_drafts(waiting: Drafts) -> None:
    """Write these in the open transaction, under other numbers where theirs exist already."""
    for _ in range(_DRAWS):
        if not waiting:
            return
        for ticket in run(_ISSUE, {"tickets": as_parameter(waiting)}):
            del waiting[str(ticket.id)]
        for row in waiting.values():
            row["number"] = new_number()
    if waiting:
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
