"""Running holds as the admin's tables show them, on the first page and on the page of reservations."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from admin import access, formats
from core.reporting.live import LiveReservation, live_reservations
from core.reporting.office import Scope

#: Below these shares of a hold's time its bar asks for a look.
_LOW, _LAST = 25, 10
_ORIGINS = {"kiosk": "kiosk", "web": "web", "api": "API", "counter": "counter"}


def live_rows(scope: Scope) -> list[dict[str, Any]]:
    """Rows for a table and for JSON alike: words that are ready to be shown."""
    may_release = access.may("reservations.release")
    return [_row(held, may_release) for held in live_reservations(scope)]


def _row(held: LiveReservation, may_release: bool) -> dict[str, Any]:
    departure = f"{formats.clock(held.departure_at, held.timezone)} {held.destination}"
    seats = " ".join(held.seats or [str(held.seat_count)])
    return {
        "id": str(held.id),
        "departure": departure,
        "day": formats.when(held.departure_at, held.timezone),
        "origin": held.origin,
        "seats": seats,
        "holder": hidden(held.holder_label),
        "paying": held.paying,
        "channel": _ORIGINS.get(held.channel, held.channel),
        "amount": formats.money(held.total, held.currency),
        "seconds_left": held.seconds_left,
        "seconds_whole": max(held.seconds_whole, 1),
        "left": countdown(held.seconds_left),
        "share": share(held),
        "tone": tone(share(held)),
        "map": url_for("schedules.seats", schedule_id=held.schedule_id),
        "release": url_for("reservations.release", reservation_id=held.id) if may_release else None,
        "about": _("%(departure)s, seat %(seats)s, held by %(holder)s.", departure=departure, seats=seats,
                   holder=hidden(held.holder_label)),
    }  # fmt: skip


def share(held: LiveReservation) -> int:
    """How much of a hold's time is left, in per cent."""
    return max(0, min(100, 100 * held.seconds_left // max(held.seconds_whole, 1)))


def tone(left: int) -> str:
    """The bar's kind for a share of time left."""
    return "last" if left < _LAST else "low" if left < _LOW else "sold"


def countdown(seconds: int) -> str:
    """``13:24``."""
    return f"{max(seconds, 0) // 60:02d}:{max(seconds, 0) % 60:02d}"


def hidden(label: str) -> str:
    """An e-mail address in a label is shown only by its first letter and its host."""
    name, at, host = label.rpartition("@")
    if not at:
        return label
    start, space, box = name.rpartition(" ")
    return f"{start}{space}{box[:1]}•••@{host}"
