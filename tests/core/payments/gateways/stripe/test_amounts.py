"""Amounts survive the way to Stripe and back in every currency."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.money import Money
from core.payments.gateways.stripe.amounts import house_money, stripe_amount


@pytest.mark.parametrize(
    ("money", "theirs"),
    [
        (Money(2500, "EUR"), 2500),
        (Money(2500, "JPY"), 2500),
        (Money(120, "RSD"), 12000),
        (Money(120, "ISK"), 12000),
        (Money(120, "UGX"), 12000),
        (Money(2500, "KWD"), 2500),
    ],
)
def test_stripe_counts_decimals_in_its_own_way(money: Money, theirs: int) -> None:
    assert stripe_amount(money) == theirs
    assert house_money(theirs, money.currency.lower()) == money


@given(
    st.integers(1, 10**9), st.sampled_from(["EUR", "RON", "JPY", "RSD", "ISK", "UGX", "KWD", "HUF", "TWD"])
)
def test_there_and_back_again(amount: int, currency: str) -> None:
    assert house_money(stripe_amount(Money(amount, currency)), currency) == Money(amount, currency)
