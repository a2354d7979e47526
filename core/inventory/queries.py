"""Reads of seat states and free seats. A hold that has run out is not there, whether or not it was tidied up."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.inventory import states
from core.inventory.errors import BadStretch
from core.inventory.plans import Plan, plan
from core.inventory.states import SeatMap, with_state
from core.kernel.db import db, fetch
from core.kernel.errors import NotFound

#: A schedule with positions where somebody boards and gets off.
Stretch = tuple[UUID, int, int]


_STATES = """
SELECT s.layout_id, p.legs, l.seat_id,
  bool_or(l.kind = 'sold') AS sold,
  bool_or(l.kind = 'blocked' AND (l.expires_at IS NULL OR l.expires_at > app_now())) AS blocked,
  max(l.expires_at) FILTER (WHERE l.kind = 'hold' AND l.expires_at > app_now()) AS held_until
FROM schedules s
JOIN patterns p ON p.id = s.pattern_id
LEFT JOIN seat_locks l ON l.schedule_id = s.id AND l.leg >= %(first)s AND l.leg < %(last)s
WHERE s.id = %(schedule_id)s
GROUP BY s.layout_id, p.legs, l.seat_id
"""

_AS_TEXT = f"""
SELECT s.layout_id, s.route_id, s.pattern_id, s.currency, o.terms_version, p.legs,
  (SELECT string_agg(concat_ws(' ', t.seat_id, t.state, t.held_until), ',') FROM (
     SELECT l.seat_id, max(l.expires_at) AS held_until,
       CASE WHEN bool_or(l.kind = 'sold') THEN '{states.BOOKED}' WHEN bool_or(l.kind = 'blocked') THEN '{states.BLOCKED}'
         ELSE '{states.RESERVED}' END AS state
     FROM seat_locks l
     WHERE l.schedule_id = s.id AND l.leg >= %(first)s AND l.leg < %(last)s
       AND (l.expires_at IS NULL OR l.expires_at > app_now())
     GROUP BY l.seat_id ORDER BY l.seat_id) t) AS taken
FROM schedules s JOIN patterns p ON p.id = s.pattern_id JOIN operators o ON o.id = s.operator_id
WHERE s.id = %(schedule_id)s
"""  # noqa: S608 - put together from constants

_COUNTS = text("""
SELECT w.schedule_id, w.first, w.last,
  (SELECT count(*) FROM seats WHERE layout_id = s.layout_id)
  - (SELECT count(DISTINCT l.seat_id) FROM seat_locks l
     WHERE l.schedule_id = s.id AND l.leg >= w.first AND l.leg < w.last
       AND (l.expires_at IS NULL OR l.expires_at > app_now())) AS free
FROM unnest(CAST(:schedules AS uuid[]), CAST(:firsts AS int[]), CAST(:lasts AS int[])) AS w (schedule_id, first, last)
JOIN schedules s ON s.id = w.schedule_id
""")


def seat_map(schedule_id: UUID, from_position: int, to_position: int) -> SeatMap:
    """The states of all seats on the legs from one stop's position to another's. Raises NotFound, BadStretch."""
    layout, taken = taken_seats(schedule_id, from_position, to_position)
    free = (states.AVAILABLE, None)
    seats = tuple(with_state(seat, *taken.get(seat.id, free)) for seat in layout.seats)
    return SeatMap(schedule_id, from_position, to_position, layout, seats)


def taken_seats(
    schedule_id: UUID, from_position: int, to_position: int
) -> tuple[Plan, dict[UUID, tuple[str, datetime | None]]]:
    """The plan, and of each seat that is not available its state and until when it is held. Errors as `seat_map`."""
    found = {"schedule_id": schedule_id, "first": from_position, "last": to_position}
    rows = fetch(_STATES, found)
    if not rows:
        raise NotFound("There is no such departure.")
    if not 0 <= from_position < to_position <= rows[0].legs:
        raise BadStretch
    taken = {row.seat_id: (_state(row), row.held_until) for row in rows if row.seat_id}
    return plan(rows[0].layout_id), {
        seat: state for seat, state in taken.items() if state[0] != states.AVAILABLE
    }


def _state(row: Any) -> str:
    if row.sold:
        return states.BOOKED
    if row.blocked:
        return states.BLOCKED
    return states.RESERVED if row.held_until else states.AVAILABLE


@dataclass(frozen=True, slots=True)
class TakenText:
    """The states of a schedule's seats as the database writes them: equal texts are equal states.

    `terms` is all that seats and their prices depend on: schedules of the same terms have the same plan and prices.
    """

    layout_id: UUID
    terms: Hashable
    taken: str

    def states(self) -> dict[UUID, tuple[str, datetime | None]]:
        """Of each seat that is not available its state and until when it is held."""
        return dict(map(_seat_of_text, self.taken.split(","))) if self.taken else {}


def taken_text(schedule_id: UUID, from_position: int, to_position: int) -> TakenText:
    """The same as `taken_seats`, not taken apart, for whoever has written these states before. Errors as `seat_map`."""
    rows = fetch(_AS_TEXT, {"schedule_id": schedule_id, "first": from_position, "last": to_position})
    if not rows:
        raise NotFound("There is no such departure.")
    (row,) = rows
    if not 0 <= from_position < to_position <= row.legs:
        raise BadStretch
    terms = (row.layout_id, row.route_id, row.pattern_id, row.currency, row.terms_version)
    return TakenText(row.layout_id, terms, row.taken or "")


def _seat_of_text(text: str) -> tuple[UUID, tuple[str, datetime | None]]:
    seat, state, *until = text.split(" ", 2)
    held = datetime.fromisoformat(until[0]) if until and state == states.RESERVED else None
    return UUID(seat), (state, held)


def available_counts(stretches: Iterable[Stretch]) -> dict[Stretch, int]:
    """Free seats of many stretches in one statement; unknown schedules are left out."""
    wanted = list(dict.fromkeys(stretches))
    if not wanted:
        return {}
    columns = {
        "schedules": [stretch[0] for stretch in wanted],
        "firsts": [stretch[1] for stretch in wanted],
        "lasts": [stretch[2] for stretch in wanted],
    }
    rows = db.session.execute(_COUNTS, columns)
    return {(row.schedule_id, row.first, row.last): row.free for row in rows}
