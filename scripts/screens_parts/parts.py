"""The table of screens: part -> function that draws it, in one size. To add one, write a module and name it here."""

from collections.abc import Callable

from scripts.screens_parts import admin, kiosk, mail, pay, ticket
from scripts.screens_parts.studio import Studio

PARTS: dict[str, Callable[[Studio], None]] = {
    "kiosk": kiosk.draw,
    "admin": admin.draw,
    "mail": mail.draw,
    "ticket": ticket.draw,
    "pay": pay.draw,
}
