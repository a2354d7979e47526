"""The arithmetic of a drawer: counts, differences and the lines they become."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import RuleBroken
from core.payments.rules import is_balanced
from core.payments.words import Account
from core.till.denominations import denominations
from core.till.rules import (
    MOST_PIECES,
    amount_of,
    clean_count,
    clean_reason,
    emptied_lines,
    movement_lines,
    needs_approval,
    over_short_lines,
    pieces_of,
    state_of,
    variance,
)
from core.till.words import MovementKind, ShiftState

CURRENCIES = [
    "AED",
    "BGN",
    "BRL",
    "CAD",
    "CHF",
    "CZK",
    "EUR",
    "GBP",
    "HUF",
    "JPY",
    "PLN",
    "RON",
    "SEK",
    "TRY",
    "USD",
    "XAF",
]
currencies = st.sampled_from(CURRENCIES)
amounts = st.integers(0, 10**9)


def counts(currency: str) -> st.SearchStrategy[dict[int, int]]:
    return st.dictionaries(st.sampled_from(denominations(currency)), st.integers(0, 500))


@given(currencies.flatmap(lambda each: st.tuples(st.just(each), counts(each), counts(each))))
def test_counting_two_heaps_is_counting_both(case: tuple[str, dict[int, int], dict[int, int]]) -> None:
    currency, first, second = case
    both = {each: first.get(each, 0) + second.get(each, 0) for each in denominations(currency)}
    assert amount_of(both) == amount_of(first) + amount_of(second)
    assert amount_of(clean_count(both, currency)) == amount_of(both), (
        "what is none of is left out, and nothing else"
    )


@given(currencies, amounts)
def test_pieces_come_to_the_amount_as_far_as_there_are_any(currency: str, amount: int) -> None:
    rest = amount - amount_of(pieces_of(amount, currency))
    assert 0 <= rest < min(denominations(currency))


@given(amounts, amounts, st.lists(st.tuples(st.sampled_from(MovementKind), st.integers(1, 10**6))))
def test_a_drawer_ends_empty_and_every_step_balances(
    opening: int, counted: int, moves: list[tuple[MovementKind, int]]
) -> None:
    """Float in, movements, over or short, emptied: the drawer is what was counted in between, and nothing in the end."""
    steps = [movement_lines(MovementKind.PUT_IN, opening), *(movement_lines(*move) for move in moves)]
    expected = sum(dict(lines).get(Account.CASH_DRAWER, 0) for lines in steps)
    steps += [over_short_lines(variance(expected, counted)), emptied_lines(counted)]
    drawer = [dict(lines).get(Account.CASH_DRAWER, 0) for lines in steps]

    assert all(is_balanced(lines) for lines in steps)
    assert sum(drawer[:-1]) == counted
    assert sum(drawer) == 0
    assert sum(dict(lines).get(Account.OVER_SHORT, 0) for lines in steps) == expected - counted


@pytest.mark.parametrize(
    ("difference", "limit", "needed"), [(0, 0, False), (500, 500, False), (-500, 500, False), (501, 500, True), (-501, 500, True), (1, 0, True)]
)  # fmt: skip
def test_a_difference_beyond_the_limit_needs_approval_over_or_short(
    difference: int, limit: int, needed: bool
) -> None:
    assert needs_approval(difference, limit) is needed


def test_how_a_shift_stands() -> None:
    assert state_of(closed=False, approved=False, difference=0, limit=0) == ShiftState.OPEN
    assert state_of(closed=True, approved=False, difference=3, limit=5) == ShiftState.CLOSED
    assert state_of(closed=True, approved=False, difference=-6, limit=5) == ShiftState.TO_APPROVE
    assert state_of(closed=True, approved=True, difference=-6, limit=5) == ShiftState.APPROVED


@pytest.mark.parametrize("count", [{3: 1}, {500: -1}, {500: MOST_PIECES + 1}, {0: 1}])
def test_a_count_that_cannot_be_is_refused(count: dict[int, int]) -> None:
    with pytest.raises(RuleBroken) as refused:
        clean_count(count, "EUR")
    assert refused.value.code == "bad_count"


@pytest.mark.parametrize("reason", ["", "ab", " \n ", "x" * 301])
def test_a_reason_says_something(reason: str) -> None:
    with pytest.raises(RuleBroken):
        clean_reason(reason)


@pytest.mark.parametrize("currency", CURRENCIES)
def test_denominations_go_down_and_none_comes_twice(currency: str) -> None:
    known = denominations(currency)
    assert list(known) == sorted(set(known), reverse=True)
