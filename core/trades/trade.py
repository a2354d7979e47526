"""A trade is a record: its words, its seat types and the policy that a new operator starts with."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class RefundStep:
    """At least ``hours`` before departure from the boarding stop, ``percent`` comes back, less ``fee`` minor units."""

    hours: int
    percent: int
    fee: int = 0

    def as_json(self) -> dict[str, int]:
        """As kept in a policy's refund ladder."""
        return {"hours": self.hours, "percent": self.percent, "fee": self.fee}


@dataclass(frozen=True, slots=True)
class PolicyDefaults:
    """An operator's rules to begin with. Minutes, unless a name says hours."""

    hold_minutes: int
    max_seats: int
    sales_close_minutes: int
    refund_ladder: tuple[RefundStep, ...]
    passenger_fields: dict[str, list[str]]
    extension_minutes: int = 5
    max_extensions: int = 2
    payment_grace_minutes: int = 3
    check_in_opens_hours: int | None = None
    check_in_closes_hours: int | None = None
    reminder_hours: int | None = 24

    def as_columns(self) -> dict[str, Any]:
        """Column values for a first `policies` row."""
        values = {name: getattr(self, name) for name in self.__slots__}
        values["refund_ladder"] = [step.as_json() for step in self.refund_ladder]
        return values


@dataclass(frozen=True, slots=True)
class Trade:
    """One kind of business."""

    code: str
    name: str
    vehicle_word: str
    platform_word: str
    seat_types: tuple[str, ...]
    passenger_types: tuple[str, ...]
    reference_style: str
    policy: PolicyDefaults
    vehicle_standards: tuple[str, ...] = field(default=("standard",))
    #: From the plainest to the best, where that is not the order of `seat_types`.
    seat_order: tuple[str, ...] = ()

    def rank(self, seat_type: str) -> int:
        """How good a seat type is: who bought one may be given one of the same rank or of a higher one without asking.

        Places for wheelchairs and their companions, and types that are not known, count as the plainest.
        """
        order = self.seat_order or self.seat_types
        return order.index(seat_type) if seat_type in order else 0
