"""Money: whole minor units, exact."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.money import Money, format_amount, format_money, from_major, portion, to_major


def test_there_are_no_floats() -> None:
    with pytest.raises(TypeError):
        Money(25.0, "EUR")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="EUR with RON"):
        Money(1, "EUR") + Money(1, "RON")


@pytest.mark.parametrize(
    ("money", "language", "text"),
    [
        (Money(4800, "RON"), "en", "RON\xa048.00"),
        (Money(4800, "RON"), "ro", "48,00\xa0RON"),
        (Money(1234567, "JPY"), "en", "¥1,234,567"),
        (Money(1500, "KWD"), "en", "KWD\xa01.500"),
    ],
)
def test_written_as_people_write_it(money: Money, language: str, text: str) -> None:
    assert format_money(money, language) == text


def test_without_the_currency_for_columns() -> None:
    assert format_amount(Money(184205, "RON"), "ro") == "1.842,05"
    assert format_amount(Money(500, "JPY")) == "500"


@given(st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_major_units_and_back(amount: int, currency: str) -> None:
    money = Money(amount, currency)
    assert from_major(to_major(money), currency) == money


def test_more_decimals_than_the_currency_has() -> None:
    with pytest.raises(ValueError, match="more decimals"):
        from_major(Decimal("1.005"), "EUR")


@given(st.integers(-(10**12), 10**12), st.integers(0, 1000), st.integers(1, 1000))
def test_a_portion_is_the_nearest_whole_unit_halves_away_from_zero(
    amount: int, top: int, bottom: int
) -> None:
    exact = Fraction(amount * top, bottom)
    rounded = portion(amount, top, bottom)
    assert abs(rounded - exact) <= Fraction(1, 2)
    assert portion(-amount, top, bottom) == -rounded
