"""What comes back by the ladder, and what each passenger's share of the price is."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.booking.cancellation_rules import Terms, shares, terms_at
from core.booking.errors import CancellationClosed
from core.pricing.rules import Quote, QuoteLine
from core.trades.catalogue import trade_of


@pytest.mark.parametrize(
    ("trade", "before", "expected"),
    [
        ("bus", timedelta(hours=24, seconds=1), Terms(100)),
        ("bus", timedelta(hours=24), Terms(50)),
        ("flight", timedelta(days=2), Terms(100, 5000)),
        ("flight", timedelta(hours=13), Terms(50)),
        ("cinema", timedelta(seconds=1), Terms(100)),
    ],
)
def test_refund_ladders_of_the_trades(trade: str, before: timedelta, expected: Terms) -> None:
    ladder = [step.as_json() for step in trade_of(trade).policy.refund_ladder]
    assert terms_at(ladder, before) == expected


@pytest.mark.parametrize(("trade", "before"), [("bus", 2), ("flight", 12), ("cinema", 0), ("bus", -1)])
def test_after_the_last_step_nothing_is_cancelled(trade: str, before: int) -> None:
    ladder = [step.as_json() for step in trade_of(trade).policy.refund_ladder]
    with pytest.raises(CancellationClosed):
        terms_at(ladder, timedelta(hours=before))


@pytest.mark.parametrize(
    ("terms", "paid", "back"),
    [
        (Terms(100), 2600, 2600),
        (Terms(50), 2601, 1301),
        (Terms(100, 5000), 12_000, 7000),
        (Terms(100, 5000), 3000, 0),
        (Terms(0), 2600, 0),
    ],
)
def test_what_comes_back(terms: Terms, paid: int, back: int) -> None:
    assert terms.refund(paid) == back


@given(
    fares=st.lists(st.integers(0, 10**6), min_size=1, max_size=9),
    fee=st.integers(0, 1000),
    discount=st.integers(-1000, 0),
)
def test_shares_add_up_to_the_price(fares: list[int], fee: int, discount: int) -> None:
    own = [QuoteLine("fare", "1 adult", fare, "adult", place) for place, fare in enumerate(fares)]
    common = [QuoteLine("fee", "Booking fee", fee), QuoteLine("discount", "Offer", discount)]
    contained = QuoteLine("tax", "of which VAT", sum(fares) // 10, included=True)
    quote = Quote("EUR", (*own, *common, contained), sum(fares) + fee + discount)

    found = shares(quote, range(len(fares)))

    assert sum(found.values()) == quote.total
    assert all(abs(found[n] - fare - (fee + discount) / len(fares)) <= 1 for n, fare in enumerate(fares))
