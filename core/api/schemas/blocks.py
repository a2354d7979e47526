"""Seats that the operator keeps out of sale."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from core.api.schemas.fields import Input, Line, Output, Position


class SeatsBody(Input):
    """Seats of the schedule; without positions on the whole run."""

    seat_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    from_position: Position = 0
    to_position: Position | None = None


class BlockBody(SeatsBody):
    """Why they are blocked, and until when they are kept back; without `until` for good."""

    reason: Line
    until: AwareDatetime | None = None


class Blocked(Output):
    """How many seats were blocked or unblocked."""

    seats: int


class BlockOut(Output):
    """A seat that is blocked on the legs between two stops."""

    seat_id: UUID
    from_position: int
    to_position: int
    reason: str | None
    until: AwareDatetime | None


class BlockList(Output):
    """The blocked seats of a schedule."""

    blocks: list[BlockOut]
