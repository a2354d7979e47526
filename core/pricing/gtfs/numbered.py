"""Zones that are not places but numbers: some feeds call the first call of a route P1, the next P2, and so on. Pure."""

import re
from collections.abc import Collection, Sequence
from itertools import combinations

_NUMBERED = re.compile(r"(\D*)([1-9][0-9]{0,3})")


def numbered_zones(pairs: Collection[tuple[str, str]], ways: Sequence[Sequence[str]]) -> list[str] | None:
    """The zone of each call of a route, in order, when its fares are given by the numbers of calls; else None.

    That is taken for granted only where nothing is left over: one way with n calls, zones numbered 1 to n after one
    prefix, and a fare from each to every later one and to no other.
    """
    if len(ways) != 1:
        return None
    found = {zone: _NUMBERED.fullmatch(zone) for pair in pairs for zone in pair}
    prefixes = {match and match[1] for match in found.values()}
    if len(prefixes) != 1 or None in prefixes:
        return None
    names = [f"{prefixes.copy().pop()}{number}" for number in range(1, len(ways[0]) + 1)]
    return names if set(pairs) == set(combinations(names, 2)) else None
