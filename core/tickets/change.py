"""What becomes of tickets after the sale: they are withdrawn, or get a new code that puts the old one out of use.

Called inside the transaction of the booking's change.
"""

import json
from collections.abc import Callable, Collection, Mapping
from uuid import UUID

from core.kernel.db import run
from core.tickets.facts import TicketFacts
from core.tickets.issue import code_facts
from core.tickets.keys import signing_key
from core.tickets.qr import sign

_WITHDRAW = """
UPDATE tickets SET status = 'cancelled' WHERE passenger_id = ANY(%(passenger_ids)s) AND status <> 'cancelled'
RETURNING id
"""
_TICKET = """
SELECT id, serial, facts FROM tickets WHERE passenger_id = %(passenger_id)s AND status = 'valid' FOR UPDATE
"""
_RESTATE = """
UPDATE tickets t SET facts = t.facts || jsonb_build_object('seat_id', x.seat_id::text, 'seat_number', x.number)
FROM unnest(%(passenger_ids)s::uuid[], %(seat_ids)s::uuid[], %(numbers)s::text[]) AS x (passenger_id, seat_id, number)
WHERE t.passenger_id = x.passenger_id AND t.status <> 'cancelled'
"""
_REISSUE = "UPDATE tickets SET serial = %(serial)s, qr = %(qr)s, facts = %(facts)s::jsonb WHERE id = %(id)s"


def withdraw(passenger_ids: Collection[UUID]) -> list[UUID]:
    """Cancel the tickets of these passengers: no gate lets them in any more. Returns the tickets' ids."""
    return [row.id for row in run(_WITHDRAW, {"passenger_ids": sorted(passenger_ids)})]


def reissue_as(facts: TicketFacts) -> bool:
    """Let the passenger's valid ticket say this, under a new code. False when it is no longer valid."""
    return reissue(facts.passenger_id, lambda _kept: facts)


def reissue(passenger_id: UUID, change: Callable[[TicketFacts], TicketFacts]) -> bool:
    """Change what a valid ticket says, and give it a new code: the old one is of an older serial and refused.

    False when the ticket is no longer valid, and nothing was done.
    """
    row = run(_TICKET, {"passenger_id": passenger_id}).fetchone()
    if row is None:
        return False
    facts = change(TicketFacts.from_json(row.facts))
    serial = row.serial + 1
    values = {
        "id": row.id,
        "serial": serial,
        "qr": sign(code_facts(row.id, serial, facts), signing_key()),
        "facts": json.dumps(facts.as_json(), ensure_ascii=False),
    }
    run(_REISSUE, values)
    return True


def restate_seats(seats: Mapping[UUID, tuple[UUID, str]]) -> int:
    """Let the tickets of these passengers say another seat (id and number), in one statement; returns how many.

    The codes go on counting as they did, so this is for who keeps the number, and for tickets that were used.
    """
    values = {
        "passenger_ids": list(seats),
        "seat_ids": [seat_id for seat_id, _ in seats.values()],
        "numbers": [number for _, number in seats.values()],
    }
    return run(_RESTATE, values).rowcount
