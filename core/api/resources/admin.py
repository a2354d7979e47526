"""What staff watch and put right."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from core.accounts.callers import Caller
from core.api.endpoints import endpoint
from core.api.parties import require_station
from core.api.schemas.sales import LiveFilter, LiveReservations, ReleaseBody
from core.booking.cancel import release as release_hold
from core.booking.queries import active_reservations


@endpoint(
    "GET", "/admin/reservations/active", access="reservations.read", query=LiveFilter, answer=LiveReservations
)
def active_reservations_list(caller: Caller, query: LiveFilter) -> Any:
    """Running holds, the next to run out first; staff of certain stations see those that call there."""
    stations = _stations(caller, query.station_id)
    found = {
        hold.id: hold
        for station in stations
        for hold in active_reservations(
            station=station, operator=query.operator_id, schedule=query.schedule_id
        )
    }
    ordered = sorted(found.values(), key=lambda hold: (hold.expires_at, hold.id))
    return {"reservations": [hold.as_json() for hold in ordered]}


@endpoint("POST", "/admin/reservations/<uuid:reservation_id>/release", access="reservations.release", body=ReleaseBody, status=204, once=True, errors=(404, 409, 410))  # fmt: skip
def release(caller: Caller, reservation_id: UUID, body: ReleaseBody) -> None:
    """Free the seats of a stuck hold, and say why; seats are free at once on every watching screen."""
    require_station(caller, reservation_id)
    release_hold(reservation_id, caller.actor, body.reason)


def _stations(caller: Caller, asked: UUID | None) -> Sequence[UUID | None]:
    if not caller.stations:
        return [asked]
    if asked is None:
        return sorted(caller.stations)
    return [asked] if asked in caller.stations else []
