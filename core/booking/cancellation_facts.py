"""What a cancellation has to know: the booking, who still travels, what was paid and what has gone back already."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.booking.cancellation_rules import EVERYTHING, NOTHING, Terms, shares, terms_at
from core.booking.errors import CancellationClosed, NotCancellable
from core.booking.models import BookingStatus
from core.kernel.db import db, run
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.pricing.rules import Quote
from core.tickets.models import TicketStatus

#: Those who may still give up their journey.
_OPEN = (BookingStatus.CONFIRMED, BookingStatus.CHECKED_IN)

#: In the order of the house: the schedule, then the own reservation. What is decided on is read after it.
_LOCK = """
SELECT 1 FROM schedules s JOIN bookings b ON b.schedule_id = s.id JOIN reservations r ON r.id = b.reservation_id
WHERE b.id = %(booking_id)s FOR KEY SHARE OF s FOR UPDATE OF r
"""

_BOOKING = text("""
SELECT b.id, b.reservation_id, b.schedule_id, b.operator_id, b.reference, b.status, b.total, b.currency, r.quote,
  r.from_position, r.to_position,
  s.route_id, s.layout_id, s.status AS schedule_status, p.refund_ladder, app_now() AS now,
  s.departure_at + make_interval(secs => a.departure_offset) AS boarding_at
FROM bookings b
JOIN reservations r ON r.id = b.reservation_id
JOIN policies p ON p.id = r.policy_id
JOIN schedules s ON s.id = b.schedule_id
JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = r.from_position
WHERE b.id = ANY(:booking_ids)
""")

_PASSENGERS = text("""
SELECT p.reservation_id, p.id, p.place, p.type, p.full_name, p.seat_id, s.number AS seat_number,
  s.type AS seat_type, s.features AS seat_features, s.layout_id AS seat_layout_id, p.cancellation_id, t.id AS ticket_id, t.status AS ticket_status
FROM passengers p LEFT JOIN seats s ON s.id = p.seat_id LEFT JOIN tickets t ON t.passenger_id = p.id
WHERE p.reservation_id = ANY(:reservation_ids) ORDER BY p.place
""")

#: Money that came in vain went back whole at once and is no part of the sale.
_PAID = text("""
SELECT p.reservation_id, p.currency, p.id, p.gateway, p.amount, coalesce(sum(f.amount), 0)::bigint AS given_back,
  coalesce(sum(f.amount) FILTER (WHERE f.cancellation_id IS NULL), 0)::bigint AS given_besides
FROM payments p LEFT JOIN refunds f ON f.payment_id = p.id
WHERE p.reservation_id = ANY(:reservation_ids) AND p.status IN ('completed', 'refunded') AND NOT p.waiting
  AND NOT EXISTS (SELECT 1 FROM refunds w
    WHERE w.payment_id = p.id AND w.cancellation_id IS NULL AND w.amount = p.amount)
GROUP BY p.id, p.gateway, p.amount ORDER BY p.created_at DESC, p.id DESC
""")


@dataclass(frozen=True, slots=True)
class Part:
    """What goes back through one payment; ``before`` is what of the sale had gone back until then."""

    payment_id: UUID
    amount: int
    before: int


class Bought:
    """A booking with its passengers and its money."""

    def __init__(self, row: Any, passengers: Sequence[Any], payments: Sequence[Any]) -> None:
        self.row = row
        self.passengers = passengers
        self.payments = payments
        besides = sum(int(payment.given_besides) for payment in payments)
        self._shares = shares(Quote.from_json(row.quote), [p.place for p in passengers], besides)

    @property
    def travelling(self) -> list[Any]:
        """The passengers who were not cancelled."""
        return [passenger for passenger in self.passengers if passenger.cancellation_id is None]

    @property
    def unseated(self) -> bool:
        """Whether another vehicle came that has no seats for this booking: it is asked what is to become of it."""
        return any(p.seat_layout_id not in (None, self.row.layout_id) for p in self.travelling)

    @property
    def given_back(self) -> int:
        """What of the sale has gone back already, or is on its way."""
        return sum(int(payment.given_back) for payment in self.payments)

    @property
    def left(self) -> int:
        """What of the sale was kept until now: no refund is higher."""
        return sum(int(payment.amount) - int(payment.given_back) for payment in self.payments)

    def paid_by(self, passenger: Any) -> int:
        """What this passenger paid, with an equal part of what was for all."""
        return self._shares[passenger.place]

    def money(self, amount: int) -> Money:
        """An amount in the booking's currency."""
        return Money(amount, self.row.currency)

    def leaving(self, passenger_ids: frozenset[UUID] | None, *, waive: bool) -> list[Any]:
        """Who is to be cancelled: these, or everybody who is left. Raises NotFound, NotCancellable."""
        unknown = (passenger_ids or frozenset()) - {passenger.id for passenger in self.passengers}
        if unknown:
            raise NotFound("This booking has no such passenger.")
        if self.row.status not in _OPEN:
            raise NotCancellable(booking_status=self.row.status)
        chosen = [p for p in self.passengers if passenger_ids is None or p.id in passenger_ids]
        leaving = [p for p in chosen if p.cancellation_id is None]
        if not leaving or (passenger_ids is not None and len(leaving) < len(chosen)):
            raise NotCancellable("A passenger was cancelled already.")
        if not waive and any(p.ticket_status == TicketStatus.USED for p in leaving):
            raise NotCancellable("A ticket that was used cannot be cancelled.")
        return leaving

    def terms(self, *, waive: bool) -> Terms:
        """What the ladder of the policy that was bought under says now; everything for a cancelled departure."""
        if waive or self.row.schedule_status == "cancelled":
            return EVERYTHING
        return terms_at(self.row.refund_ladder, self.row.boarding_at - self.row.now)

    def step(self) -> Terms:
        """The same for what is given back while the journey stands: nothing once it is too late to cancel."""
        try:
            return self.terms(waive=False)
        except CancellationClosed:
            return NOTHING

    def parts(self, refund: int) -> list[Part]:
        """How a refund goes back through the payments: the last one first."""
        parts: list[Part] = []
        before = self.given_back
        for payment in self.payments:
            amount = min(refund, int(payment.amount) - int(payment.given_back))
            if amount > 0:
                parts.append(Part(payment.id, amount, before))
                refund, before = refund - amount, before + amount
        return parts


def lock_booking(booking_id: UUID) -> None:
    """Take the locks of a booking's schedule and reservation. Raises NotFound."""
    if run(_LOCK, {"booking_id": booking_id}).fetchone() is None:
        raise NotFound("There is no such booking.")


def read_bought(booking_id: UUID) -> Bought:
    """The facts as they are now; under lock they stay so. Raises NotFound."""
    found = read_many([booking_id])
    if not found:
        raise NotFound("There is no such booking.")
    return found[0]


def read_many(booking_ids: Sequence[UUID]) -> list[Bought]:
    """The facts of many bookings in three statements; unknown ones are left out."""
    rows = db.session.execute(_BOOKING, {"booking_ids": list(booking_ids)}).all()
    of_them = {"reservation_ids": [row.reservation_id for row in rows]}
    passengers, payments = defaultdict(list), defaultdict(list)
    for person in db.session.execute(_PASSENGERS, of_them):
        passengers[person.reservation_id].append(person)
    for payment in db.session.execute(_PAID, of_them):
        payments[payment.reservation_id, payment.currency].append(payment)
    return [
        Bought(row, passengers[row.reservation_id], payments[row.reservation_id, row.currency])
        for row in rows
    ]
