"""A price in parts: they come to it exactly, or are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.booking.errors import BadPassenger
from core.booking.split_rules import PartRequest, divide
from core.kernel.money import Money

TOTAL = Money(2600, "EUR")
CARD, CASH, VOUCHER = PartRequest("card"), PartRequest("cash"), PartRequest("voucher", None, "x")


@pytest.mark.parametrize(
    ("parts", "balances", "amounts"),
    [
        ((VOUCHER,), (5000,), [2600]),
        ((VOUCHER, CARD), (1000, 0), [1000, 1600]),
        ((CARD, VOUCHER), (0, 1000), [1600, 1000]),
        ((VOUCHER, VOUCHER, CARD), (1000, 2000, 0), None),
        ((VOUCHER, VOUCHER, CARD), (1000, 500, 0), [1000, 500, 1100]),
        ((PartRequest("cash", 600), CARD), (0, 0), [600, 2000]),
        ((PartRequest("voucher", 100, "x"), CASH), (5000, 0), [100, 2500]),
    ],
)
def test_who_names_no_amount_takes_what_is_left(
    parts: tuple[PartRequest, ...], balances: tuple[int, ...], amounts: list[int] | None
) -> None:
    if amounts is None:
        with pytest.raises(BadPassenger, match="not needed"):
            divide(TOTAL, parts, balances)
    else:
        assert divide(TOTAL, parts, balances) == amounts


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (CASH,) * 5,
        (CARD, PartRequest("phone")),
        (CARD, CASH),
        (PartRequest("cash", 0), CARD),
        (PartRequest("cash", -100), CARD),
        (PartRequest("cash", 2600), CARD),
        (PartRequest("cash", 100),),
        (PartRequest("cash", 2601),),
        (PartRequest("cash", 3000), CARD),
    ],
)
def test_parts_that_make_no_price_are_refused(parts: tuple[PartRequest, ...]) -> None:
    with pytest.raises(BadPassenger) as caught:
        divide(TOTAL, parts, [0] * len(parts))
    assert (caught.value.code, caught.value.details["field"]) == ("bad_parts", "parts")


def test_a_voucher_that_does_not_reach_says_what_is_missing() -> None:
    with pytest.raises(BadPassenger) as caught:
        divide(TOTAL, [VOUCHER], [1000])
    assert caught.value.details["rest"] == {"amount": 1600, "currency": "EUR"}


_PARTS = st.lists(
    st.builds(
        PartRequest,
        st.sampled_from(["card", "cash", "voucher"]),
        st.none() | st.integers(-10, 4000),
        st.just("x"),
    ),
    max_size=5,
)


@given(_PARTS, st.lists(st.integers(0, 4000), min_size=5, max_size=5))
def test_whatever_is_asked_for_the_parts_are_positive_and_come_to_the_price(
    parts: list[PartRequest], balances: list[int]
) -> None:
    try:
        amounts = divide(TOTAL, parts, balances[: len(parts)])
    except BadPassenger:
        return
    assert sum(amounts) == TOTAL.amount
    assert all(amount > 0 for amount in amounts)
