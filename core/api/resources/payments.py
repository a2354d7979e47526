"""Payments: begin one, hear from its gateway, see how it stands."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import request

from core.accounts.callers import Caller, require
from core.accounts.throttle import throttle_vouchers
from core.api.endpoints import ANYONE, NOBODY_ASKED, endpoint
from core.api.parties import holder_of, require_method, require_station, visible_reservation
from core.api.schemas.cancellations import HandedOut, RefundBody, RefundOfBody, RefundStarted
from core.api.schemas.fields import money
from core.api.schemas.sales import Effect, PartIn, PaymentBody, PaymentOut, PaymentStartedOut
from core.booking.cancellation_goodwill import refund_payment
from core.booking.pay import begin_payment, take_cash
from core.booking.queries import booking_view, reservation_of_payment
from core.booking.settle import settle
from core.booking.split import PartStarted, begin_split
from core.booking.split_rules import PartRequest
from core.kernel.context import settings
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.money import Money
from core.payments.gateways.catalogue import gateway
from core.till.hand_out import hand_out


@endpoint("POST", "/payments/initiate", access=ANYONE, body=PaymentBody, answer=PaymentStartedOut, status=201, once=True, errors=(404, 409, 410, 503))  # fmt: skip
def initiate(caller: Caller, body: PaymentBody) -> Any:
    """Begin to pay for a reservation: `pay_url` is where the customer pays. Cash is counted at once, by staff."""
    for method in (body.method, *(part.method for part in body.parts or ())):
        require_method(caller, method)
    if body.parts or body.method == "voucher":
        return _in_parts(caller, body)
    if body.method == "cash":
        return _cash(caller, body.reservation_id)
    started = begin_payment(
        body.reservation_id, holder_of(caller), caller.actor, body.method or "",
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


@endpoint("POST", "/payments/webhook/<gateway_name>", access=NOBODY_ASKED, answer=Effect, errors=(400, 404))
def webhook(gateway_name: str) -> Any:
    """For gateways: a signed message, processed once however often it comes."""
    event = gateway(gateway_name).read_webhook(dict(request.headers), request.get_data(cache=False))
    return {"effect": settle(gateway_name, event)}


@endpoint("GET", "/payments/<uuid:payment_id>", access=ANYONE, answer=PaymentOut, errors=(404,))
def show(caller: Caller, payment_id: UUID) -> Any:
    """How a payment stands, for who pays and for staff."""
    reservation_id = reservation_of_payment(payment_id)
    if reservation_id is None:
        raise NotFound
    view = visible_reservation(caller, reservation_id, "payments.read")
    return next(each.as_json() for each in view.payments if each.id == payment_id)


@endpoint("POST", "/payments/<uuid:payment_id>/refund", access="payments.refund", body=RefundBody, answer=RefundStarted, status=201, once=True, errors=(404, 409))  # fmt: skip
def refund(caller: Caller, payment_id: UUID, body: RefundBody) -> Any:
    """Give back a payment or a part of it while the journey stands; cancelling a booking refunds by itself."""
    _at_own_station(caller, payment_id)
    amount = Money(body.amount.amount, body.amount.currency) if body.amount else None
    return {"refund_id": str(refund_payment(payment_id, amount, body.reason, caller.actor))}


@endpoint("POST", "/payments/refund", access="payments.refund", body=RefundOfBody, answer=RefundStarted, status=201, once=True, hidden=True)  # fmt: skip
def refund_named(caller: Caller, body: RefundOfBody) -> Any:
    """The same, for clients that name the payment in the body."""
    return refund(caller, body.payment_id, body)


@endpoint("POST", "/payments/<uuid:payment_id>/refund/<uuid:refund_id>/hand-out", access="bookings.cancel", answer=HandedOut, once=True, errors=(404,))  # fmt: skip
def hand_out_cash(caller: Caller, payment_id: UUID, refund_id: UUID) -> Any:
    """The cash of a refund was given to the customer."""
    _at_own_station(caller, payment_id)
    return {"handed_out": hand_out(refund_id, caller.actor, payment_id)}


def _at_own_station(caller: Caller, payment_id: UUID) -> None:
    reservation_id = reservation_of_payment(payment_id)
    if reservation_id is None:
        raise NotFound
    require_station(caller, reservation_id)


def _cash(caller: Caller, reservation_id: UUID) -> dict[str, Any]:
    require(caller, "money.cash")
    if caller.is_staff:
        require_station(caller, reservation_id)
    booking = booking_view(
        take_cash(reservation_id, None if caller.is_staff else holder_of(caller), caller.actor)
    )
    assert booking is not None  # noqa: S101 - it was made just now
    paid = next(each for each in reversed(booking.reservation.payments) if each.method == "cash")
    return {
        "payment_id": str(paid.id),
        "status": paid.status,
        "pay_url": None,
        "amount": money(paid.amount, paid.currency),
        "booking_id": str(booking.id),
        "parts": [],
    }


def _in_parts(caller: Caller, body: PaymentBody) -> dict[str, Any]:
    """Vouchers are taken at once, from anybody who knows their code; cash from staff alone."""
    asked = body.parts or [PartIn(method="voucher", voucher_code=body.voucher_code)]
    by_cash = any(part.method == "cash" for part in asked)
    if by_cash:
        require(caller, "money.cash")
        if caller.is_staff:
            require_station(caller, body.reservation_id)
    if any(part.voucher_code for part in asked):
        throttle_vouchers(
            request.remote_addr,
            f"{caller.holder.kind}:{caller.device.id if caller.device else caller.holder.id}",
        )
    holder = None if by_cash and caller.is_staff else holder_of(caller)
    started = begin_split(
        body.reservation_id, holder, caller.actor,
        [PartRequest(part.method, part.amount, part.voucher_code) for part in asked],
        return_url=way_back(caller, body.return_url), behaviour=body.behaviour,
    )  # fmt: skip
    parts = [_part_json(part) for part in started.parts]
    main = next((part for part in parts if part["status"] == "pending"), parts[-1])
    booking_id = started.booking_id and str(started.booking_id)
    return {**{k: v for k, v in main.items() if k != "method"}, "booking_id": booking_id, "parts": parts}


def _part_json(part: PartStarted) -> dict[str, Any]:
    return {
        "payment_id": str(part.payment_id),
        "method": part.method,
        "status": part.status,
        "pay_url": part.pay_url,
        "amount": part.amount.as_json(),
    }


def way_back(caller: Caller, url: str | None) -> str | None:
    """Where the pay page leads back to: partners choose, everyone else comes back to this office."""
    if url is None:
        return None
    scheme, host = _scheme_and_host(url)
    if scheme not in {"http", "https"} or (
        caller.role != "api" and host != _scheme_and_host(settings().public_url)[1]
    ):
        raise RuleBroken(
            "The way back has to be an address of this office.", code="bad_return_url", field="return_url"
        )
    return url


def _scheme_and_host(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return (parts.scheme, parts.netloc) if url.isprintable() else ("", "")
