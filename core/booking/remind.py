"""Who travels soon is reminded: once a booking, at the hours before departure from the boarding stop that the operator's
rules in force say.

A booking made later than that needs no reminder. The moment is reckoned in hours that pass, so a change of the clocks in
between moves nothing. A cron that was away catches up on the last hours; a departure that has left is not reminded of.
"""

from sqlalchemy import text

from core.kernel.db import transaction

_BATCH = 500
_CATCH_UP = "interval '6 hours'"

_REMIND = text(f"""
WITH stops AS MATERIALIZED (
  SELECT s.id AS schedule_id, a.position, s.departure_at + make_interval(secs => a.departure_offset) AS leaves,
    make_interval(hours => p.reminder_hours) AS ahead
  FROM schedules s
  JOIN policies p ON p.operator_id = s.operator_id AND p.active AND p.reminder_hours IS NOT NULL
  JOIN pattern_stops a ON a.pattern_id = s.pattern_id
  WHERE s.departure_at BETWEEN app_now() - interval '7 days' AND app_now() + interval '7 days'
    AND s.status IN ('scheduled', 'boarding')
), near AS (
  SELECT b.id FROM stops
  JOIN bookings b ON b.schedule_id = stops.schedule_id
  JOIN reservations r ON r.id = b.reservation_id AND r.from_position = stops.position
  WHERE stops.leaves > app_now() AND stops.leaves - stops.ahead <= app_now()
    AND stops.leaves - stops.ahead > app_now() - {_CATCH_UP}
    AND b.status IN ('confirmed', 'checked_in') AND b.reminded_at IS NULL
    AND b.confirmed_at < stops.leaves - stops.ahead AND r.contact_email IS NOT NULL
  ORDER BY stops.leaves, b.id LIMIT :batch FOR UPDATE OF b SKIP LOCKED
), reminded AS (
  UPDATE bookings SET reminded_at = app_now() FROM near WHERE bookings.id = near.id RETURNING bookings.id
), told AS (
  INSERT INTO outbox (kind, payload)
  SELECT 'reminder.due', jsonb_build_object('booking_id', id) FROM reminded RETURNING 1
)
SELECT count(*) FROM told
""")  # noqa: S608 - put together from constants


def remind() -> int:
    """Write a reminder of each booking whose moment has come into the outbox; returns how many."""
    reminded = 0
    while True:
        with transaction() as session:
            found = int(session.execute(_REMIND, {"batch": _BATCH}).scalar_one())
        reminded += found
        if found < _BATCH:
            return reminded
