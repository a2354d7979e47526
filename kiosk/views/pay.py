"""Step 4: begin a payment. The booking comes with the gateway's own message or with the last coin; the page looks for it.

Paper is looked at before money is taken: without it the traveller is asked first.
"""

from base64 import b64encode
from typing import Any, Literal
from uuid import UUID

from flask import Response

from core.booking.basket_pay import begin_basket_payment
from core.booking.parties import Holder
from core.booking.pay import PaymentStarted, begin_payment
from core.kernel.activity import Actor
from core.kernel.errors import Conflict, RuleBroken
from core.peripherals.cash_sale import begin_cash, begin_cash_for_basket
from core.peripherals.queries import Devices, devices_of
from core.peripherals.words import Device
from core.tickets import qr
from kiosk import device
from kiosk.asked import Asked, body
from kiosk.held import Held, own_hold, state_json
from kiosk.once import done_once
from kiosk.views.site import blueprint

_PRINTS = ("ok", "low", "unknown")


class PaymentAsked(Asked):
    """How the traveller pays. `without_paper`: the code on the screen will do, whether or not the machine can print."""

    method: Literal["card", "cash", "phone"]
    without_paper: bool = False


class NoPaper(Conflict):
    """The machine has a printer that cannot print now."""

    code = "no_paper"
    message = "This machine cannot print at the moment."


class ReaderAway(RuleBroken):
    """The machine has a card terminal that does not answer."""

    code = "reader_away"
    message = "The card reader does not work at the moment. Please pay another way."


@blueprint.post("/api/holds/<uuid:reservation_id>/payments")
def pay(reservation_id: UUID) -> Response:
    """Begin to pay. Cash and cards go to the machine's own devices, where it has them."""
    holder, who = device.traveller(), device.actor()
    asked = body(PaymentAsked)
    kiosk = device.require_device()
    kiosk.rights.require_method(asked.method)

    def work() -> dict[str, Any]:
        devices = devices_of(kiosk.id)
        if not asked.without_paper:
            require_paper(devices)
        held = own_hold(reservation_id)
        if asked.method == "cash":
            _begin_cash(held, holder, kiosk.id, who)
            return {**state_json(own_hold(reservation_id)), "method": "cash", "status": "pending"}
        terminal = terminal_of(devices) if asked.method == "card" else None
        started = _begin(held, holder, who, asked.method, terminal)
        return {
            **state_json(own_hold(reservation_id)),
            "method": asked.method,
            "status": started.status,
            "terminal": terminal is not None,
            "qr": picture(started.pay_url) if asked.method == "phone" and started.pay_url else None,
        }

    return done_once(work, 201)


def _begin(held: Held, holder: Holder, who: Actor, method: str, terminal: UUID | None) -> PaymentStarted:
    if held.basket_id:
        return begin_basket_payment(held.basket_id, holder, who, method, terminal_of=terminal)
    return begin_payment(held.leading.id, holder, who, method, terminal_of=terminal)


def _begin_cash(held: Held, holder: Holder, kiosk_id: UUID, who: Actor) -> None:
    if held.basket_id:
        begin_cash_for_basket(held.basket_id, holder, kiosk_id, who)
    else:
        begin_cash(held.leading.id, holder, kiosk_id, who)


def picture(text: str) -> str:
    """A QR code as an address that an `img` can show without asking for anything."""
    return "data:image/svg+xml;base64," + b64encode(qr.svg(text).encode()).decode()


def require_paper(devices: Devices | None) -> None:
    """Raises NoPaper where there is a printer that cannot print now."""
    if devices is not None and devices.has(Device.PRINTER):
        condition = devices.condition(Device.PRINTER)
        if condition not in _PRINTS:
            raise NoPaper(condition=condition)


def terminal_of(devices: Devices | None) -> UUID | None:
    """The kiosk when it has a terminal of its own; None sends the card to the office's gateway. Raises ReaderAway."""
    if devices is None or not devices.has(Device.TERMINAL):
        return None
    if devices.condition(Device.TERMINAL) != "ok":
        raise ReaderAway
    return devices.kiosk_id
