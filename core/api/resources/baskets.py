"""Baskets: a round trip or several legs, held all or none, paid once, given up as a whole."""

from typing import Any
from uuid import UUID

from core.accounts.boarding import require_boarding, require_later_leg
from core.accounts.callers import Caller, require
from core.api.endpoints import ANYONE, endpoint
from core.api.parties import channel_of, holder_of, may_see, require_method, require_station
from core.api.resources.payments import way_back
from core.api.schemas.baskets import (
    BasketBody,
    BasketHeldOut,
    BasketOut,
    BasketPayment,
    basket_json,
    held_basket_json,
)
from core.api.schemas.sales import PaymentStartedOut
from core.booking.basket import cancel_basket, extend_basket, reserve_basket
from core.booking.basket_pay import begin_basket_payment, take_cash_for_basket
from core.booking.queries import basket_view
from core.booking.requests import HoldRequest, PassengerRequest
from core.booking.views import BasketView
from core.kernel.errors import NotFound


@endpoint("POST", "/baskets", access=ANYONE, body=BasketBody, answer=BasketHeldOut, status=201, once=True, keeps_guest=True, errors=(403, 404, 409))  # fmt: skip
def create(caller: Caller, body: BasketBody) -> Any:
    """Hold seats on several departures: all of them or none. A kiosk's journey begins at its own station."""
    if caller.device is not None:
        first, *others = body.legs
        require_boarding(caller.device, first.schedule_id, first.from_position)
        for leg in others:
            require_later_leg(caller.device, leg.schedule_id, leg.from_position)
    return held_basket_json(reserve_basket(_requests(caller, body), holder_of(caller), caller.actor))


@endpoint("GET", "/baskets/<uuid:basket_id>", access=ANYONE, answer=BasketOut, errors=(404,))
def show(caller: Caller, basket_id: UUID) -> Any:
    """A basket as it stands, for its holder and for staff."""
    return basket_json(_visible(caller, basket_id))


@endpoint("POST", "/baskets/<uuid:basket_id>/extend", access=ANYONE, answer=BasketOut, once=True, errors=(404, 409, 410))  # fmt: skip
def extend(caller: Caller, basket_id: UUID) -> Any:
    """More time to pay for all of it, as often as all its operators allow."""
    extend_basket(basket_id, holder_of(caller), caller.actor)
    return basket_json(_visible(caller, basket_id))


@endpoint("POST", "/baskets/<uuid:basket_id>/pay", access=ANYONE, body=BasketPayment, answer=PaymentStartedOut, status=201, once=True, errors=(404, 409, 410, 503))  # fmt: skip
def pay(caller: Caller, basket_id: UUID, body: BasketPayment) -> Any:
    """Begin one payment for all of it; `payment_id` is found at the first reservation. Cash is counted at once, by staff."""
    require_method(caller, body.method)
    if body.method == "cash":
        return _cash(caller, basket_id)
    started = begin_basket_payment(
        basket_id, holder_of(caller), caller.actor, body.method,
        return_url=way_back(caller, body.return_url), behaviour=body.behaviour,
    )  # fmt: skip
    return {
        "payment_id": str(started.payment_id),
        "status": started.status,
        "pay_url": started.pay_url,
        "amount": started.amount.as_json(),
        "booking_id": None,
        "parts": [],
    }


@endpoint("DELETE", "/baskets/<uuid:basket_id>", access=ANYONE, status=204, errors=(404, 409))
def cancel(caller: Caller, basket_id: UUID) -> None:
    """Give up all of it; the seats are free at once. Doing it again changes nothing."""
    cancel_basket(basket_id, holder_of(caller), caller.actor)


def _requests(caller: Caller, body: BasketBody) -> list[HoldRequest]:
    return [
        HoldRequest(
            schedule_id=leg.schedule_id,
            from_position=leg.from_position,
            to_position=leg.to_position,
            passengers=tuple(
                PassengerRequest(p.seat_id, p.type, p.full_name, p.details) for p in leg.passengers
            ),
            channel=channel_of(caller),
            contact_email=body.contact_email,
            contact_phone=body.contact_phone,
            language=body.language,
        )
        for leg in body.legs
    ]


def _visible(caller: Caller, basket_id: UUID) -> BasketView:
    view = basket_view(basket_id)
    if view is None or not may_see(caller, view.reservations[0], "reservations.read"):
        raise NotFound("There is no such basket.")
    return view


def _cash(caller: Caller, basket_id: UUID) -> dict[str, Any]:
    require(caller, "money.cash")
    basket = _visible(caller, basket_id)
    if caller.is_staff:
        require_station(caller, basket.reservations[0].id)
    holder = None if caller.is_staff else holder_of(caller)
    paid = take_cash_for_basket(basket_id, holder, caller.actor)
    return {
        "payment_id": str(paid[0]),
        "status": "completed",
        "pay_url": None,
        "amount": basket.total.as_json(),
        "booking_id": None,
        "parts": [],
    }
