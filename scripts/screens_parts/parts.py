"""The table of screens: part -> function that draws it, and the sizes in which it is at home. To add one, write a module
and name it here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from scripts.screens_parts import admin, kiosk, mail, pay, ticket
from scripts.screens_parts.studio import Studio

_DESK_AND_HAND = ("landscape", "phone")


@dataclass(frozen=True)
class Part:
    """What draws it, and in which sizes unless others are asked for."""

    draw: Callable[[Studio], None]
    sizes: tuple[str, ...]


PARTS: dict[str, Part] = {
    "kiosk": Part(kiosk.draw, ("portrait", "landscape", "phone")),
    "admin": Part(admin.draw, _DESK_AND_HAND),
    "mail": Part(mail.draw, _DESK_AND_HAND),
    "ticket": Part(ticket.draw, _DESK_AND_HAND),
    "pay": Part(pay.draw, _DESK_AND_HAND),
}
