"""What must be true of seats: who has them, and what says so."""

from core.proof.invariant import LIVE, Invariant

#: Seats of the vehicle that runs: who has a ticket and none of these is looked at by `LEFT_IS_ASKED`.
_TICKET_LEGS = """
  SELECT s.id AS reservation_id, s.schedule_id, p.seat_id, g.leg, t.number
  FROM tickets t
  JOIN passengers p ON p.id = t.passenger_id
  JOIN sales s ON s.id = p.reservation_id
  JOIN schedules run ON run.id = s.schedule_id
  JOIN seats x ON x.id = p.seat_id AND x.layout_id = run.layout_id
  CROSS JOIN LATERAL generate_series(s.from_position, s.to_position - 1) AS g (leg)
  WHERE t.status <> 'cancelled'
"""

_HELD_LEGS = f"""
  SELECT s.id AS reservation_id, s.schedule_id, p.seat_id, g.leg, s.expires_at
  FROM sales s
  JOIN passengers p ON p.reservation_id = s.id
  CROSS JOIN LATERAL generate_series(s.from_position, s.to_position - 1) AS g (leg)
  WHERE s.status = 'active' AND s.expires_at > {LIVE} AND p.seat_id IS NOT NULL
"""

ONE_OWNER = Invariant(
    "one_owner",
    "On every leg a seat has at most one owner: no two live holds, sales or blocks, and no two tickets.",
    f"""
    , claims AS (
      SELECT schedule_id, seat_id, leg, reservation_id, 'lock' AS what FROM locks
      WHERE expires_at IS NULL OR expires_at > {LIVE}
      UNION ALL
      SELECT schedule_id, seat_id, leg, reservation_id, 'ticket' FROM ({_TICKET_LEGS}) ticket_legs
    )
    SELECT schedule_id || ' seat ' || seat_id || ' leg ' || leg AS subject,
      string_agg(what || ' of ' || coalesce(reservation_id::text, 'the operator'), ', ') AS detail
    FROM claims GROUP BY schedule_id, seat_id, leg
    HAVING count(*) FILTER (WHERE what = 'lock') > 1 OR count(*) FILTER (WHERE what = 'ticket') > 1
      OR count(DISTINCT coalesce(reservation_id, seat_id)) > 1
    """,
)

HELD_IS_LOCKED = Invariant(
    "held_is_locked",
    "An active reservation that has not run out has a hold on every seat and leg of it, ending when it ends.",
    f"""
    SELECT h.reservation_id::text AS subject, 'no hold of its own on seat ' || h.seat_id || ' leg ' || h.leg AS detail
    FROM ({_HELD_LEGS}) h
    LEFT JOIN locks l ON l.schedule_id = h.schedule_id AND l.seat_id = h.seat_id AND l.leg = h.leg
      AND l.kind = 'hold' AND l.reservation_id = h.reservation_id AND l.expires_at = h.expires_at
    WHERE l.seat_id IS NULL
    """,
)

LOCKED_IS_HELD = Invariant(
    "locked_is_held",
    "A hold that has not run out belongs to an active reservation of that seat and leg.",
    f"""
    SELECT l.reservation_id::text AS subject, 'holds seat ' || l.seat_id || ' leg ' || l.leg || ' for nobody' AS detail
    FROM locks l
    LEFT JOIN ({_HELD_LEGS}) h ON h.reservation_id = l.reservation_id AND h.schedule_id = l.schedule_id
      AND h.seat_id = l.seat_id AND h.leg = l.leg
    WHERE l.kind = 'hold' AND l.expires_at > {LIVE} AND h.seat_id IS NULL
    """,
)

TICKET_IS_SOLD = Invariant(
    "ticket_is_sold",
    "Every ticket that is not cancelled has its seat sold to its booking, on every leg.",
    f"""
    SELECT t.number AS subject, 'seat ' || t.seat_id || ' leg ' || t.leg || ' is not sold to it' AS detail
    FROM ({_TICKET_LEGS}) t
    LEFT JOIN locks l ON l.schedule_id = t.schedule_id AND l.seat_id = t.seat_id AND l.leg = t.leg
      AND l.kind = 'sold' AND l.reservation_id = t.reservation_id
    WHERE l.seat_id IS NULL
    """,
)

SOLD_IS_TICKET = Invariant(
    "sold_is_ticket",
    "Every seat that is sold on a leg is so by a booking with a ticket for it that is not cancelled.",
    f"""
    SELECT l.reservation_id::text AS subject, 'seat ' || l.seat_id || ' leg ' || l.leg || ' without a ticket' AS detail
    FROM locks l
    LEFT JOIN ({_TICKET_LEGS}) t ON t.reservation_id = l.reservation_id AND t.schedule_id = l.schedule_id
      AND t.seat_id = l.seat_id AND t.leg = l.leg
    WHERE l.kind = 'sold' AND t.seat_id IS NULL
    """,
)

SEATED_IN_FULL = Invariant(
    "seated_in_full",
    "A reservation has as many passengers with a seat as it says.",
    """
    SELECT s.id::text AS subject, s.seat_count || ' seats, ' || count(p.seat_id) || ' passengers' AS detail
    FROM sales s LEFT JOIN passengers p ON p.reservation_id = s.id
    GROUP BY s.id, s.seat_count HAVING count(p.seat_id) <> s.seat_count
    """,
)

CONFIRMED_IS_BOOKED = Invariant(
    "confirmed_is_booked",
    "A reservation is confirmed exactly when there is a booking of it, for the same schedule, or a change was made of it.",
    """
    SELECT s.id::text AS subject, s.status || ', booking ' || coalesce(b.status, 'missing') AS detail
    FROM sales s LEFT JOIN bookings b ON b.reservation_id = s.id
    LEFT JOIN booking_changes c ON c.reservation_id = s.id AND c.done_at IS NOT NULL
    WHERE (s.status = 'confirmed') <> (b.id IS NOT NULL OR c.booking_id IS NOT NULL) OR b.schedule_id <> s.schedule_id
    """,
)

