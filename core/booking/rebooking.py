"""Other departures for a booking whose own does not run: the same stretch, the same operator, seats for everybody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.booking.cancellation_facts import Bought
from core.booking.errors import NotChangeable, SeatTaken
from core.booking.models import BookingStatus
from core.booking.move import Destination
from core.booking.reseat import seats_again
from core.inventory.queries import available_counts, seat_map
from core.kernel.db import fetch
from core.tickets.models import TicketStatus
from core.timetable.words import ON_SALE

_SHOWN = 12
_ON_SALE = ", ".join(f"'{status.value}'" for status in ON_SALE)

#: From a day before to a week after; where a place occurs twice, the shortest ride is meant. At a cinema the film counts.
_OTHERS = f"""
WITH own AS (
  SELECT s.id, s.operator_id, s.route_id, s.currency, s.departure_at, o.trade, a.place_id AS origin_id,
    z.place_id AS destination_id, p.sales_close_minutes
  FROM schedules s JOIN operators o ON o.id = s.operator_id
  JOIN policies p ON p.operator_id = s.operator_id AND p.active
  JOIN pattern_stops a ON a.pattern_id = s.pattern_id AND a.position = %(first)s
  JOIN pattern_stops z ON z.pattern_id = s.pattern_id AND z.position = %(last)s
  WHERE s.id = %(schedule_id)s
), rides AS (
  SELECT DISTINCT ON (s.id) s.id AS schedule_id, f.position AS from_position, t.position AS to_position, s.number,
    s.departure_at + make_interval(secs => f.departure_offset) AS departure_at,
    s.departure_at + make_interval(secs => t.arrival_offset) AS arrival_at, own.sales_close_minutes,
    own.departure_at AS planned
  FROM own
  JOIN pattern_stops f ON f.place_id = own.origin_id AND f.boarding
  JOIN pattern_stops t ON t.pattern_id = f.pattern_id AND t.position > f.position AND t.place_id = own.destination_id
    AND t.alighting
  JOIN schedules s ON s.pattern_id = f.pattern_id AND s.operator_id = own.operator_id AND s.currency = own.currency
    AND s.id <> own.id AND s.status IN ({_ON_SALE}) AND (own.trade <> 'cinema' OR s.route_id = own.route_id)
    AND s.departure_at BETWEEN own.departure_at - interval '1 day' AND own.departure_at + interval '7 days'
    AND (%(only)s::uuid IS NULL OR s.id = %(only)s)
  ORDER BY s.id, t.position - f.position
)
SELECT schedule_id, from_position, to_position, number, departure_at, arrival_at FROM rides
WHERE departure_at - make_interval(mins => sales_close_minutes) > app_now()
ORDER BY abs(extract(epoch FROM departure_at - planned)), schedule_id LIMIT 60
"""  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class OtherDeparture:
    """A ride that has seats; times UTC, from and to the stops of the booking's stretch."""

    schedule_id: UUID
    from_position: int
    to_position: int
    number: str | None
    departure_at: datetime
    arrival_at: datetime
    seats_left: int

    def as_json(self) -> dict[str, Any]:
        """The shape of the API."""
        return {
            "schedule_id": str(self.schedule_id),
            "from_position": self.from_position,
            "to_position": self.to_position,
            "number": self.number,
            "departure_at": self.departure_at.isoformat(),
            "arrival_at": self.arrival_at.isoformat(),
            "seats_left": self.seats_left,
        }


def may_move(bought: Bought) -> bool:
    """Whether a booking can be moved at all: whole, nothing given back, no ticket used (see `move`)."""
    whole = len(bought.travelling) == len(bought.passengers) and not bought.given_back
    valid = all(person.ticket_status == TicketStatus.VALID for person in bought.passengers)
    open_still = bought.row.status in (BookingStatus.CONFIRMED, BookingStatus.CHECKED_IN)
    return bool(open_still and whole and valid)


def other_departures(stretch: tuple[UUID, int, int], seats: int) -> list[OtherDeparture]:
    """At most 12 rides of the same stretch with so many seats, the nearest in time to the planned one first."""
    return [ride for ride in _rides(stretch) if ride.seats_left >= seats][:_SHOWN]


def ride_on(stretch: tuple[UUID, int, int], schedule_id: UUID) -> OtherDeparture:
    """The same stretch on that departure. Raises NotChangeable when it does not go there or is no longer on sale."""
    found = _rides(stretch, schedule_id)
    if not found:
        raise NotChangeable("That departure does not go the same way, or is no longer on sale.")
    return found[0]


def _rides(stretch: tuple[UUID, int, int], only: UUID | None = None) -> list[OtherDeparture]:
    schedule_id, first, last = stretch
    rows = fetch(_OTHERS, {"schedule_id": schedule_id, "first": first, "last": last, "only": only})
    left = available_counts((row.schedule_id, row.from_position, row.to_position) for row in rows)
    return [_ride(row, left.get((row.schedule_id, row.from_position, row.to_position), 0)) for row in rows]


def _ride(row: Any, seats_left: int) -> OtherDeparture:
    return OtherDeparture(**row._asdict(), seats_left=seats_left)


def destination_on(bought: Bought, ride: OtherDeparture) -> Destination:
    """Seats for the whole party on that ride: their own numbers where the layout is the same and they are free, else
    the best together. Raises SeatTaken when there are not enough, or no wheelchair place for who had one.
    """
    stretch = (ride.schedule_id, ride.from_position, ride.to_position)
    chosen = seats_again(bought, seat_map(*stretch).seats)
    if not chosen:
        raise SeatTaken("There are not enough seats left on that departure.")
    seats = {person.id: seat.id for person, seat in zip(bought.passengers, chosen, strict=True)}
    return Destination(*stretch, seats)
