"""What stands on invoices and credit notes: the taxes of all of them are those of the whole price."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.booking.invoice_rules import credit_lines, difference_lines, whole_lines

AMOUNTS = st.integers(0, 10**6)


def quote(fare: int, **taxes: int) -> dict[str, Any]:
    """A price with the taxes that are contained in it, by label."""
    contained = [
        {"kind": "tax", "label": label, "amount": tax, "included": True} for label, tax in taxes.items()
    ]
    return {"total": fare, "lines": [{"kind": "fare", "label": "1 adult", "amount": fare}, *contained]}


def amounts(lines: list[dict[str, Any]], *, included: bool) -> dict[str, int]:
    return {line["label"]: line["amount"] for line in lines if line["included"] is included}


def test_a_difference_says_how_much_more_and_the_tax_that_came_with_it() -> None:
    lines = difference_lines(quote(2900, vat=164), 300, [whole_lines(quote(2600, vat=147))])

    assert amounts(lines, included=False) == {"Difference to the fare that was paid": 300}
    assert amounts(lines, included=True) == {"vat": 17}


def test_another_rate_of_tax_takes_the_place_of_the_one_that_was_invoiced() -> None:
    lines = difference_lines(quote(2900, vat23=542), 300, [whole_lines(quote(2600, vat6=147))])

    assert amounts(lines, included=True) == {"vat23": 542, "vat6": -147}


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_the_taxes_of_all_invoices_are_those_of_the_price(first: int, second: int, last: int) -> None:
    invoices = [whole_lines(quote(first, vat=first // 17))]
    for fare in (first + second, first + second + last):
        invoices.append(difference_lines(quote(fare, vat=fare // 17), 1, invoices))

    taxes = sum(amounts(lines, included=True).get("vat", 0) for lines in invoices)
    assert taxes == (first + second + last) // 17


@given(AMOUNTS, st.integers(0, 1000), st.integers(0, 1000))
def test_a_credit_note_divides_its_tax_like_the_price_and_loses_no_cent(
    back: int, one: int, two: int
) -> None:
    lines = credit_lines(quote(10**6, one=one, two=two), back, back // 17)

    assert amounts(lines, included=False) == {"Refund": -back}
    assert sum(amounts(lines, included=True).values()) == (-(back // 17) if one + two else 0)
