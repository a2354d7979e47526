"""Change: what may come in so that everything too much can be given back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.peripherals.rules import acceptable, as_much_as_possible, make_change, offer

EURO = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
FULL = dict.fromkeys((10, 20, 50, 100, 200, 500, 1000), 20)


def test_change_is_made_of_the_largest_pieces():
    assert make_change(2470, FULL) == {1000: 2, 200: 2, 50: 1, 20: 1}
    assert make_change(0, FULL) == {}
    assert make_change(3, FULL) is None


def test_change_is_found_where_the_largest_piece_first_leads_nowhere():
    assert make_change(60, {50: 1, 20: 3}) == {20: 3}


def test_what_cannot_be_made_whole_is_given_as_far_as_it_goes():
    assert as_much_as_possible(2470, {1000: 1, 200: 1}) == 1200
    assert as_much_as_possible(50, {}) == 0


def test_only_what_change_can_be_given_for_comes_in():
    assert acceptable(2600, 0, EURO, FULL) == EURO
    assert acceptable(2600, 0, EURO, {}) == (5, 10, 20, 50, 100, 200, 500, 1000, 2000)
    assert acceptable(2600, 2500, EURO, {100: 1}) == (5, 10, 20, 50, 100, 200)
    assert acceptable(2600, 2600, EURO, FULL) == ()


@pytest.mark.parametrize(
    ("wanted", "pieces", "said"),
    [
        (2600, FULL, "any"),
        (2600, {}, "exact"),
        (2603, {}, "none"),  # no piece is smaller than 5 cents
        (2603, {1: 2}, "any"),  # 26.05 less two cents
        (2600, {5: 1}, "any"),
    ],
)
def test_whether_cash_is_offered_is_known_before(wanted, pieces, said):
    assert offer(wanted, EURO, pieces) == said


@given(
    amount=st.integers(0, 400),
    pieces=st.dictionaries(st.sampled_from((1, 5, 10, 20, 50, 100)), st.integers(0, 4), max_size=6),
)
def test_change_comes_to_the_amount_out_of_what_is_there(amount, pieces):
    found = make_change(amount, pieces)
    most = as_much_as_possible(amount, pieces)

    if found is None:
        assert most < amount
    else:
        assert most == amount == sum(value * count for value, count in found.items())
        assert all(count <= pieces[value] for value, count in found.items())


@given(
    wanted=st.integers(1, 60).map(lambda n: n * 50),
    pieces=st.dictionaries(st.sampled_from((50, 100, 500, 1000)), st.integers(0, 3), max_size=4),
    choices=st.lists(st.integers(0, 9), max_size=80),
)
def test_whatever_is_put_in_what_is_too_much_can_be_given_back(wanted, pieces, choices):
    """A traveller puts in whatever the box takes: it never comes to owe what it cannot give."""
    values = (50, 100, 500, 1000, 2000)
    inserted = 0
    for choice in choices:
        allowed = acceptable(wanted, inserted, values, pieces)
        if not allowed:
            break
        inserted += allowed[choice % len(allowed)]
    if inserted > wanted:
        assert make_change(inserted - wanted, pieces) is not None
