"""What moving to another departure costs, pure. Minor units. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.kernel.money import portion
from core.pricing.rules import Quote, QuoteLine


@dataclass(frozen=True, slots=True)
class Settlement:
    """The quote that the booking stands by afterwards, and what has to be paid (``due``) or comes back (``back``)."""

    quote: Quote
    due: int = 0
    back: int = 0


def settlement(
    quote: Quote, paid: int, *, waive: bool, back: Callable[[int], int] = lambda _less: 0
) -> Settlement:
    """Another departure at ``quote`` instead of what was ``paid``.

    A dearer one: the difference is due. A cheaper one: ``back`` says how much of the difference comes back; it stays a line
    of the price, so that a later cancellation counts what is kept of it. When the operator moves people (``waive``), nobody
    pays more, and all that is cheaper comes back.
    """
    difference = quote.total - paid
    if difference > 0 and not waive:
        return Settlement(quote, due=difference)
    if difference > 0:
        line = QuoteLine("discount", "Difference that is not charged", -difference)
    elif difference < 0:
        line = QuoteLine("fare", "Difference to the fare that was paid", -difference)
    else:
        return Settlement(quote)
    less = max(0, -difference)
    return Settlement(with_lines(quote, line), back=less if waive else min(less, back(less)))


def with_lines(quote: Quote, *more: QuoteLine) -> Quote:
    """The quote with more lines; the tax that is contained grows or shrinks with the total."""
    total = quote.total + sum(line.amount for line in more)
    lines = [
        replace(each, amount=portion(each.amount, total, quote.total))
        if each.included and quote.total
        else each
        for each in quote.lines
    ]
    place = next((n for n, each in enumerate(lines) if each.included), len(lines))
    return Quote(quote.currency, (*lines[:place], *more, *lines[place:]), total)
