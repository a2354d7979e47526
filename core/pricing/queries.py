"""Reading prices: what a journey costs from, for many departures in one statement, and a quote before anything is held."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from core.inventory.errors import BadStretch
from core.inventory.plans import plan
from core.inventory.queries import Stretch
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.kernel.money import Money
from core.pricing.rules import NoPrice, Prices, Quote, SeatToPrice, full_fare, make_quote, seat_charge

_PRICES = text("""
SELECT w.schedule_id, w.first, w.last, s.layout_id, s.currency, pa.name AS origin, pb.name AS destination,
  b.distance_m - a.distance_m AS distance_m, t.base, t.per_km, t.minimum, t.round_to, t.booking_fee, t.tax_per_mille,
  COALESCE(f.amount, zf.amount) AS fare, CASE WHEN f.amount IS NULL THEN zf.by_type END AS type_fares,
  c.charges AS seat_charges, pf.percents
FROM unnest(CAST(:schedules AS uuid[]), CAST(:firsts AS int[]), CAST(:lasts AS int[])) AS w (schedule_id, first, last)
JOIN schedules s ON s.id = w.schedule_id
JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = w.first
JOIN pattern_stops b ON b.pattern_id = s.pattern_id AND b.position = w.last
JOIN places pa ON pa.id = a.place_id
JOIN places pb ON pb.id = b.place_id
LEFT JOIN tariffs t ON t.operator_id = s.operator_id
LEFT JOIN fares f ON f.route_id = s.route_id AND f.origin_id = a.place_id AND f.destination_id = b.place_id
LEFT JOIN route_zones za ON za.route_id = s.route_id AND za.place_id = a.place_id
LEFT JOIN route_zones zb ON zb.route_id = s.route_id AND zb.place_id = b.place_id
LEFT JOIN zone_fares zf ON zf.route_id = s.route_id AND zf.from_zone = za.zone AND zf.to_zone = zb.zone
LEFT JOIN (SELECT operator_id, jsonb_object_agg(subject, amount) AS charges FROM seat_charges GROUP BY 1) c
  ON c.operator_id = s.operator_id
LEFT JOIN (SELECT operator_id, jsonb_object_agg(passenger_type, percent) AS percents FROM passenger_fares GROUP BY 1) pf
  ON pf.operator_id = s.operator_id
""")


def price_from(stretches: Iterable[Stretch]) -> dict[Stretch, Money]:
    """What one adult pays at least, booking fee included, for many stretches; those without a price are left out."""
    prices = {}
    for row in _read(stretches):
        try:
            prices[row.schedule_id, row.first, row.last] = _lowest(row)
        except NoPrice:
            continue
    return prices


def quote_for(
    schedule_id: UUID, from_position: int, to_position: int, seats: Iterable[tuple[UUID, str]]
) -> Quote:
    """What these seats (id, passenger type) would cost now. Nothing is held; the hold freezes its own quote.

    Raises NotFound, BadStretch, NoPrice; a seat that is not of the layout is NotFound.
    """
    row = _one(schedule_id, from_position, to_position)
    layout = plan(row.layout_id)
    priced = []
    for seat_id, passenger_type in seats:
        seat = layout.by_id.get(seat_id)
        if seat is None:
            raise NotFound("This departure has no such seat.")
        priced.append(SeatToPrice(seat.number, seat.type, seat.features, passenger_type))
    return make_quote(prices_of(row), priced, f"{row.origin} – {row.destination}")


def seat_prices(schedule_id: UUID, from_position: int, to_position: int) -> dict[UUID, Money]:
    """What one adult pays on each seat, booking fee included. Raises NotFound, BadStretch, NoPrice."""
    row = _one(schedule_id, from_position, to_position)
    prices = prices_of(row)
    basis = full_fare(prices) + prices.booking_fee
    return {
        seat.id: Money(max(0, basis + seat_charge(prices, seat.type, seat.features)), row.currency)
        for seat in plan(row.layout_id).seats
    }


def prices_of(row: Row[Any]) -> Prices:
    """The columns of a tariff, a fixed fare, the distance, charges and per cents as `Prices`."""
    tariff: dict[str, int] = {}
    if row.base is not None:
        names = ("base", "per_km", "minimum", "round_to", "booking_fee", "tax_per_mille")
        tariff = {name: getattr(row, name) for name in names}
    return Prices(
        currency=row.currency,
        fare=row.fare,
        distance_m=row.distance_m,
        type_fares=row.type_fares or {},
        seat_charges=row.seat_charges or {},
        percents=row.percents or {},
        **tariff,
    )


def _read(stretches: Iterable[Stretch]) -> list[Row[Any]]:
    wanted = list(dict.fromkeys(stretches))
    if not wanted:
        return []
    columns = zip(*wanted, strict=True)
    return list(
        db.session.execute(
            _PRICES, dict(zip(("schedules", "firsts", "lasts"), map(list, columns), strict=True))
        )
    )


def _one(schedule_id: UUID, from_position: int, to_position: int) -> Row[Any]:
    rows = _read([(schedule_id, from_position, to_position)])
    if not rows:
        raise NotFound("There is no such departure.")
    if from_position >= to_position:
        raise BadStretch
    return rows[0]


def _lowest(row: Row[Any]) -> Money:
    prices = prices_of(row)
    charges = [seat_charge(prices, seat.type, seat.features) for seat in plan(row.layout_id).seats] or [0]
    return Money(max(0, full_fare(prices) + prices.booking_fee + min(charges)), row.currency)
