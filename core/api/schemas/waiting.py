"""Waiting lists of sold-out runs."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from core.api.schemas.fields import Email, Input, Line, Output, Phone, Position, Query, Word


class TravellerIn(Input):
    """One who wants to go; the same details as a sale by this channel asks for."""

    type: Word = "adult"
    full_name: Line | None = None
    details: Annotated[dict[Word, Line], Field(max_length=30)] = Field(default_factory=dict)


class JoinBody(Input):
    """Seats for these travellers on a stretch; the offer goes to the e-mail address."""

    from_position: Position
    to_position: Position
    passengers: Annotated[list[TravellerIn], Field(min_length=1, max_length=50)]
    contact_email: Email
    contact_phone: Phone | None = None
    language: Annotated[str, Field(max_length=10, pattern="^[A-Za-z-]*$")] = "en"


class WaitingOut(Output):
    """A place on a waiting list: `place` 1 is the next. When seats are held, they are until `offer_until`."""

    id: UUID
    schedule_id: UUID
    from_position: int
    to_position: int
    seats: int
    status: Literal["waiting", "offered", "served", "lapsed", "left", "closed"]
    place: int | None
    created_at: datetime
    offer_until: datetime | None
    reservation_id: UUID | None


class OwnWaitingOut(WaitingOut):
    """One's own place: `proof` is the right to see and leave it; with `guest_session` the reservation is paid."""

    proof: str
    guest_session: str | None


class WaitingProof(Query):
    """The right to see and leave a place in line: the last part of the letter's link."""

    proof: Annotated[str, Field(min_length=1, max_length=64)]


class LineEntry(WaitingOut):
    """For staff: with the contact."""

    contact_email: str
    contact_phone: str | None


class LineOut(Output):
    """Who stands in line, the first first."""

    entries: list[LineEntry]


def line_entry_json(found: Any) -> dict[str, Any]:
    """The JSON of an entry for staff."""
    return {**found.as_json(), "contact_email": found.contact_email, "contact_phone": found.contact_phone}
