"""Ticket numbers and how references are written."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.codes import ALPHABET, check_character
from core.tickets.rules import (
    grouped_number,
    grouped_reference,
    new_number,
    plain_number,
    validity,
)

bodies = st.text(ALPHABET, min_size=11, max_size=11)


def test_alphabet_has_31_characters_that_nobody_mistakes():
    assert len(set(ALPHABET)) == 31
    assert not set("01OIL") & set(ALPHABET)


def test_numbers_are_random_and_check_themselves():
    numbers = {new_number() for _ in range(1000)}

    assert len(numbers) == 1000
    assert all(plain_number(number) == number for number in numbers)


@given(bodies, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(body: str, at: int, other: str):
    number = body + check_character(body)
    wrong = number[:at] + other + number[at + 1 :]

    assert plain_number(wrong) == (number if wrong == number else None)


@given(bodies, st.integers(0, 10))
def test_two_swapped_neighbours_are_noticed(body: str, at: int):
    number = body + check_character(body)
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    assert plain_number(swapped) == (number if swapped == number else None)


def test_a_number_is_understood_however_it_is_typed():
    number = new_number()

    assert plain_number(f" {grouped_number(number).lower()} ") == number


@pytest.mark.parametrize(
    "typed", ["", "0", "OOOO-OOOO-OOOO", "é" * 12, "A" * 4000, "\x00" * 12, "ＡＢＣ" * 4]
)
def test_what_is_no_number_is_refused(typed: str):
    assert plain_number(typed) is None


def test_references_are_grouped_for_reading_and_a_pnr_stays_as_it_is():
    assert grouped_reference("B4KX7QM2TRA9") == "B-4KX-7QM2TRA-9"
    assert grouped_reference("X7QM2T") == "X7QM2T"


def test_a_ticket_is_good_from_a_day_before_to_a_day_after():
    leaves = datetime(2026, 11, 20, 12, 45, tzinfo=UTC)

    assert validity(leaves, leaves + timedelta(hours=3)) == (
        leaves - timedelta(hours=24),
        leaves + timedelta(hours=27),
    )
