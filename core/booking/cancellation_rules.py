"""What a cancellation comes to, pure: each passenger's share of the price, and what the refund ladder gives back of it.

All amounts are minor units. No I/O.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, pairwise
from typing import Any

from core.booking.errors import CancellationClosed
from core.kernel.money import portion
from core.pricing.rules import Quote


@dataclass(frozen=True, slots=True)
class Terms:
    """The step of a refund ladder that applies: ``percent`` comes back, less ``fee`` for each passenger."""

    percent: int
    fee: int = 0

    def refund(self, paid: int) -> int:
        """What comes back of what one passenger paid."""
        return max(0, min(paid, portion(paid, self.percent, 100) - self.fee))


#: Whatever the ladder says, everything comes back: the operator does not carry out what was bought.
EVERYTHING = Terms(100)
NOTHING = Terms(0)


def terms_at(ladder: Iterable[Mapping[str, Any]], before_departure: timedelta) -> Terms:
    """The step for so long before departure from the boarding stop: the first with fewer hours, from the longest.

    Raises CancellationClosed after the last one; an operator who lets people cancel for nothing has a step of 0 per cent.
    """
    for step in sorted(ladder, key=lambda each: -int(each["hours"])):
        if before_departure > timedelta(hours=int(step["hours"])):
            return Terms(int(step["percent"]), int(step.get("fee", 0)))
    raise CancellationClosed


def shares(quote: Quote, places: Sequence[int], besides: int = 0) -> dict[int, int]:
    """What each passenger (by place) paid: their own lines, and an equal part of what is for all; sums to the total.

    What was given back ``besides`` cancellations (a cheaper seat, goodwill) makes every share smaller alike.
    """
    own = {place: quote.of_passenger(place) for place in places}
    common = quote.total - sum(own.values())
    count = len(places)
    parts = [portion(common, n + 1, count) - portion(common, n, count) for n in range(count)]
    paid = [own[place] + part for place, part in zip(places, parts, strict=True)]
    return (
        dict(zip(places, _less(paid, besides), strict=True))
        if besides
        else dict(zip(places, paid, strict=True))
    )


def _less(paid: Sequence[int], besides: int) -> list[int]:
    """The amounts in the same proportions, summing to so much less."""
    total = sum(paid)
    ends = [portion(end, max(0, total - besides), total) for end in accumulate(paid, initial=0)]
    return [after - before for before, after in pairwise(ends)]
