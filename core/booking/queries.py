"""Reads of reservations and bookings: one statement a view, and one for its payments if there are any."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from core.booking.parties import Holder
from core.booking.views import (
    ActiveReservation,
    BasketView,
    BookingView,
    Journey,
    PassengerView,
    PaymentView,
    ReservationView,
)
from core.kernel.codes import plain
from core.kernel.db import db
from core.kernel.money import Money
from core.pricing.rules import Quote

_VIEW = """
SELECT r.id, CASE WHEN r.status = 'active' AND r.expires_at <= app_now() THEN 'expired' ELSE r.status END AS status,
  r.channel, r.holder_kind, r.holder_id, r.holder_label, r.created_at, r.expires_at,
  greatest(0, floor(extract(epoch FROM r.expires_at - app_now())))::int AS seconds_left,
  r.extensions, greatest(0, p.max_extensions - r.extensions) AS extensions_left, r.quote, r.contact_email,
  r.contact_phone, r.language, r.basket_id, p.refund_ladder,
  s.id AS schedule_id, s.operator_id, o.name AS operator_name, o.trade, s.route_id, ro.name AS route_name, s.number,
  r.from_position, r.to_position, pa.id AS origin_id, pa.name AS origin, pa.timezone AS origin_timezone,
  pb.id AS destination_id, pb.name AS destination, pb.timezone AS destination_timezone,
  s.departure_at + make_interval(secs => a.departure_offset) AS departure_at,
  s.departure_at + make_interval(secs => b.arrival_offset) AS arrival_at,
  s.estimated_departure_at + make_interval(secs => a.departure_offset) AS estimated_departure_at,
  s.platform, s.status AS schedule_status,
  bk.id AS booking_id, bk.reference AS booking_reference, bk.status AS booking_status, bk.confirmed_at, bk.total,
  bk.currency,
  (SELECT jsonb_agg(jsonb_build_object('id', pg.id, 'place', pg.place, 'type', pg.type, 'full_name', pg.full_name,
     'seat_id', pg.seat_id, 'seat_number', st.number, 'amount', pg.amount, 'ticket_id', t.id,
     'ticket_number', t.number, 'ticket_status', t.status) ORDER BY pg.place)
   FROM passengers pg LEFT JOIN seats st ON st.id = pg.seat_id LEFT JOIN tickets t ON t.passenger_id = pg.id
   WHERE pg.reservation_id = r.id) AS passengers,
  (SELECT array_agg(py.id ORDER BY py.created_at) FROM payments py WHERE py.reservation_id = r.id) AS payment_ids
FROM reservations r
JOIN policies p ON p.id = r.policy_id
JOIN schedules s ON s.id = r.schedule_id
JOIN operators o ON o.id = s.operator_id
JOIN routes ro ON ro.id = s.route_id
JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = r.from_position
JOIN pattern_stops b ON b.pattern_id = s.pattern_id AND b.position = r.to_position
JOIN places pa ON pa.id = a.place_id
JOIN places pb ON pb.id = b.place_id
LEFT JOIN bookings bk ON bk.reservation_id = r.id
"""
_BY_RESERVATION = text(_VIEW + "WHERE r.id = :value")
_BY_BASKET = text(_VIEW + "WHERE r.basket_id = :value ORDER BY departure_at, r.id")
_BY_BOOKING = text(_VIEW + "WHERE bk.id = :value")
_BY_REFERENCE = text(_VIEW + "WHERE bk.reference = :value")
_BY_SCHEDULE = text(_VIEW + "WHERE bk.schedule_id = :value ORDER BY bk.confirmed_at LIMIT 500")

_BY_HOLDER = text(
    _VIEW
    + """
WHERE r.status = 'active' AND r.expires_at > app_now() AND r.holder_kind = :kind AND r.holder_id = :id
  AND (CAST(:schedule AS uuid) IS NULL OR r.schedule_id = :schedule)
ORDER BY r.expires_at LIMIT 50
"""
)

_PAYMENTS = text("""
SELECT id, method, gateway, status, amount, currency, pay_url, failure, created_at, settled_at, split_id
FROM payments WHERE id = ANY(:ids) ORDER BY created_at
""")

_LANGUAGE_OF = text(
    "SELECT r.language FROM bookings b JOIN reservations r ON r.id = b.reservation_id WHERE b.id = :id"
)

_RESERVATION_OF = text("SELECT reservation_id FROM payments WHERE id = :id")

_ACTIVE = text("""
SELECT r.id, r.schedule_id, s.departure_at + make_interval(secs => a.departure_offset) AS departure_at,
  pa.timezone, pa.name AS origin, pb.name AS destination, o.name AS operator_name,
  (SELECT array_agg(st.number ORDER BY pg.place) FROM passengers pg JOIN seats st ON st.id = pg.seat_id
   WHERE pg.reservation_id = r.id) AS seats,
  r.holder_label, r.channel, r.total, r.currency, r.created_at, r.expires_at,
  greatest(0, floor(extract(epoch FROM r.expires_at - app_now())))::int AS seconds_left,
  EXISTS (SELECT 1 FROM payments py WHERE py.reservation_id = r.id AND py.status = 'pending') AS paying,
  r.from_position, r.to_position
