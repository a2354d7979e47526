"""Reservations: seats held for a limited time. The hot path of the house is `create`."""

from typing import Any
from uuid import UUID

from flask import request

from core.accounts.boarding import require_boarding
from core.accounts.callers import Caller
from core.api.endpoints import ANYONE, endpoint
from core.api.parties import channel_of, holder_of, own_reservation, visible_reservation
from core.api.schemas.baskets import held_json
from core.api.schemas.sales import (
    ChangeBody,
    HeldOut,
    HoldBody,
    OwnActive,
    ReservationList,
    ReservationOut,
    sale_json,
)
from core.booking.alter import alter
from core.booking.cancel import cancel as cancel_hold
from core.booking.details import set_details
from core.booking.extend import extend as extend_hold
from core.booking.queries import active_of_holder
from core.booking.requests import HoldRequest, PassengerRequest, Seating
from core.booking.reserve import reserve
from core.kernel.context import settings
from core.kernel.languages import preferred


@endpoint("POST", "/reservations/create", access=ANYONE, body=HoldBody, answer=HeldOut, status=201, once=True, keeps_guest=True, errors=(403, 404, 409))  # fmt: skip
def create(caller: Caller, body: HoldBody) -> Any:
    """Hold seats: all of them or none. A guest is told who they are by the header X-Guest-Session."""
    if caller.device is not None:
        require_boarding(caller.device, body.schedule_id, body.from_position)
    wanted = HoldRequest(
        schedule_id=body.schedule_id,
        from_position=body.from_position,
        to_position=body.to_position,
        passengers=tuple(
            PassengerRequest(p.seat_id, p.type, p.full_name, p.details) for p in body.passengers
        ),
        channel=channel_of(caller),
        contact_email=body.contact_email,
        contact_phone=body.contact_phone,
        language=body.language or preferred(request.accept_languages, settings().language),
    )
    return held_json(reserve(wanted, holder_of(caller), caller.actor))


@endpoint("GET", "/reservations/active", access=ANYONE, query=OwnActive, answer=ReservationList)
def active(caller: Caller, query: OwnActive) -> Any:
    """The caller's own running holds."""
    return own_active(caller, query.schedule_id)


@endpoint(
    "GET", "/reservations/active/<uuid:schedule_id>", access=ANYONE, answer=ReservationList, hidden=True
)
def active_of_schedule(caller: Caller, schedule_id: UUID) -> Any:
    """The caller's own running hold on one schedule."""
    return own_active(caller, schedule_id)


@endpoint("GET", "/reservations/<uuid:reservation_id>", access=ANYONE, answer=ReservationOut, errors=(404,))
def show(caller: Caller, reservation_id: UUID) -> Any:
    """A reservation as it stands, for its holder and for staff."""
    return sale_json(visible_reservation(caller, reservation_id))


@endpoint(
    "GET", "/reservations/<uuid:reservation_id>/details", access=ANYONE, answer=ReservationOut, errors=(404,)
)
def details(caller: Caller, reservation_id: UUID) -> Any:
    """A reservation with all its details, which it always comes with."""
    return sale_json(visible_reservation(caller, reservation_id))


@endpoint("PATCH", "/reservations/<uuid:reservation_id>", access=ANYONE, body=ChangeBody, answer=ReservationOut, once=True, errors=(404, 409, 410))  # fmt: skip
def change(caller: Caller, reservation_id: UUID, body: ChangeBody) -> Any:
    """Other seats and passengers while the seats are held, or contact and names."""
    if body.seats:
        wanted = [Seating(s.seat_id, s.id, s.type, s.full_name, s.details) for s in body.seats]
        alter(reservation_id, holder_of(caller), caller.actor, wanted)
        return sale_json(own_reservation(caller, reservation_id))
    view = own_reservation(caller, reservation_id)
    given = body.model_fields_set
    set_details(
        reservation_id,
        holder_of(caller),
        caller.actor,
        contact_email=body.contact_email if "contact_email" in given else view.contact_email,
        contact_phone=body.contact_phone if "contact_phone" in given else view.contact_phone,
        names={passenger.id: passenger.full_name for passenger in body.passengers},
        language=body.language,
    )
    return sale_json(own_reservation(caller, reservation_id))


@endpoint("POST", "/reservations/<uuid:reservation_id>/extend", access=ANYONE, answer=HeldOut, once=True, errors=(404, 409, 410))  # fmt: skip
def extend(caller: Caller, reservation_id: UUID) -> Any:
    """More time to pay, as often as the operator's policy allows."""
    return held_json(extend_hold(reservation_id, holder_of(caller), caller.actor))


@endpoint("DELETE", "/reservations/<uuid:reservation_id>", access=ANYONE, status=204, errors=(404, 409))
def cancel(caller: Caller, reservation_id: UUID) -> None:
    """Give up a hold; its seats are free at once. Doing it again changes nothing."""
    cancel_hold(reservation_id, holder_of(caller), caller.actor)


def own_active(caller: Caller, schedule_id: UUID | None) -> dict[str, Any]:
    """The caller's running holds as `ReservationList`."""
    return {"reservations": [sale_json(view) for view in active_of_holder(holder_of(caller), schedule_id)]}
