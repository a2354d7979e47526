"""The facts of one sale under lock: what confirming needs to know, read in one statement.

Locks in the order of the house: the schedule `FOR KEY SHARE`, then the reservation `FOR UPDATE`.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.inventory.locks import Claim
from core.kernel.db import run
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.pricing.rules import Quote
from core.tickets.issue import TicketFacts
from core.timetable.words import ON_SALE

_SALE = """
SELECT r.id, r.status, r.holder_kind, r.holder_id, r.holder_label, r.channel, r.expires_at, r.currency, r.total,
  r.quote, r.seat_count, r.from_position, r.to_position, r.expires_at <= app_now() AS run_out, app_now() AS now,
  s.id AS schedule_id, s.status AS schedule_status, s.layout_id, s.departure_at, s.platform, s.route_id,
  o.id AS operator_id, o.code AS operator_code, o.name AS operator_name, o.trade, o.reference_prefix,
  o.timezone AS operator_timezone, ro.name AS route_name, p.sales_close_minutes, p.payment_grace_minutes, p.refund_ladder,
  a.departure_offset, b.arrival_offset, pa.name AS origin, pa.timezone AS origin_timezone,
  pb.name AS destination, pb.timezone AS destination_timezone,
  (SELECT c.booking_id FROM booking_changes c WHERE c.reservation_id = r.id) AS changes_booking_id
FROM schedules s
JOIN reservations r ON r.schedule_id = s.id
JOIN policies p ON p.id = r.policy_id
JOIN operators o ON o.id = s.operator_id
JOIN routes ro ON ro.id = s.route_id
JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = r.from_position
JOIN pattern_stops b ON b.pattern_id = s.pattern_id AND b.position = r.to_position
JOIN places pa ON pa.id = a.place_id
JOIN places pb ON pb.id = b.place_id
WHERE r.id = %(reservation_id)s
FOR KEY SHARE OF s FOR UPDATE OF r
"""

_PASSENGERS = """
SELECT p.id, p.place, p.type, p.full_name, p.amount, p.seat_id, s.number, s.layout_id AS seat_layout_id
FROM passengers p LEFT JOIN seats s ON s.id = p.seat_id
WHERE p.reservation_id = %(reservation_id)s ORDER BY p.place
"""


class Sale:
    """A reservation on its way to a booking, under lock."""

    def __init__(self, row: Any, passengers: Sequence[Any]) -> None:
        self.row = row
        self.passengers = passengers
        self._quote = Quote.from_json(row.quote)

    @property
    def total(self) -> Money:
        """What has to be paid."""
        return Money(self.row.total, self.row.currency)

    @property
    def late(self) -> bool:
        """Whether the hold has run out."""
        return bool(self.row.status == "expired" or (self.row.status == "active" and self.row.run_out))

    @property
    def can_be_booked(self) -> bool:
        """Whether money may still turn it into a booking, if its seats can be had.

        In time: unless the schedule was cancelled. Late: only while others could buy, too. Never when it was given up,
        released or booked already; nor when another vehicle came after it had run out: its seats are no longer there.
        """
        if self.row.status not in ("active", "expired") or not self._has_its_seats:
            return False
        if not self.late:
            return bool(self.row.schedule_status != "cancelled")
        boarding_at = self.row.departure_at + timedelta(seconds=self.row.departure_offset)
        closes = boarding_at - timedelta(minutes=self.row.sales_close_minutes)
        return bool(self.row.schedule_status in ON_SALE and self.row.now < closes)

    @property
    def _has_its_seats(self) -> bool:
        return all(p.seat_layout_id in (None, self.row.layout_id) for p in self.passengers)

    def claim(self) -> Claim:
        """Its seats on all of its legs."""
        row = self.row
        seats = tuple(p.seat_id for p in self.passengers if p.seat_id)
        return Claim(row.schedule_id, row.layout_id, seats, row.from_position, row.to_position, row.id)

    def ticket_facts(self, booking_id: UUID, reference: str) -> list[TicketFacts]:
        """What each passenger's ticket says, frozen at the sale."""
        return [self._ticket(booking_id, reference, passenger) for passenger in self.passengers]

    def _ticket(self, booking_id: UUID, reference: str, passenger: Any) -> TicketFacts:
        row = self.row
        return TicketFacts(
            booking_id=booking_id,
            passenger_id=passenger.id,
            reference=reference,
            operator_name=row.operator_name,
            operator_code=row.operator_code,
            route_name=row.route_name,
            schedule_id=row.schedule_id,
            seat_id=passenger.seat_id,
            seat_number=passenger.number,
            from_position=row.from_position,
            to_position=row.to_position,
            origin=row.origin,
            destination=row.destination,
            origin_timezone=row.origin_timezone,
            destination_timezone=row.destination_timezone,
            departure_at=row.departure_at + timedelta(seconds=row.departure_offset),
            arrival_at=row.departure_at + timedelta(seconds=row.arrival_offset),
            platform=row.platform,
            passenger_name=passenger.full_name,
            passenger_type=passenger.type,
            price=Money(passenger.amount, row.currency),
            quote=self._quote,
            refund_ladder=tuple(row.refund_ladder),
        )


def lock_sale(reservation_id: UUID) -> Sale:
    """Lock the schedule and the reservation and read the facts. Raises NotFound."""
    row = run(_SALE, {"reservation_id": reservation_id}).fetchone()
    if row is None:
        raise NotFound("There is no such reservation.")
    return Sale(row, run(_PASSENGERS, {"reservation_id": reservation_id}).fetchall())
