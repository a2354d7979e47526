"""What becomes of tickets after the sale: they are withdrawn, or get a new code that puts the old one out of use.

Called inside the transaction of the booking's change.
"""

from collections.abc import Collection
from uuid import UUID

from core.kernel.db import run

_WITHDRAW = """
UPDATE tickets SET status = 'cancelled' WHERE passenger_id = ANY(%(passenger_ids)s) AND status <> 'cancelled'
RETURNING id
"""


def withdraw(passenger_ids: Collection[UUID]) -> list[UUID]:
    """Cancel the tickets of these passengers: no gate lets them in any more. Returns the tickets' ids."""
    return [row.id for row in run(_WITHDRAW, {"passenger_ids": sorted(passenger_ids)})]
