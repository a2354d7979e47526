"""Step 4: begin a payment. The booking comes with the gateway's own message; the page looks for it every second."""

from base64 import b64encode
from typing import Any, Literal
from uuid import UUID

from flask import Response

from core.booking.pay import begin_payment, take_cash
from core.tickets import qr
from kiosk import device
from kiosk.asked import Asked, body
from kiosk.once import done_once
from kiosk.views.hold import own_reservation, state_json
from kiosk.views.site import blueprint


class PaymentAsked(Asked):
    """How the traveller pays."""

    method: Literal["card", "cash", "phone"]


@blueprint.post("/api/holds/<uuid:reservation_id>/payments")
def pay(reservation_id: UUID) -> Response:
    """Begin to pay. Cash counts as taken when the money box says so: here, at once and exactly."""
    holder, who = device.traveller(), device.actor()
    asked = body(PaymentAsked)
    device.require_device().rights.require_method(asked.method)

    def work() -> dict[str, Any]:
        if asked.method == "cash":
            take_cash(reservation_id, holder, who)
            return {**state_json(own_reservation(reservation_id)), "method": "cash"}
        started = begin_payment(reservation_id, holder, who, asked.method)
        return {
            **state_json(own_reservation(reservation_id)),
            "method": asked.method,
            "status": started.status,
            "qr": picture(started.pay_url) if asked.method == "phone" and started.pay_url else None,
        }

    return done_once(work, 201)


def picture(text: str) -> str:
    """A QR code as an address that an `img` can show without asking for anything."""
    return "data:image/svg+xml;base64," + b64encode(qr.svg(text).encode()).decode()