FROM reservations r
JOIN schedules s ON s.id = r.schedule_id
JOIN operators o ON o.id = s.operator_id
JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = r.from_position
JOIN pattern_stops b ON b.pattern_id = s.pattern_id AND b.position = r.to_position
JOIN places pa ON pa.id = a.place_id
JOIN places pb ON pb.id = b.place_id
WHERE r.status = 'active' AND r.expires_at > app_now()
  AND (CAST(:operator AS uuid) IS NULL OR r.operator_id = :operator)
  AND (CAST(:schedule AS uuid) IS NULL OR r.schedule_id = :schedule)
  AND (CAST(:station AS uuid) IS NULL OR EXISTS (
    SELECT 1 FROM pattern_stops x WHERE x.pattern_id = s.pattern_id AND x.place_id = :station))
ORDER BY r.expires_at LIMIT :limit
""")


def reservation_view(reservation_id: UUID) -> ReservationView | None:
    """A reservation as it stands, or None."""
    row = db.session.execute(_BY_RESERVATION, {"value": reservation_id}).one_or_none()
    return _reservation(row) if row else None


def basket_view(basket_id: UUID) -> BasketView | None:
    """A basket with its reservations in the order of travel, or None."""
    rows = db.session.execute(_BY_BASKET, {"value": basket_id}).all()
    return BasketView(basket_id, tuple(_reservation(row) for row in rows)) if rows else None


def active_of_holder(holder: Holder, schedule_id: UUID | None = None) -> list[ReservationView]:
    """A holder's own running holds (of one schedule if asked), the next to run out first; at most 50."""
    found = {"kind": holder.kind, "id": holder.id, "schedule": schedule_id}
    return [_reservation(row) for row in db.session.execute(_BY_HOLDER, found).all()]


def reservation_of_payment(payment_id: UUID) -> UUID | None:
    """The reservation that a payment is for, or None when there is no such payment."""
    return db.session.execute(_RESERVATION_OF, {"id": payment_id}).scalar_one_or_none()


def booking_view(booking_id: UUID) -> BookingView | None:
    """A booking, or None."""
    return _booking(db.session.execute(_BY_BOOKING, {"value": booking_id}).one_or_none())


def language_of(booking_id: UUID) -> str:
    """The language that the booking was made in; English when there is no such booking."""
    return db.session.execute(_LANGUAGE_OF, {"id": booking_id}).scalar_one_or_none() or "en"


def booking_by_reference(reference: str) -> BookingView | None:
    """A booking by its reference, typed in any way (spaces, dashes, small letters), or None."""
    found = {"value": plain(reference)[:12]}
    return _booking(db.session.execute(_BY_REFERENCE, found).one_or_none())


def booking_of_reservation(reservation_id: UUID) -> BookingView | None:
    """The booking that a reservation became, or None while it is unpaid."""
    row = db.session.execute(_BY_RESERVATION, {"value": reservation_id}).one_or_none()
    return _booking(row)


def bookings_of_schedule(schedule_id: UUID) -> list[BookingView]:
    """The bookings of one run, oldest first: its passenger list."""
    rows = db.session.execute(_BY_SCHEDULE, {"value": schedule_id}).all()
    return [found for found in map(_booking, rows) if found]


def active_reservations(
    *,
    station: UUID | None = None,
    operator: UUID | None = None,
    schedule: UUID | None = None,
    limit: int = 500,
) -> list[ActiveReservation]:
    """Holds that are running now, the next to run out first; of one station, operator or schedule if asked."""
    found = {"station": station, "operator": operator, "schedule": schedule, "limit": limit}
    return [_active(row) for row in db.session.execute(_ACTIVE, found)]


def _active(row: Row[Any]) -> ActiveReservation:
    values = {
        name: getattr(row, name) for name in ActiveReservation.__slots__ if name not in ("total", "seats")
    }
    return ActiveReservation(**values, total=Money(row.total, row.currency), seats=tuple(row.seats or ()))


def _booking(row: Row[Any] | None) -> BookingView | None:
    if row is None or row.booking_id is None:
        return None
    total = Money(row.total, row.currency)
    return BookingView(
        row.booking_id, row.booking_reference, row.booking_status, row.confirmed_at, total, _reservation(row)
    )


def _reservation(row: Row[Any]) -> ReservationView:
    plain = ("id", "status", "channel", "holder_kind", "holder_id", "holder_label", "created_at", "expires_at",
             "seconds_left", "extensions", "extensions_left", "contact_email", "contact_phone", "language",
             "booking_id", "booking_reference", "basket_id")  # fmt: skip
    return ReservationView(
        **{name: getattr(row, name) for name in plain},
        journey=Journey(**{name: getattr(row, name) for name in Journey.__slots__}),
        passengers=tuple(_passenger(value) for value in row.passengers or ()),
        quote=Quote.from_json(row.quote),
        refund_ladder=tuple(row.refund_ladder),
        payments=_payments(row.payment_ids),
    )


def _passenger(value: dict[str, Any]) -> PassengerView:
    ids = {name: UUID(value[name]) if value[name] else None for name in ("id", "seat_id", "ticket_id")}
    return PassengerView(**{**value, **ids})


def _payments(ids: list[UUID] | None) -> tuple[PaymentView, ...]:
    if not ids:
        return ()
    return tuple(PaymentView(*row) for row in db.session.execute(_PAYMENTS, {"ids": ids}))
