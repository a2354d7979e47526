"""Lines of the ledger balance, whatever was sold."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.payments.rules import (
    account_received,
    is_balanced,
    refund_due_lines,
    refund_paid_lines,
    sale_lines,
)
from core.payments.words import Account
from core.pricing.rules import Quote, QuoteLine

CARD = Account.GATEWAY_RECEIVABLE


def quote(*lines: QuoteLine) -> dict[str, Any]:
    """The frozen quote of these lines."""
    return Quote("RON", lines, sum(line.amount for line in lines if not line.included)).as_json()


quote_lines = st.builds(
    QuoteLine,
    kind=st.sampled_from(["fare", "seat", "fee", "tax", "discount"]),
    label=st.just("a line"),
    amount=st.integers(-(10**12), 10**12),
    included=st.booleans(),
)


@given(st.lists(quote_lines, max_size=12), st.sampled_from([CARD, Account.CASH_DRAWER]))
def test_sale_of_any_quote_balances_and_receives_its_total(lines: list[QuoteLine], received: Account) -> None:
    made = quote(*lines)
    booked = sale_lines(made, received)
    assert is_balanced(booked)
    assert dict(booked).get(received, 0) == made["total"]
    assert len({account for account, _ in booked}) == len(booked)
    assert all(amount for _, amount in booked)


@given(st.integers(1, 10**12))
def test_refunds_balance_and_owe_nothing_in_the_end(amount: int) -> None:
    due, paid = refund_due_lines(amount, CARD), refund_paid_lines(amount, CARD)
    assert is_balanced(due)
    assert is_balanced(paid)
    left = {account: dict(due).get(account, 0) + dict(paid).get(account, 0) for account in Account}
    assert not any(left.values())


def test_contained_tax_is_taken_out_of_the_revenue() -> None:
    sold = quote(
        QuoteLine("fare", "1 adult", 4800),
        QuoteLine("seat", "Seat 1A", 200),
        QuoteLine("discount", "Early bird", -1000),
        QuoteLine("fee", "Booking fee", 300),
        QuoteLine("tax", "of which VAT 19 %", 687, included=True),
    )
    assert dict(sale_lines(sold, CARD)) == {
        CARD: 4300,
        Account.REVENUE: -(4000 - 687),
        Account.FEES: -300,
        Account.TAXES: -687,
    }


def test_added_tax_leaves_the_revenue_alone() -> None:
    sold = quote(QuoteLine("fare", "1 adult", 1000), QuoteLine("tax", "Sales tax", 80))
    assert dict(sale_lines(sold, CARD)) == {CARD: 1080, Account.REVENUE: -1000, Account.TAXES: -80}


def test_a_free_ticket_moves_no_money() -> None:
    assert sale_lines(quote(QuoteLine("fare", "1 infant", 0)), CARD) == []


def test_cash_lies_in_the_drawer_and_all_else_with_its_gateway() -> None:
    assert account_received("cash") is Account.CASH_DRAWER
    assert account_received("simulated") is CARD
