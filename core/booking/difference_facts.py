"""What a change of a booking comes to, and how the booking stood when it was agreed, to see later whether it still does."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.booking.cancellation_facts import Bought
from core.kernel.money import Money


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change comes to: the price afterwards, what was paid, what is `due` or comes `back`."""

    price: Money
    paid: Money
    due: Money
    back: Money


@dataclass(frozen=True, slots=True)
class NewSeat:
    """A seat that is held for the passenger at this place of the booking."""

    place: int
    seat_id: UUID
    type: str


def standing(bought: Bought) -> dict[str, Any]:
    """What a change was worked out from: the departure, the price, and who sits where. Compared whole."""
    row = bought.row
    return {
        "schedule_id": str(row.schedule_id),
        "stretch": [row.from_position, row.to_position],
        "total": row.total,
        "given_back": bought.given_back,
        "seats": {str(person.id): str(person.seat_id) for person in bought.travelling},
    }
