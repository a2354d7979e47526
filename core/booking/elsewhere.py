"""Where a booking could go: the next departures of its route that have seats for everybody, and what each comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.booking.cancellation_facts import Bought, read_bought
from core.booking.difference_facts import ChangePreview
from core.booking.move import Destination, preview_move
from core.booking.reseat import seats_again
from core.inventory.queries import seat_map
from core.inventory.states import AVAILABLE, SeatState
from core.kernel.db import transaction
from core.kernel.errors import DomainError
from core.pricing.queries import seat_prices
from core.timetable.queries import Departure, departures, schedule_facts
from core.timetable.words import ON_SALE

_SPAN = timedelta(days=14)
_MOST = 50


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One departure to move to: seats that are `free`, those that would be given, and what it comes to."""

    departure: Departure
    free: int
    seats: tuple[SeatState, ...]
    to: Destination
    shown: ChangePreview


def elsewhere(booking_id: UUID, after: datetime | None = None, limit: int = 6) -> list[Elsewhere]:
    """The next departures of the booking's route from ``after`` (now, if that is later), within two weeks.

    Those without enough free seats, off sale or without a price are left out. Raises NotFound.
    """
    bought = _read(booking_id)
    row = bought.row
    places = []
    for departure in _departures(bought, max(after or row.now, row.now)):
        place = _place(bought, departure) if departure.status in ON_SALE else None
        if place:
            places.append(place)
        if len(places) == limit:
            break
    return places


def destination_on(booking_id: UUID, schedule_id: UUID) -> Destination | None:
    """The same stretch of that departure with the best seats there are for everybody; None when it has too few, or the
    departure is none that the booking could go to. Raises NotFound.
    """
    bought = _read(booking_id)
    origin = _ends(bought)[0]
    calls = [stop.departure_at for stop in schedule_facts(schedule_id).stops if stop.place_id == origin]
    for departure in _departures(bought, calls[0] - timedelta(seconds=1)) if calls else []:
        if departure.schedule_id == schedule_id:
            place = _place(bought, departure)
            return place.to if place else None
    return None


def _read(booking_id: UUID) -> Bought:
    with transaction():
        return read_bought(booking_id)


def _ends(bought: Bought) -> tuple[UUID, UUID]:
    """Where they get on and off."""
    facts = schedule_facts(bought.row.schedule_id)
    return facts.stop(bought.row.from_position).place_id, facts.stop(bought.row.to_position).place_id


def _departures(bought: Bought, after: datetime) -> list[Departure]:
    """The others of its route between the same places, soonest first."""
    origin, destination = _ends(bought)
    hours = int(_SPAN.total_seconds() // 3600)
    found = departures(origin, after=after, hours=hours, limit=_MOST, destination_id=destination)
    row = bought.row
    return [each for each in found if each.route_id == row.route_id and each.schedule_id != row.schedule_id]


def _place(bought: Bought, departure: Departure) -> Elsewhere | None:
    free = [seat for seat in seat_map(*departure.stretch).seats if seat.state == AVAILABLE]
    try:
        chosen = seats_again(bought, free, seat_prices(*departure.stretch))
        if not chosen:
            return None
        seats: Mapping[UUID, UUID] = {
            person.id: seat.id for person, seat in zip(bought.passengers, chosen, strict=True)
        }
        to = Destination(*departure.stretch, seats)
        return Elsewhere(departure, len(free), tuple(chosen), to, preview_move(bought.row.id, to))
    except DomainError:
        return None
