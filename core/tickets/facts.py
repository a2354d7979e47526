"""What a ticket says, frozen when it is issued: later changes to routes, names or prices do not rewrite it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.kernel.money import Money
from core.pricing.rules import Quote


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """One passenger's ticket. Times are aware UTC, shown in the zones of the two places; amounts in minor units.

    `price` is this passenger's share; `quote` is that of the whole booking, printed line by line, and `refund_ladder`
    its policy's ([{hours, percent, fee}]), printed as terms.
    """

    booking_id: UUID
    passenger_id: UUID
    reference: str
    operator_name: str
    operator_code: str
    route_name: str
    schedule_id: UUID
    seat_id: UUID | None
    seat_number: str | None
    from_position: int
    to_position: int
    origin: str
    destination: str
    origin_timezone: str
    destination_timezone: str
    departure_at: datetime
    arrival_at: datetime
    platform: str | None
    passenger_name: str | None
    passenger_type: str
    price: Money
    quote: Quote | None = None
    refund_ladder: tuple[Mapping[str, int], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, for `tickets.facts`."""
        values = {name: getattr(self, name) for name in _PLAIN}
        values |= {name: str(getattr(self, name)) for name in _IDS}
        values |= {name: getattr(self, name).isoformat() for name in _TIMES}
        values["seat_id"] = str(self.seat_id) if self.seat_id else None
        values["price"] = self.price.as_json()
        values["quote"] = self.quote.as_json() if self.quote else None
        values["refund_ladder"] = [dict(step) for step in self.refund_ladder]
        return values

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "TicketFacts":
        """The facts as they were frozen by `as_json`."""
        values = {name: kept[name] for name in _PLAIN}
        values |= {name: UUID(kept[name]) for name in _IDS}
        values |= {name: datetime.fromisoformat(kept[name]) for name in _TIMES}
        values["seat_id"] = UUID(kept["seat_id"]) if kept["seat_id"] else None
        values["price"] = Money(kept["price"]["amount"], kept["price"]["currency"])
        values["quote"] = Quote.from_json(kept["quote"]) if kept["quote"] else None
        values["refund_ladder"] = tuple(kept["refund_ladder"])
        return cls(**values)


_IDS = ("booking_id", "passenger_id", "schedule_id")
_TIMES = ("departure_at", "arrival_at")
_PLAIN = (
    "reference", "operator_name", "operator_code", "route_name", "seat_number", "from_position", "to_position",
    "origin", "destination", "origin_timezone", "destination_timezone", "platform", "passenger_name",
    "passenger_type",
)  # fmt: skip
