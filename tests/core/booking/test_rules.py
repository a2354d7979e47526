"""Rules of selling: references, texts, times, refunds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.booking.errors import BadPassenger, NoMoreExtensions, SalesClosed
from core.booking.rules import (
    check_sales_open,
    clean_text,
    extended,
    is_reference,
    last_moment,
    make_reference,
    with_grace,
)
from core.kernel.codes import ALPHABET, plain
from core.tickets.rules import grouped_reference

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
references = st.builds(
    make_reference, st.sampled_from(ALPHABET), st.dates(date(2024, 1, 1), date(2100, 1, 1))
)


@given(references)
def test_a_reference_has_twelve_unambiguous_characters_and_survives_being_spoken(reference: str) -> None:
    assert len(reference) == 12
    assert not set(reference) & set("0O1IL")
    assert is_reference(reference)
    assert plain(grouped_reference(reference).lower()) == reference


@given(references, st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(reference: str, place: int, char: str) -> None:
    wrong = reference[:place] + char + reference[place + 1 :]
    assert is_reference(wrong) == (wrong == reference)


@given(references, st.integers(0, 10))
def test_swapped_neighbours_are_noticed(reference: str, place: int) -> None:
    swapped = reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]
    assert is_reference(swapped) == (swapped == reference)


@given(st.text(max_size=30))
def test_any_text_is_a_reference_or_not(text: str) -> None:
    assert is_reference(text) in (True, False)


@given(st.text(max_size=300))
def test_a_text_is_cleaned_or_refused(text: str) -> None:
    try:
        clean = clean_text(text, "name")
    except BadPassenger:
        return
    assert clean is None or (clean == clean.strip() and "\x00" not in clean and len(clean) <= 200)


def test_sales_close_so_many_minutes_before_departure() -> None:
    check_sales_open(NOON - timedelta(minutes=5, microseconds=1), NOON, 5)
    with pytest.raises(SalesClosed):
        check_sales_open(NOON - timedelta(minutes=5), NOON, 5)
    check_sales_open(NOON + timedelta(minutes=9), NOON, -10)


def test_extensions_are_counted() -> None:
    later = NOON + timedelta(hours=1)
    assert extended(NOON, 1, 5, 2, later) == NOON + timedelta(minutes=5)
    with pytest.raises(NoMoreExtensions):
        extended(NOON, 2, 5, 2, later)


def test_no_extension_goes_beyond_the_last_moment() -> None:
    assert extended(NOON, 0, 5, 2, NOON + timedelta(minutes=3)) == NOON + timedelta(minutes=3)
    with pytest.raises(NoMoreExtensions):
        extended(NOON, 0, 5, 2, NOON)


def test_the_last_moment_is_departure_or_the_close_of_sales_after_the_start() -> None:
    assert last_moment(NOON, 5) == NOON
    assert last_moment(NOON, -10) == NOON + timedelta(minutes=10)


@given(st.integers(0, 900), st.integers(0, 30), st.integers(-900, 3600))
def test_grace_never_shortens_and_adds_at_most_its_minutes(seconds: int, minutes: int, left: int) -> None:
    ends, last = NOON + timedelta(seconds=seconds), NOON + timedelta(seconds=left)
    given_until = with_grace(NOON, ends, minutes, last)
    assert ends <= given_until <= ends + timedelta(minutes=minutes)
    assert given_until <= max(ends, last)
