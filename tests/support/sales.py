"""Finished sales to test with: what a traveller gets after paying in cash."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from core.booking.parties import Holder
from core.booking.pay import take_cash
from core.booking.reserve import reserve
from tests.support.factories import ACTOR, ALICE, CLERK, Office, make_office


def sell(
    *seats: int, office: Office | None = None, email: str | None = "alice@example.org", **more: object
) -> UUID:
    """Hold seats (by index, the first one if none is named) and pay in cash; returns the booking's id.

    ``names`` gives the passengers other names, ``holder`` another buyer; the rest goes into the request.
    """
    place = office or make_office()
    names = more.pop("names", None)
    holder = more.pop("holder", ALICE)
    request = place.ask(*(seats or (0,)), contact_email=email, **more)
    if names:
        people = tuple(
            replace(person, full_name=name)
            for person, name in zip(request.passengers, names, strict=True)  # type: ignore[call-overload]  # names are what a test hands over
        )
        request = replace(request, passengers=people)
    held = reserve(request, holder, ACTOR)
    return take_cash(held.reservation_id, None, CLERK)


def buyer(number: int) -> Holder:
    """One of many guests."""
    return Holder("guest", f"buyer-{number}", f"Buyer {number}")


def moment(text: str) -> datetime:
    """A time as written: ``moment("2026-11-20T14:45Z")``."""
    return datetime.fromisoformat(text)
