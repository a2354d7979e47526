"""Seats on another departure for a party that has seats already: their own again, or others of the same kind."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from core.booking.cancellation_facts import Bought
from core.booking.companions import Label, label_of, stray_companions
from core.inventory.best import best_available
from core.inventory.set_aside import is_companion, is_wheelchair
from core.inventory.states import AVAILABLE, SeatState
from core.kernel.money import Money


def seats_again(
    bought: Bought, seats: Iterable[SeatState], prices: Mapping[UUID, Money] | None = None
) -> list[SeatState]:
    """A seat for each passenger, in their order: the very same where all of them are free, else the best there are, where
    who had a wheelchair place gets one. [] when there are too few.
    """
    free = {seat.id: seat for seat in seats if seat.state == AVAILABLE}
    own = [free[person.seat_id] for person in bought.passengers if person.seat_id in free]
    if len(own) == len(bought.passengers) and not stray_companions(own):
        return own
    labels = [label_of(person) for person in bought.passengers]
    wheelchairs = sum(map(is_wheelchair, labels))
    best = best_available(free.values(), len(labels), prices, wheelchairs)
    return _in_order(labels, best) if best else []


def _in_order(labels: list[Label], best: list[SeatState]) -> list[SeatState]:
    """The best come with the wheelchair places first and the companions' seats next: so are the people, for a moment."""
    people = sorted(
        range(len(labels)), key=lambda n: (not is_wheelchair(labels[n]), not is_companion(labels[n]))
    )
    seat_of = dict(zip(people, best, strict=True))
    return [seat_of[n] for n in range(len(labels))]
