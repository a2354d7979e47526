"""What the page sees of the machine's devices, and the little that it may ask of them. It never speaks to one itself."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from core.booking.views import ReservationView
from core.kernel.money import Money
from core.peripherals.cancel_charge import cancel_charge
from core.peripherals.cash_sale import stop_cash
from core.peripherals.denominations import is_coin
from core.peripherals.papers import papers_of
from core.peripherals.print_booking import print_booking
from core.peripherals.queries import (
    CommandView,
    Devices,
    cash_offer,
    command,
    devices_of,
    intake_of,
)
from core.peripherals.scanned import take_scan
from core.peripherals.words import Device
from kiosk import device
from kiosk.asked import Asked, body, query
from kiosk.held import Held, own_hold
from kiosk.once import done_once
from kiosk.station import LANGUAGES
from kiosk.views.site import blueprint


class DevicesAsked(Asked):
    """`reservation`: whose price cash would be taken for."""

    reservation: UUID | None = None


class PrintAsked(Asked):
    """In which language to print."""

    language: str = "en"

    @property
    def known_language(self) -> str:
        """The language, English for one that no kiosk speaks."""
        return self.language if self.language in LANGUAGES else "en"


@blueprint.get("/api/devices")
def look_at_devices() -> Response:
    """What this machine has and how it is, before anybody pays. A kiosk without an agent has nothing."""
    found = devices_of(device.require_device().id)
    asked = query(DevicesAsked)
    answer = {**conditions(found), "cash": None}
    if asked.reservation and found is not None and found.has(Device.CASH):
        answer["cash"] = _offer(found, own_hold(asked.reservation).total)
    return jsonify(answer)


@blueprint.get("/api/holds/<uuid:reservation_id>/devices")
def look_at_payment(reservation_id: UUID) -> Response:
    """How the cash, the card and the printing of this traveller stand: asked twice a second while they are going on."""
    held = own_hold(reservation_id)
    view, found = held.leading, devices_of(device.require_device().id)
    return jsonify(
        {**conditions(found), "cash": _cash(view, found), "card": _card(view), "print": _print(held)}
    )


@blueprint.post("/api/holds/<uuid:reservation_id>/cash/stop")
def stop_taking_cash(reservation_id: UUID) -> Response:
    """The traveller wants the money back: the box stops, and gives it."""
    stopped = stop_cash(own_hold(reservation_id).leading.id, device.traveller(), device.require_device().id)
    return jsonify(stopped=stopped)


@blueprint.post("/api/holds/<uuid:reservation_id>/card/cancel")
def stop_asking_for_card(reservation_id: UUID) -> Response:
    """The traveller wants to pay another way: the terminal asks for no card any more."""
    view = own_hold(reservation_id).leading
    open_ones = [each.id for each in view.payments if each.status == "pending" and each.gateway == "terminal"]
    cancelled = [cancel_charge(device.require_device().id, each) for each in open_ones]
    return jsonify(cancelled=any(cancelled))


@blueprint.post("/api/holds/<uuid:reservation_id>/print")
def print_tickets(reservation_id: UUID) -> Response:
    """Print what was bought: once, and once more what did not come out."""
    held = own_hold(reservation_id)
    language = body(PrintAsked).known_language

    def work() -> dict[str, Any]:
        for view in held.legs:
            if len(held.legs) == 1 or _may_print(view):
                print_booking(view, device.require_device().id, language)
        return {"print": _print(held)}

    return done_once(work, 201)


@blueprint.post("/api/scans")
def take_scanned() -> Response:
    """A code that was held to a simulated scanner, once; a real one types into the page."""
    return jsonify(code=take_scan(device.require_device().id))


def conditions(found: Devices | None) -> dict[str, Any]:
    """How printer and terminal are; None for what the machine does not have."""
    if found is None:
        return {"printer": None, "terminal": None}
    return {
        each.value: found.condition(each) if found.has(each) else None
        for each in (Device.PRINTER, Device.TERMINAL)
    }


def _offer(found: Devices | None, price: Money, inserted: int = 0) -> dict[str, Any]:
    offer = cash_offer(found, price, inserted)
    values = [{"value": value, "coin": is_coin(value, price.currency)} for value in offer.values]
    return {"mode": offer.mode, "values": values}


def _cash(view: ReservationView, found: Devices | None) -> dict[str, Any] | None:
    intake = intake_of(view.id)
    if intake is None:
        return None
    price = Money(intake.wanted, intake.currency)
    return {
        **_offer(found, price, intake.inserted),
        "status": intake.status, "wanted": intake.wanted, "inserted": intake.inserted, "used": intake.used,
        "paid_out": intake.paid_out, "left": intake.left, "currency": intake.currency, "slip": intake.slip_code,
        "stale": intake.stale, "begun": intake.command != "waiting",
    }  # fmt: skip


def _card(view: ReservationView) -> dict[str, Any] | None:
    charges = [each for each in view.payments if each.gateway == "terminal"]
    if not charges:
        return None
    last = charges[-1]
    charge = command(last.id)
    return {
        "status": last.status,
        "failure": last.failure,
        "unsure": bool(charge and charge.result.get("unsure")) and last.status == "pending",
        "begun": bool(charge and charge.status != "waiting"),
    }


def _print(held: Held) -> dict[str, Any] | None:
    """How the printing of all tickets stands: it failed where one did not come out, and is done when all have."""
    found = [_print_one(view) for view in held.legs]
    tried = [each for each in found if each is not None]
    if not tried:
        return None
    failed = next((each for each in tried if each["status"] == "failed"), None)
    going = next((each for each in tried if each["status"] != "done"), None)
    return failed or going or tried[0]


def _may_print(view: ReservationView) -> bool:
    """Of several tickets only those are printed once more that did not come out."""
    found = _print_one(view)
    return found is None or found["again"]


def _print_one(view: ReservationView) -> dict[str, Any] | None:
    if view.booking_id is None:
        return None
    tried = papers_of(view.booking_id).tried
    if not tried:
        return None
    shown = printing_json(tried[0])
    return {**shown, "again": shown["status"] == "failed" and len(tried) < 2}


def printing_json(last: CommandView) -> dict[str, Any]:
    """How a print stands: one that nobody took in time has failed."""
    if last.stale or last.status == "expired":
        return {"status": "failed", "reason": "away"}
    return {"status": last.status, "reason": last.result.get("reason")}
