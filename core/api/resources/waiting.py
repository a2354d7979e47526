"""The waiting list of a sold-out run: joining, looking, leaving; staff see the line."""

from typing import Any
from uuid import UUID

from flask import request

from core.accounts.callers import Caller, sign_guest
from core.accounts.throttle import WAITING as JOINS
from core.accounts.throttle import throttle
from core.api.endpoints import ANYONE, NOBODY_ASKED, endpoint
from core.api.parties import channel_of, require_stop_of
from core.api.schemas.waiting import (
    JoinBody,
    LineOut,
    OwnWaitingOut,
    WaitingProof,
    line_entry_json,
)
from core.booking.links import WAITING, check_proof, proof
from core.booking.waiting import JoinRequest, Traveller, holder_of, join, leave
from core.booking.waiting_queries import line_of, waiting_entry


@endpoint("POST", "/schedules/<uuid:schedule_id>/waiting", access=ANYONE, body=JoinBody, answer=OwnWaitingOut, status=201, once=True, errors=(404, 409, 429))  # fmt: skip
def join_line(caller: Caller, schedule_id: UUID, body: JoinBody) -> Any:
    """Stand in line for a run that is sold out; freed seats are held for the first whose wish fits, and a letter says so."""
    if caller.is_guest:
        throttle("waiting", JOINS, request.remote_addr)
    wanted = JoinRequest(
        schedule_id,
        body.from_position,
        body.to_position,
        tuple(Traveller(p.type, p.full_name, p.details) for p in body.passengers),
        channel=channel_of(caller),
        contact_email=body.contact_email,
        contact_phone=body.contact_phone,
        language=body.language,
    )
    return _own(join(wanted, caller.actor))


@endpoint("GET", "/waiting/<uuid:entry_id>", access=NOBODY_ASKED, query=WaitingProof, answer=OwnWaitingOut, errors=(404,))  # fmt: skip
def show(entry_id: UUID, query: WaitingProof) -> Any:
    """One's own place in line; when seats are offered, the guest session that pays for them."""
    check_proof(WAITING, entry_id, query.proof)
    return _own(entry_id)


@endpoint("DELETE", "/waiting/<uuid:entry_id>", access=ANYONE, query=WaitingProof, status=204, errors=(404, 409))  # fmt: skip
def leave_line(caller: Caller, entry_id: UUID, query: WaitingProof) -> None:
    """Leave the line; seats that were offered are free at once."""
    check_proof(WAITING, entry_id, query.proof)
    leave(entry_id, caller.actor)


@endpoint("GET", "/schedules/<uuid:schedule_id>/waiting", access="reservations.read", answer=LineOut, errors=(403, 404))  # fmt: skip
def line(caller: Caller, schedule_id: UUID) -> Any:
    """Who stands in line for a run."""
    require_stop_of(caller, schedule_id)
    return {"entries": [line_entry_json(each) for each in line_of(schedule_id)]}


def _own(entry_id: UUID) -> dict[str, Any]:
    found = waiting_entry(entry_id)
    session = sign_guest(holder_of(entry_id).id) if found.status == "offered" else None
    return {**found.as_json(), "proof": proof(WAITING, entry_id), "guest_session": session}
