"""What must be true of what belongs together: the departures of a basket, the bookings of a run that is called off, a place in
a line and what is held for it.
"""

from core.proof.invariant import LIVE, Invariant

BASKET_IS_WHOLE = Invariant(
    "basket_is_whole",
    "The reservations of a basket are all held until the same moment, all paid, or all over.",
    f"""
    SELECT basket_id::text AS subject, string_agg(status || ' until ' || expires_at, ', ') AS detail
    FROM sales WHERE basket_id IS NOT NULL GROUP BY basket_id
    HAVING count(DISTINCT expires_at) FILTER (WHERE status = 'active') > 1
      OR count(DISTINCT CASE WHEN status = 'confirmed' THEN 'paid'
        WHEN status = 'active' AND expires_at > {LIVE} THEN 'held' ELSE 'over' END) > 1
    """,
)

CALLED_OFF_IS_ASKED = Invariant(
    "called_off_is_asked",
    "Who has a booking on a run that was called off is asked what is to become of it, or what was chosen is being done.",
    """
    SELECT b.reference AS subject, b.status || ' on a run that does not run, and nobody asks' AS detail
    FROM disruptions d
    JOIN bookings b ON b.schedule_id = d.schedule_id AND b.status IN ('confirmed', 'checked_in')
    JOIN sales s ON s.id = b.reservation_id
    WHERE d.kind = 'cancelled' AND d.opened_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM disruption_cases c WHERE c.disruption_id = d.id AND c.booking_id = b.id
        AND c.state <> 'done')
    """,
)

CHOSEN_IS_DONE = Invariant(
    "chosen_is_done",
    "A choice that counts as carried out was: the booking is cancelled, or on another departure.",
    """
    SELECT b.reference AS subject, c.choice || ' is done, the booking is ' || b.status AS detail
    FROM disruption_cases c JOIN disruptions d ON d.id = c.disruption_id
    JOIN bookings b ON b.id = c.booking_id JOIN sales s ON s.id = b.reservation_id
    WHERE c.state = 'done' AND b.status <> 'cancelled'
      AND (c.choice = 'refund' OR (c.choice = 'rebook' AND d.kind = 'cancelled' AND b.schedule_id = d.schedule_id))
    """,
)

_LINE = """
  SELECT * FROM waiting_entries
  WHERE CAST(:schedules AS uuid[]) IS NULL OR schedule_id = ANY (CAST(:schedules AS uuid[]))
"""

OFFERED_IS_HELD = Invariant(
    "offered_is_held",
    "What a waiting list offers is a hold of its own for that place, on its stretch; who counts as served has bought it.",
    f"""
    SELECT e.id::text AS subject, e.status || ', reservation ' || coalesce(s.status || ' of ' || s.holder_id, 'missing')
      AS detail
    FROM ({_LINE}) e LEFT JOIN reservations s ON s.id = e.reservation_id
      AND s.holder_kind = 'guest' AND s.holder_id = 'waiting-' || replace(e.id::text, '-', '')
    WHERE e.status IN ('offered', 'served') AND (s.id IS NULL
      OR (e.status = 'served' AND s.status <> 'confirmed')
      OR (s.status = 'active' AND (s.schedule_id, s.from_position, s.to_position)
        <> (e.schedule_id, e.from_position, e.to_position)))
    """,
)

HELD_IS_OFFERED = Invariant(
    "held_is_offered",
    "What is held for a place on a waiting list is offered to it, or is about to be; who has left or lapsed holds nothing.",
    f"""
    SELECT s.id::text AS subject, 'held for a place that is ' || coalesce(e.status, 'missing') AS detail
    FROM sales s
    LEFT JOIN waiting_entries e ON s.holder_id = 'waiting-' || replace(e.id::text, '-', '')
    WHERE s.holder_kind = 'guest' AND s.holder_id LIKE 'waiting-%' AND s.status = 'active' AND s.expires_at > {LIVE}
      AND (e.id IS NULL OR e.reservation_id IS NOT NULL AND (e.status <> 'offered' OR e.reservation_id <> s.id))
    """,
)

JOURNEYS = (BASKET_IS_WHOLE, CALLED_OFF_IS_ASKED, CHOSEN_IS_DONE, OFFERED_IS_HELD, HELD_IS_OFFERED)
