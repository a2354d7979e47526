"""Zones that number the calls of a route."""

from itertools import combinations

import pytest

from core.pricing.gtfs.numbered import numbered_zones

WAY = ("a", "b", "c")
WHOLE = set(combinations(("P1", "P2", "P3"), 2))


def test_a_fare_from_each_number_to_each_later_one_is_a_fare_of_calls() -> None:
    assert numbered_zones(WHOLE, [WAY]) == ["P1", "P2", "P3"]


@pytest.mark.parametrize(
    ("pairs", "ways"),
    [
        pytest.param(WHOLE - {("P1", "P3")}, [WAY], id="a pair is missing"),
        pytest.param(WHOLE | {("P3", "P1")}, [WAY], id="a pair is backwards"),
        pytest.param(WHOLE, [("a", "b")], id="more numbers than calls"),
        pytest.param(WHOLE, [WAY, ("c", "b", "a")], id="two ways: which of them is numbered?"),
        pytest.param(WHOLE, [], id="no trip"),
        pytest.param({("P1", "Q2"), ("P1", "P3"), ("Q2", "P3")}, [WAY], id="two prefixes"),
        pytest.param({("north", "south")}, [("a", "b")], id="names, not numbers"),
        pytest.param({("P0", "P1")}, [("a", "b")], id="numbers from nought"),
    ],
)
def test_whatever_does_not_fit_exactly_is_not_taken_for_numbers(
    pairs: set[tuple[str, str]], ways: list[tuple[str, ...]]
) -> None:
    assert numbered_zones(pairs, ways) is None