EVERYBODY_HAS_A_TICKET = Invariant(
    "everybody_has_a_ticket",
    "Every passenger of a booking has one ticket of it; those of a cancelled booking are cancelled, of one in force not all.",
    """
    SELECT b.reference AS subject, b.status || ': ' || count(p.id) || ' passengers, ' || count(t.id) || ' tickets, '
      || count(t.id) FILTER (WHERE t.status <> 'cancelled') || ' in force' AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id
    LEFT JOIN passengers p ON p.reservation_id = s.id
    LEFT JOIN tickets t ON t.passenger_id = p.id AND t.booking_id = b.id
    GROUP BY b.id
    HAVING count(p.id) <> count(t.id) OR count(t.id) = 0
      OR (b.status = 'cancelled') <> (count(t.id) FILTER (WHERE t.status <> 'cancelled') = 0)
    """,
)

CHANGED_IS_PAID = Invariant(
    "changed_is_paid",
    "A change of a booking is made exactly when what held its seats was paid, and those seats are the booking's from then on.",
    """
    SELECT s.id::text AS subject, s.status || ', done ' || coalesce(c.done_at::text, 'never') AS detail
    FROM booking_changes c JOIN sales s ON s.id = c.reservation_id
    WHERE (c.done_at IS NOT NULL) <> (s.status = 'confirmed')
      OR EXISTS (SELECT 1 FROM locks l WHERE l.reservation_id = s.id AND l.kind = 'sold')
    """,
)

NO_ORPHAN_LOCK = Invariant(
    "no_orphan_lock",
    "Every hold and every sold seat belongs to a reservation of the same schedule.",
    """
    SELECT l.schedule_id || ' seat ' || l.seat_id || ' leg ' || l.leg AS subject,
      l.kind || ' of ' || l.reservation_id AS detail
    FROM locks l LEFT JOIN reservations r ON r.id = l.reservation_id AND r.schedule_id = l.schedule_id
    WHERE l.kind <> 'blocked' AND r.id IS NULL
    """,
)

OF_THE_VEHICLE = Invariant(
    "of_the_vehicle",
    "Every lock, and every seat that is held, is of the layout of the vehicle that runs.",
    f"""
    SELECT l.schedule_id || ' seat ' || l.seat_id || ' leg ' || l.leg AS subject, l.kind || ' on another layout' AS detail
    FROM locks l JOIN schedules run ON run.id = l.schedule_id
    JOIN seats x ON x.id = l.seat_id
    WHERE l.layout_id <> run.layout_id OR x.layout_id <> run.layout_id
    UNION ALL
    SELECT s.id::text, 'holds seat ' || x.number || ' of another layout'
    FROM sales s JOIN schedules run ON run.id = s.schedule_id
    JOIN passengers p ON p.reservation_id = s.id JOIN seats x ON x.id = p.seat_id
    WHERE s.status = 'active' AND s.expires_at > {LIVE} AND x.layout_id <> run.layout_id
    """,
)

LEFT_IS_ASKED = Invariant(
    "left_is_asked",
    "Who has a ticket and no seat in the vehicle that runs is asked what is to become of it, or that is being done.",
    """
    SELECT b.reference AS subject, 'no seat for passenger ' || p.place || ', and nobody asks' AS detail
    FROM bookings b JOIN sales s ON s.id = b.reservation_id
    JOIN schedules run ON run.id = b.schedule_id AND run.status IN ('scheduled', 'boarding', 'departed')
    JOIN passengers p ON p.reservation_id = s.id JOIN seats x ON x.id = p.seat_id AND x.layout_id <> run.layout_id
    JOIN tickets t ON t.passenger_id = p.id AND t.status <> 'cancelled'
    WHERE b.status IN ('confirmed', 'checked_in') AND NOT EXISTS (
      SELECT 1 FROM disruption_cases c JOIN disruptions d ON d.id = c.disruption_id
      WHERE c.booking_id = b.id AND d.schedule_id = b.schedule_id AND c.state <> 'done' AND d.kind <> 'delayed')
    """,
)

TICKET_SAYS_ITS_SEAT = Invariant(
    "ticket_says_its_seat",
    "A ticket in force says the seat that its passenger has in the vehicle that runs.",
    """
    SELECT t.number AS subject, 'says ' || coalesce(t.facts ->> 'seat_number', 'no seat') || ', the seat is ' || x.number
      AS detail
    FROM tickets t JOIN passengers p ON p.id = t.passenger_id JOIN sales s ON s.id = p.reservation_id
    JOIN schedules run ON run.id = s.schedule_id
    JOIN seats x ON x.id = p.seat_id AND x.layout_id = run.layout_id
    WHERE t.status = 'valid' AND (t.facts ->> 'seat_id' IS DISTINCT FROM x.id::text
      OR t.facts ->> 'seat_number' IS DISTINCT FROM x.number)
    """,
)

SEATS = (
    ONE_OWNER,
    HELD_IS_LOCKED,
    LOCKED_IS_HELD,
    TICKET_IS_SOLD,
    SOLD_IS_TICKET,
    SEATED_IN_FULL,
    CONFIRMED_IS_BOOKED,
    EVERYBODY_HAS_A_TICKET,
    CHANGED_IS_PAID,
    NO_ORPHAN_LOCK,
    OF_THE_VEHICLE,
    LEFT_IS_ASKED,
    TICKET_SAYS_ITS_SEAT,
)
