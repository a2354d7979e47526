"""What a seat's state is on a stretch of legs, as screens and the API show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from core.inventory.plans import Plan, PlanSeat

AVAILABLE = "available"
RESERVED = "reserved"
BOOKED = "booked"
CHECKED_IN = "checked_in"
BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class SeatState:
    """A seat and its state; `held_until` (UTC) is set while somebody else's hold runs."""

    id: UUID
    number: str
    deck: int
    row: int
    column: int
    type: str
    features: tuple[str, ...]
    state: str
    held_until: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {
            "id": str(self.id),
            "number": self.number,
            "deck": self.deck,
            "row": self.row,
            "column": self.column,
            "type": self.type,
            "features": list(self.features),
            "state": self.state,
            "held_until": self.held_until.isoformat() if self.held_until else None,
        }


@dataclass(frozen=True, slots=True)
class SeatMap:
    """All seats of a schedule on one stretch."""

    schedule_id: UUID
    from_position: int
    to_position: int
    plan: Plan
    seats: tuple[SeatState, ...]

    @property
    def version(self) -> int:
        """Changes whenever any state changes."""
        return version_of((seat.number, seat.state) for seat in self.seats)

    @property
    def available(self) -> int:
        """How many seats can be had."""
        return sum(seat.state == AVAILABLE for seat in self.seats)

    def as_json(self) -> dict[str, Any]:
        """The shape of the API, without prices."""
        layout = {"name": self.plan.name, "rows": self.plan.rows, "columns": self.plan.columns}
        return {
            "schedule_id": str(self.schedule_id),
            "from_position": self.from_position,
            "to_position": self.to_position,
            "version": self.version,
            "available": self.available,
            "layout": {**layout, "decks": self.plan.decks, "fixtures": [dict(f) for f in self.plan.fixtures]},
            "seats": [seat.as_json() for seat in self.seats],
        }


def version_of(states: Iterable[tuple[str, str]]) -> int:
    """A number that changes whenever the state of any seat (number, state) does."""
    return crc32(repr(list(states)).encode())


def with_state(seat: PlanSeat, state: str, held_until: datetime | None) -> SeatState:
    """A seat of the plan with its present state."""
    place = (seat.id, seat.number, seat.deck, seat.row, seat.column, seat.type, seat.features)
    return SeatState(*place, state, held_until if state == RESERVED else None)
