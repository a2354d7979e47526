"""A few sales, so that lists and charts are not empty. They go through the same services as any other sale: real holds,
real cash payments in the books, real tickets; only nobody travels. Their holder is called "Demo".
"""

from datetime import timedelta
from random import Random
from uuid import UUID

from core.booking.parties import Holder
from core.booking.pay import take_cash
from core.booking.requests import HoldRequest, PassengerRequest
from core.booking.reserve import reserve
from core.demo.actor import DEMO
from core.inventory.best import best_available
from core.inventory.queries import seat_map
from core.kernel.activity import Actor
from core.kernel.clock import now
from core.kernel.db import db
from core.kernel.errors import DomainError
from core.timetable.queries import Departure, departures

SALES = 36
_PARTIES = (
    ("adult",),
    ("adult",),
    ("adult", "adult"),
    ("senior",),
    ("adult", "child"),
    ("adult", "adult", "child"),
)


def sell_some(station: UUID, clerk: Actor) -> int:
    """Sell on departures of the coming day and a half; returns what came into the clerk's drawer. What cannot be sold (a
    full train) is passed over.
    """
    chance = Random(7)  # noqa: S311 - the same demo every time, no secret
    soon = now() + timedelta(minutes=30)
    taken = 0
    board = [d for d in departures(station, after=soon, hours=36, limit=300) if d.status == "scheduled"]
    for number, departure in enumerate(chance.sample(board, min(SALES, len(board))), start=1):
        try:
            taken += _sell(departure, chance.choice(_PARTIES), number, clerk)
        except DomainError:
            continue
        finally:
            db.session.rollback()
    return taken


def _sell(departure: Departure, types: tuple[str, ...], number: int, clerk: Actor) -> int:
    seats = best_available(seat_map(*departure.stretch).seats, len(types))
    db.session.rollback()
    holder = Holder("guest", f"demo-{number}", "Demo")
    request = HoldRequest(
        schedule_id=departure.schedule_id,
        from_position=departure.from_position,
        to_position=departure.to_position,
        passengers=tuple(
            PassengerRequest(seat.id, kind, "Demo Traveller") for seat, kind in zip(seats, types, strict=True)
        ),
        channel="counter",
    )
    held = reserve(request, holder, DEMO)
    take_cash(held.reservation_id, holder, clerk)
    return held.quote.total
