"""The arithmetic of a drawer: counting it, moving cash in and out, and what is over or short. Pure; minor units.

In the books cash comes from the office's safe and goes back to it: at the end of a shift nothing is left in its drawer.
"""

from collections.abc import Mapping

from core.kernel.errors import RuleBroken
from core.kernel.words import in_one_line, is_showable
from core.payments.rules import Line
from core.payments.words import Account
from core.till.denominations import denominations
from core.till.words import MovementKind, ShiftState

Count = dict[int, int]

#: More pieces of one kind than this are in no drawer.
MOST_PIECES = 100_000
#: A hundred million of the largest unit: no drawer holds more.
MOST = 10**10
REASON = range(3, 301)


def clean_count(pieces: Mapping[int, int], currency: str) -> Count:
    """What somebody counted, denomination to pieces, without those of which there are none.

    Raises RuleBroken `bad_count` for a denomination that the currency does not have, or a number of pieces that cannot be.
    """
    known = set(denominations(currency))
    for denomination, number in pieces.items():
        if denomination not in known:
            raise RuleBroken(f"There is no such note or coin in {currency}.", code="bad_count", field="count")
        if not 0 <= number <= MOST_PIECES:
            raise RuleBroken(
                f"Please give a number of pieces from 0 to {MOST_PIECES}.", code="bad_count", field="count"
            )
    return {each: pieces[each] for each in denominations(currency) if pieces.get(each)}


def amount_of(count: Mapping[int, int]) -> int:
    """What was counted comes to."""
    return sum(denomination * number for denomination, number in count.items())


def pieces_of(amount: int, currency: str) -> Count:
    """The fewest notes and coins that come to an amount, as far as the currency has them: the rest is left out."""
    pieces: Count = {}
    for denomination in denominations(currency):
        number, amount = divmod(amount, denomination)
        if number:
            pieces[denomination] = number
    return pieces


def variance(expected: int, counted: int) -> int:
    """Over is positive, short negative."""
    return counted - expected


def needs_approval(difference: int, limit: int) -> bool:
    """Whether a manager has to look at it: anything beyond the limit, over or short."""
    return abs(difference) > limit


def state_of(*, closed: bool, approved: bool, difference: int, limit: int) -> ShiftState:
    """How a shift stands."""
    if not closed:
        return ShiftState.OPEN
    if approved:
        return ShiftState.APPROVED
    return ShiftState.TO_APPROVE if needs_approval(difference, limit) else ShiftState.CLOSED


def movement_lines(kind: MovementKind, amount: int) -> list[Line]:
    """Cash between safe and drawer; nothing for nothing."""
    into_drawer = amount if kind == MovementKind.PUT_IN else -amount
    return _pair(into_drawer, Account.SAFE)


def over_short_lines(difference: int) -> list[Line]:
    """The drawer becomes what was counted; what is over is gained, what is short is lost."""
    return _pair(difference, Account.OVER_SHORT)


def emptied_lines(amount: int) -> list[Line]:
    """What lies in the drawer goes to the safe."""
    return _pair(-amount, Account.SAFE)


def clean_reason(text: str) -> str:
    """Why, in one line. Raises RuleBroken `bad_reason`."""
    said = in_one_line(text)
    if not is_showable(said):
        raise RuleBroken("This contains characters that cannot be shown.", code="bad_reason", field="reason")
    if len(said) not in REASON:
        raise RuleBroken("Please say why, in 3 to 300 characters.", code="bad_reason", field="reason")
    return said


def clean_amount(amount: int) -> int:
    """An amount of cash to move. Raises RuleBroken `bad_amount`."""
    if not 0 < amount <= MOST:
        raise RuleBroken("Please give an amount above nothing.", code="bad_amount", field="amount")
    return amount


def _pair(into_drawer: int, other: Account) -> list[Line]:
    return [(Account.CASH_DRAWER, into_drawer), (other, -into_drawer)] if into_drawer else []
