"""A companion's seat goes with a wheelchair place, pure: whatever gives a party its seats asks here. No I/O.

A party is one reservation, so all its seats are of one departure and one stretch. Who takes a wheelchair place says by that
that they need it; nobody asks for a proof.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from core.booking.errors import CompanionNeedsWheelchair
from core.inventory.plans import Plan, PlanSeat
from core.inventory.set_aside import is_companion, is_wheelchair
from core.inventory.states import SeatState


def check_companions(seat_ids: Iterable[UUID], layout: Plan) -> None:
    """Refuse more companions' seats than wheelchair places; a seat of another layout is not looked at.

    Raises CompanionNeedsWheelchair.
    """
    stray = stray_companions(layout.by_id[seat_id] for seat_id in seat_ids if seat_id in layout.by_id)
    if stray:
        raise CompanionNeedsWheelchair(_words(stray), seats=stray)


class Label(NamedTuple):
    """What a passenger's seat is or was, as far as this is concerned."""

    number: str
    type: str
    features: tuple[str, ...]


def label_of(passenger: Any) -> Label:
    """Of a row with seat_number, seat_type, seat_features."""
    return Label(passenger.seat_number or "", passenger.seat_type or "", tuple(passenger.seat_features or ()))


def check_staying(passengers: Iterable[Any], staying: Iterable[Any]) -> None:
    """Of these ``passengers`` (rows as for `label_of`) only ``staying`` would travel: refuse when a companion's seat would be
    left that goes with the wheelchair place of somebody who leaves.

    Raises CompanionNeedsWheelchair.
    """
    left = stray_companions(map(label_of, staying))
    if left and not stray_companions(map(label_of, passengers)):
        raise CompanionNeedsWheelchair(_words(left), seats=left)


def stray_companions(seats: Iterable[PlanSeat | SeatState | Label]) -> list[str]:
    """The numbers of the companions' seats of a party that has too few wheelchair places for them; else nothing."""
    party = list(seats)
    companions = sorted(seat.number for seat in party if is_companion(seat))
    return companions if len(companions) > sum(map(is_wheelchair, party)) else []


def _words(numbers: list[str]) -> str:
    one = len(numbers) == 1
    seats = f"Seat {numbers[0]} is" if one else f"Seats {', '.join(numbers)} are"
    return f"{seats} for companions: one can be had with each wheelchair place."
