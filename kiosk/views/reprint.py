"""The tickets of a booking that was found, on paper: what this machine can do about it, and doing it."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from core.peripherals.papers import papers_of
from core.peripherals.print_again import print_again
from core.peripherals.queries import Devices, devices_of
from core.peripherals.words import Device
from kiosk import device
from kiosk.asked import body
from kiosk.once import done_once
from kiosk.views.bookings import require_key
from kiosk.views.devices import PrintAsked, conditions, printing_json
from kiosk.views.pay import NoPaper, require_paper
from kiosk.views.site import blueprint


@blueprint.get("/api/bookings/<uuid:booking_id>/<key>/print")
def look_at_print(booking_id: UUID, key: str) -> Response:
    """How the printer is, how the last paper came out, and how many more there may be. Asked while one is coming."""
    require_key(booking_id, key)
    return jsonify(_state(booking_id, devices_of(device.require_device().id)))


@blueprint.post("/api/bookings/<uuid:booking_id>/<key>/print")
def print_found(booking_id: UUID, key: str) -> Response:
    """Print the valid tickets. Raises NoPaper, NothingToPrint, StillPrinting, PrintedAlready."""
    require_key(booking_id, key)
    kiosk_id, language = device.require_device().id, body(PrintAsked).known_language

    def work() -> dict[str, Any]:
        devices = devices_of(kiosk_id)
        if devices is None or not devices.has(Device.PRINTER):
            raise NoPaper(condition="none")
        require_paper(devices)
        print_again(booking_id, kiosk_id, language)
        return _state(booking_id, devices)

    return done_once(work, 201)


def _state(booking_id: UUID, devices: Devices | None) -> dict[str, Any]:
    papers = papers_of(booking_id)
    return {
        "printer": conditions(devices)["printer"],
        "print": printing_json(papers.tried[0]) if papers.tried else None,
        "left": papers.left,
    }
