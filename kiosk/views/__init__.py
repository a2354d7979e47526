"""Views of the kiosk, one file a subject; each adds its addresses to the blueprint."""

from kiosk.views import (
    board,
    bookings,
    brand,
    built,
    devices,
    hold,
    pairing,
    panel,
    pay,
    reprint,
    reseat,
    seats,
    session,
    shell,
    ticket,
    trips,
    voucher,
)
from kiosk.views.site import blueprint

__all__ = [
    "blueprint",
    "board",
    "bookings",
    "brand",
    "built",
    "devices",
    "hold",
    "pairing",
    "panel",
    "pay",
    "reprint",
    "reseat",
    "seats",
    "session",
    "shell",
    "ticket",
    "trips",
    "voucher",
]
