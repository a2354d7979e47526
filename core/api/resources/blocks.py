"""Blocks: seats of a schedule that staff keep out of sale, for good or until a time."""

from typing import Any
from uuid import UUID

from core.accounts.callers import Caller
from core.accounts.rules import require_scope
from core.api.endpoints import endpoint
from core.api.schemas.blocks import BlockBody, Blocked, BlockList, SeatsBody
from core.api.schemas.fields import instant
from core.booking.blocks import BlockRequest, block_seats, unblock_seats
from core.reporting.seats import seat_claims
from core.timetable.queries import schedule_facts


@endpoint("GET", "/schedules/<uuid:schedule_id>/blocks", access="timetable.edit", answer=BlockList, errors=(403, 404))  # fmt: skip
def index(caller: Caller, schedule_id: UUID) -> Any:
    """The seats that are blocked now, with the reasons."""
    _at_own_station(caller, schedule_id)
    return {
        "blocks": [
            {
                "seat_id": str(claim.seat_id),
                "from_position": claim.from_position,
                "to_position": claim.to_position,
                "reason": claim.reason,
                "until": instant(claim.expires_at),
            }
            for claim in seat_claims(schedule_id)
            if claim.kind == "blocked"
        ]
    }


@endpoint("POST", "/schedules/<uuid:schedule_id>/blocks", access="timetable.edit", body=BlockBody, answer=Blocked, once=True, errors=(403, 404, 409))  # fmt: skip
def block(caller: Caller, schedule_id: UUID, body: BlockBody) -> Any:
    """Take seats out of sale, all or none; a seat that somebody has cannot be blocked, and the answer says who has it."""
    _at_own_station(caller, schedule_id)
    return {"seats": block_seats(_request(schedule_id, body), body.reason, caller.actor, body.until)}


@endpoint("POST", "/schedules/<uuid:schedule_id>/blocks/lift", access="timetable.edit", body=SeatsBody, answer=Blocked, once=True, errors=(403, 404))  # fmt: skip
def lift(caller: Caller, schedule_id: UUID, body: SeatsBody) -> Any:
    """Sell blocked seats again."""
    _at_own_station(caller, schedule_id)
    return {"seats": unblock_seats(_request(schedule_id, body), caller.actor)}


def _request(schedule_id: UUID, body: SeatsBody) -> BlockRequest:
    return BlockRequest(schedule_id, body.seat_ids, body.from_position, body.to_position)


def _at_own_station(caller: Caller, schedule_id: UUID) -> None:
    """Raises NotFound, and Forbidden when staff of certain stations reach for a departure that calls at none of them."""
    stops = schedule_facts(schedule_id).stops
    require_scope(caller.stations, [stop.place_id for stop in stops])
