"""Change: which coins and notes may be let in so that everything too much can be given back. Pure.

Amounts and denominations are minor units of one currency; a float says how many pieces of each there are.
"""

from collections.abc import Collection, Mapping
from math import gcd

Float = Mapping[int, int]


def make_change(amount: int, pieces: Float) -> dict[int, int] | None:
    """Pieces that come to exactly ``amount``, the largest first; None when there are none such."""
    values = sorted((value for value, count in pieces.items() if count > 0), reverse=True)
    dead: set[tuple[int, int]] = set()

    def search(index: int, left: int) -> dict[int, int] | None:
        if left == 0:
            return {}
        if index == len(values) or (index, left) in dead:
            return None
        value = values[index]
        for count in range(min(pieces[value], left // value), -1, -1):
            found = search(index + 1, left - count * value)
            if found is not None:
                return {value: count, **found} if count else found
        dead.add((index, left))
        return None

    return search(0, amount) if amount >= 0 else None


def as_much_as_possible(amount: int, pieces: Float) -> int:
    """The largest sum up to ``amount`` that the pieces can make."""
    reachable = {0}
    for value, count in pieces.items():
        for _ in range(min(count, amount // value) if value > 0 else 0):
            more = {total + value for total in reachable if total + value <= amount} - reachable
            if not more:
                break
            reachable |= more
    return max(reachable)


def acceptable(wanted: int, inserted: int, values: Collection[int], pieces: Float) -> tuple[int, ...]:
    """Which denominations may come in next, smallest first: those after which what is too much can be given back."""
    missing = wanted - inserted
    if missing <= 0:
        return ()
    return tuple(v for v in sorted(values) if v <= missing or make_change(v - missing, pieces) is not None)


def offer(wanted: int, values: Collection[int], pieces: Float) -> str:
    """How cash can be taken for this price: `any`, `exact` (no change can be given) or `none`.

    `any` as soon as one piece, or the smallest one on top of an exact sum, may be more than what is missing.
    """
    if wanted <= 0 or not values:
        return "none"
    if any(v > wanted for v in acceptable(wanted, 0, values, pieces)) or _overpaid(wanted, values, pieces):
        return "any"
    return "exact" if _reachable(wanted, values) else "none"


def _overpaid(wanted: int, values: Collection[int], pieces: Float) -> bool:
    """Whether a sum of pieces a little above the price leaves change that can be given."""
    most = max(values)
    sums = _sums(wanted + most, values)
    return any(total > wanted and make_change(total - wanted, pieces) is not None for total in sums)


def _reachable(wanted: int, values: Collection[int]) -> bool:
    return wanted in _sums(wanted, values)


def _sums(most: int, values: Collection[int]) -> list[int]:
    """Every sum of any number of pieces up to ``most``, counted in steps of the smallest common part."""
    step = gcd(*values)
    top = most // step
    reach = bytearray(top + 1)
    reach[0] = 1
    for value in sorted(values):
        part = value // step
        for at in range(part, top + 1):
            if reach[at - part]:
                reach[at] = 1
    return [at * step for at in range(top + 1) if reach[at]]
