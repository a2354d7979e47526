"""Step 4 with a voucher: what it would pay, then all of the price, or a part and the rest by card or in cash."""

from typing import Any, Literal, TypeVar
from uuid import UUID

from flask import Response, jsonify, request
from pydantic import Field

from core.accounts.throttle import throttle_vouchers
from core.booking.split import begin_split
from core.booking.split_rules import PartRequest
from core.booking.voucher_offer import offer_voucher
from core.peripherals.cash_rest import begin_cash_rest
from core.peripherals.queries import devices_of
from kiosk import device
from kiosk.asked import Asked, body
from kiosk.held import own_hold, state_json
from kiosk.once import done_once
from kiosk.views.pay import require_paper, terminal_of
from kiosk.views.site import blueprint


class CodeAsked(Asked):
    """What was typed or scanned."""

    code: str = Field(min_length=1, max_length=100)


class VoucherPaymentAsked(CodeAsked):
    """How the rest is paid; `voucher`: there is none."""

    method: Literal["voucher", "card", "cash"]
    without_paper: bool = False


T = TypeVar("T", bound=CodeAsked)


@blueprint.post("/api/holds/<uuid:reservation_id>/voucher")
def look_at_voucher(reservation_id: UUID) -> Response:
    """What this voucher would pay, and the rest. Takes nothing."""
    asked = _tried(CodeAsked)
    found = offer_voucher(reservation_id, device.traveller(), asked.code)
    return jsonify(pays=found.pays.as_json(), rest=found.rest.as_json())


@blueprint.post("/api/holds/<uuid:reservation_id>/voucher/payments")
def pay_with_voucher(reservation_id: UUID) -> Response:
    """Pay with it. The same touch sent again is not counted as another try, and spends nothing twice."""
    kiosk = device.require_device()
    asked = body(VoucherPaymentAsked)
    kiosk.rights.require_method(asked.method)

    def work() -> dict[str, Any]:
        _tried(VoucherPaymentAsked)
        if not asked.without_paper:
            require_paper(devices_of(kiosk.id))
        begun = _begin(reservation_id, asked, kiosk.id)
        return {**state_json(own_hold(reservation_id)), "method": asked.method, **begun}

    return done_once(work, 201)


def _begin(reservation_id: UUID, asked: VoucherPaymentAsked, kiosk_id: UUID) -> dict[str, Any]:
    """What the page shows while the rest is paid. Money of a voucher alone makes the booking at once."""
    holder, who = device.traveller(), device.actor()
    if asked.method == "cash":
        begun = begin_cash_rest(reservation_id, holder, kiosk_id, who, asked.code)
        return {"status": "pending", "amount": begun.amount.as_json()}
    terminal = terminal_of(devices_of(kiosk_id)) if asked.method == "card" else None
    parts = [PartRequest("voucher", voucher_code=asked.code)]
    if asked.method == "card":
        parts.append(PartRequest("card"))
    *_, last = begin_split(reservation_id, holder, who, parts, terminal_of=terminal).parts
    return {"status": last.status, "amount": last.amount.as_json(), "terminal": terminal is not None}


def _tried(kind: type[T]) -> T:
    """The body; a try of a code is counted. Raises TooManyCodes."""
    throttle_vouchers(request.remote_addr, device.traveller().id)
    return body(kind)
