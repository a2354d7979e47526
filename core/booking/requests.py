"""What a client asks for when it holds seats, already parsed and typed; whether it may have it is decided later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core.pricing.rules import Quote


@dataclass(frozen=True, slots=True)
class PassengerRequest:
    """One passenger on one seat."""

    seat_id: UUID
    type: str = "adult"
    full_name: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """Seats on a stretch of a schedule. Positions are those of the pattern's stops; `channel` is a `Channel`."""

    schedule_id: UUID
    from_position: int
    to_position: int
    passengers: tuple[PassengerRequest, ...]
    channel: str
    contact_email: str | None = None
    contact_phone: str | None = None
    language: str = "en"

    @property
    def stretch(self) -> tuple[UUID, int, int]:
        """Schedule and stops."""
        return self.schedule_id, self.from_position, self.to_position


@dataclass(frozen=True, slots=True)
class Seating:
    """Who sits on a seat from now on: a passenger of the reservation (`passenger_id`), or somebody new. None leaves what is
    known of a passenger as it is.
    """

    seat_id: UUID
    passenger_id: UUID | None = None
    type: str | None = None
    full_name: str | None = None
    details: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Seats that are yours until `expires_at` (UTC), and what they cost."""

    reservation_id: UUID
    expires_at: datetime
    quote: Quote
