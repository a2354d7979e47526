"""What is offered on a stretch of a schedule: read whole once, remembered, and never trusted without a check.

The statement that takes seats locks the schedule and compares what an offer depends on with what is true then: the
schedule's status, departure and layout, and the operator's `terms_version`, which counts every change of its policy and
prices. So remembering can make a hold fail and be read again, but never sell under terms that have changed.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.booking.errors import BadStretch, NotOnSale
from core.booking.rules import last_moment
from core.kernel.db import fetch
from core.kernel.errors import NotFound
from core.pricing.queries import prices_of
from core.pricing.rules import Prices
from core.timetable.words import ON_SALE

_OFFER = """
SELECT app_now() AS now, s.status, s.layout_id, s.operator_id, s.currency, s.departure_at,
  o.active AS operator_active, o.trade, o.terms_version, p.id AS policy_id, p.hold_minutes, p.max_seats,
  p.sales_close_minutes, p.passenger_fields, a.departure_offset, a.boarding, b.alighting,
  pa.name AS origin, pb.name AS destination,
  b.distance_m - a.distance_m AS distance_m, t.base, t.per_km, t.minimum, t.round_to, t.booking_fee, t.tax_per_mille,
  COALESCE(f.amount, zf.amount) AS fare, CASE WHEN f.amount IS NULL THEN zf.by_type END AS type_fares,
  (SELECT jsonb_object_agg(subject, amount) FROM seat_charges c WHERE c.operator_id = s.operator_id) AS seat_charges,
  (SELECT jsonb_object_agg(passenger_type, percent) FROM passenger_fares c
     WHERE c.operator_id = s.operator_id) AS percents
FROM schedules s
JOIN operators o ON o.id = s.operator_id
JOIN policies p ON p.operator_id = s.operator_id AND p.active
LEFT JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = %(from_position)s
LEFT JOIN pattern_stops b ON b.pattern_id = s.pattern_id AND b.position = %(to_position)s
LEFT JOIN places pa ON pa.id = a.place_id
LEFT JOIN places pb ON pb.id = b.place_id
LEFT JOIN tariffs t ON t.operator_id = s.operator_id
LEFT JOIN fares f ON f.route_id = s.route_id AND f.origin_id = a.place_id AND f.destination_id = b.place_id
LEFT JOIN route_zones za ON za.route_id = s.route_id AND za.place_id = a.place_id
LEFT JOIN route_zones zb ON zb.route_id = s.route_id AND zb.place_id = b.place_id
LEFT JOIN zone_fares zf ON zf.route_id = s.route_id AND zf.from_zone = za.zone AND zf.to_zone = zb.zone
WHERE s.id = %(schedule_id)s
"""

Stretch = tuple[UUID, int, int]

#: A renamed place is seen in price lines after this long; everything else that changes is seen at once.
_REMEMBERED_FOR = 60.0
_AT_MOST = 5_000
_remembered: dict[Stretch, tuple[float, "Offer"]] = {}


@dataclass(frozen=True, slots=True)
class Offer:
    """A stretch of a schedule that was on sale when it was read, at `read_at`."""

    read_at: datetime
    terms_version: int
    layout_id: UUID
    operator_id: UUID
    policy_id: UUID
    trade: str
    currency: str
    departure_at: datetime
    boarding_at: datetime
    hold: timedelta
    max_seats: int
    sales_close_minutes: int
    passenger_fields: dict[str, list[str]]
    origin: str
    destination: str
    prices: Prices

    @property
    def closes_at(self) -> datetime:
        """When sales close."""
        return self.boarding_at - timedelta(minutes=self.sales_close_minutes)

    @property
    def last_moment(self) -> datetime:
        """Until when a hold may last at the most."""
        return last_moment(self.boarding_at, self.sales_close_minutes)


def remembered_offer(stretch: Stretch) -> Offer | None:
    """The offer as it was read less than a minute ago by this process, if it was."""
    until, offer = _remembered.get(stretch, (0.0, None))
    return offer if time.monotonic() < until else None


def read_offer(stretch: Stretch) -> Offer:
    """Read the offer and remember it. Raises NotFound, NotOnSale, BadStretch."""
    _remembered.pop(stretch, None)
    schedule_id, first, last = stretch
    found = {"schedule_id": schedule_id, "from_position": first, "to_position": last}
    rows = fetch(_OFFER, found)
    if not rows:
        raise NotFound("There is no such departure.")
    (row,) = rows
    if row.status not in ON_SALE or not row.operator_active:
        raise NotOnSale
    if first >= last or not row.boarding or not row.alighting:
        raise BadStretch
    offer = _offer(row)
    if len(_remembered) >= _AT_MOST:
        _remembered.clear()
    _remembered[stretch] = (time.monotonic() + _REMEMBERED_FOR, offer)
    return offer


def _offer(row: Any) -> Offer:
    return Offer(
        read_at=row.now,
        terms_version=row.terms_version,
        layout_id=row.layout_id,
        operator_id=row.operator_id,
        policy_id=row.policy_id,
        trade=row.trade,
        currency=row.currency,
        departure_at=row.departure_at,
        boarding_at=row.departure_at + timedelta(seconds=row.departure_offset),
        hold=timedelta(minutes=row.hold_minutes),
        max_seats=row.max_seats,
        sales_close_minutes=row.sales_close_minutes,
        passenger_fields=row.passenger_fields,
        origin=row.origin,
        destination=row.destination,
        prices=prices_of(row),
    )
