"""What must be true of what belongs together: the departures of a basket, and the bookings of a run that is called off."""

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

JOURNEYS = (BASKET_IS_WHOLE, CALLED_OFF_IS_ASKED, CHOSEN_IS_DONE)
