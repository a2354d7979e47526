"""Step 1: the departures of this station with seats left and prices, and where one can go."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify

from core.inventory.queries import available_counts
from core.kernel.clock import now
from core.kernel.compression import compressed
from core.kernel.money import Money
from core.pricing.queries import price_from
from core.timetable.queries import Departure, departures, next_destinations
from kiosk import device
from kiosk.asked import Asked, query
from kiosk.station import platform_words
from kiosk.views.site import blueprint

_HOURS = 36
_SHOWN = 60


class BoardAsked(Asked):
    """`destination`: only departures that call there."""

    destination: UUID | None = None


@blueprint.get("/api/departures")
@compressed
def list_departures() -> Response:
    """The next departures of the station: four statements, however many there are."""
    kiosk = device.require_device()
    asked = query(BoardAsked)
    sold = kiosk.rights.operators
    most = _SHOWN * 5 if sold else _SHOWN
    found = departures(kiosk.place_id, hours=_HOURS, limit=most, destination_id=asked.destination)
    found = [each for each in found if not sold or each.operator_id in sold][:_SHOWN]
    moment = now()
    left = available_counts(each.stretch for each in found)
    prices = price_from(each.stretch for each in found)
    words = platform_words(each.operator_id for each in found)
    shown = [
        departure_json(each, left.get(each.stretch, 0), prices.get(each.stretch), words[each.operator_id], moment)
        for each in found
    ]  # fmt: skip
    return jsonify(now=moment.isoformat(), departures=shown)


@blueprint.get("/api/destinations")
@compressed
def list_destinations() -> Response:
    """Where one can go from here without changing, most departures first."""
    found = next_destinations(device.require_device().place_id, hours=_HOURS)
    return jsonify(destinations=[{"id": str(place.id), "name": place.name} for place in found])


def departure_json(
    departure: Departure, left: int, price: Money | None, platform_word: str, moment: datetime
) -> dict[str, Any]:
    """One line of the board as the page reads it."""
    expected = departure.estimated_departure_at
    return {
        "schedule_id": str(departure.schedule_id),
        "from_position": departure.from_position,
        "to_position": departure.to_position,
        "operator": departure.operator_name,
        "origin": departure.origin_name,
        "destination": departure.destination_name,
        "destination_id": str(departure.destination_id),
        "via": departure.via,
        "departure_at": departure.departure_at.isoformat(),
        "arrival_at": departure.arrival_at.isoformat(),
        "expected_at": expected.isoformat() if expected else None,
        "timezone": departure.timezone,
        "destination_timezone": departure.destination_timezone,
        "platform": departure.platform,
        "platform_word": platform_word,
        "seats_left": left,
        "price": price.as_json() if price else None,
        "state": _state(departure, left, price, moment),
    }


def _state(departure: Departure, left: int, price: Money | None, moment: datetime) -> str:
    if departure.status == "cancelled":
        return "cancelled"
    if moment >= departure.sales_close_at:
        return "closed"
    if price is None:
        return "no_price"
    return "on_sale" if left > 0 else "sold_out"
