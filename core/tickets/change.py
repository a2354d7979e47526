"""What becomes of tickets after the sale: they are withdrawn, or get a new code that puts the old one out of use.

Called inside the transaction of the booking's change.
"""

import json
from collections.abc import Callable, Collection
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
_ANY_TICKET = """
SELECT id, facts FROM tickets WHERE passenger_id = %(passenger_id)s AND status <> 'cancelled' FOR UPDATE
"""
_RESTATE = "UPDATE tickets SET facts = %(facts)s::jsonb WHERE id = %(id)s"
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


def restate(passenger_id: UUID, change: Callable[[TicketFacts], TicketFacts]) -> bool:
    """Change what a ticket says that its code does not: the code goes on counting as it did. Used tickets stay used.

    False when the ticket is cancelled, and nothing was done.
    """
    row = run(_ANY_TICKET, {"passenger_id": passenger_id}).fetchone()
    if row is None:
        return False
    facts = change(TicketFacts.from_json(row.facts))
    run(_RESTATE, {"id": row.id, "facts": json.dumps(facts.as_json(), ensure_ascii=False)})
    return True
