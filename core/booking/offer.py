"""What a hold needs to know of its schedule, in one statement that also locks the schedule against a change of status.

`FOR KEY SHARE` lets other holds pass and makes cancelling, swapping and re-routing (which lock `FOR UPDATE`) wait.
The status is read under that lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from core.booking.errors import BadStretch, NotOnSale
from core.kernel.db import require_transaction
from core.kernel.errors import NotFound
from core.pricing.queries import prices_of
from core.pricing.rules import Prices
from core.timetable.words import ON_SALE

_OFFER = text("""
SELECT app_now() AS now, s.status, s.layout_id, s.operator_id, s.route_id, s.currency, s.departure_at,
  o.active AS operator_active, o.trade, p.id AS policy_id, p.hold_minutes, p.max_seats, p.sales_close_minutes,
  p.passenger_fields, a.departure_offset, a.boarding, b.alighting, pa.name AS origin, pb.name AS destination,
  b.distance_m - a.distance_m AS distance_m, t.base, t.per_km, t.minimum, t.round_to, t.booking_fee, t.tax_per_mille,
  (SELECT amount FROM fares f WHERE f.route_id = s.route_id AND f.origin_id = a.place_id
     AND f.destination_id = b.place_id) AS fare,
  (SELECT jsonb_object_agg(subject, amount) FROM seat_charges c WHERE c.operator_id = s.operator_id) AS seat_charges,
  (SELECT jsonb_object_agg(passenger_type, percent) FROM passenger_fares c
     WHERE c.operator_id = s.operator_id) AS percents
FROM schedules s
JOIN operators o ON o.id = s.operator_id
JOIN policies p ON p.operator_id = s.operator_id AND p.active
LEFT JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = :from_position
LEFT JOIN pattern_stops b ON b.pattern_id = s.pattern_id AND b.position = :to_position
LEFT JOIN places pa ON pa.id = a.place_id
LEFT JOIN places pb ON pb.id = b.place_id
LEFT JOIN tariffs t ON t.operator_id = s.operator_id
WHERE s.id = :schedule_id
FOR KEY SHARE OF s
""")


@dataclass(frozen=True, slots=True)
class Offer:
    """A stretch of a schedule that is on sale now; `now` is the transaction's moment."""

    now: datetime
    layout_id: UUID
    operator_id: UUID
    policy_id: UUID
    trade: str
    currency: str
    boarding_at: datetime
    hold: timedelta
    max_seats: int
    sales_close_minutes: int
    passenger_fields: dict[str, list[str]]
    origin: str
    destination: str
    prices: Prices


def lock_offer(schedule_id: UUID, from_position: int, to_position: int) -> Offer:
    """Lock the schedule for selling and read what is offered. Raises NotFound, NotOnSale, BadStretch."""
    wanted = {"schedule_id": schedule_id, "from_position": from_position, "to_position": to_position}
    row = require_transaction().execute(_OFFER, wanted).one_or_none()
    if row is None:
        raise NotFound("There is no such departure.")
    if row.status not in ON_SALE or not row.operator_active:
        raise NotOnSale
    if from_position >= to_position or not row.boarding or not row.alighting:
        raise BadStretch
    return _offer(row)


def _offer(row: Row[Any]) -> Offer:
    return Offer(
        now=row.now,
        layout_id=row.layout_id,
        operator_id=row.operator_id,
        policy_id=row.policy_id,
        trade=row.trade,
        currency=row.currency,
        boarding_at=row.departure_at + timedelta(seconds=row.departure_offset),
        hold=timedelta(minutes=row.hold_minutes),
        max_seats=row.max_seats,
        sales_close_minutes=row.sales_close_minutes,
        passenger_fields=row.passenger_fields,
        origin=row.origin,
        destination=row.destination,
        prices=prices_of(row),
    )
