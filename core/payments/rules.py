"""How money is booked: pure functions that turn a fact of money into lines of the ledger.

Debits are positive and credits negative minor units; the lines of one fact always sum to zero, and an account
stands in them at most once. Lines of nothing are left out.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from core.kernel.money import portion
from core.payments.words import Account

Line = tuple[Account, int]


class PostingKind(StrEnum):
    """What fact of money a posting tells of."""

    SALE = "sale"
    CANCELLATION = "cancellation"
    EXCHANGE = "exchange"
    REFUND_DUE = "refund_due"
    REFUND_PAID = "refund_paid"
    PART = "part"
    VOUCHER_ISSUED = "voucher_issued"
    FLOAT = "float"
    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"
    OVER_SHORT = "over_short"
    DRAWER_EMPTIED = "drawer_emptied"
    CASH_INSERTED = "cash_inserted"
    CASH_USED = "cash_used"
    CASH_PAID_OUT = "cash_paid_out"


_RECEIVED = {"cash": Account.CASH_DRAWER, "voucher": Account.VOUCHER_LIABILITY}


def account_received(gateway: str) -> Account:
    """Where a payment of this gateway lies until the bank has it."""
    return _RECEIVED.get(gateway, Account.GATEWAY_RECEIVABLE)


def sale_lines(quote: Mapping[str, Any], received: Account) -> list[Line]:
    """A sale at the price of a frozen quote (`Quote.as_json()`): money in; revenue, fees and taxes out.

    A tax line counts whether it is `included` in the fare or comes on top; what the total has beyond fees and taxes
    is the revenue: fares, seats and discounts without the tax that they contain.
    """
    total = int(quote["total"])
    fees = _sum_of("fee", quote)
    taxes = _sum_of("tax", quote)
    revenue = total - fees - taxes
    return _some(
        (received, total), (Account.REVENUE, -revenue), (Account.FEES, -fees), (Account.TAXES, -taxes)
    )


def part_of_sale_lines(quote: Mapping[str, Any], before: int, amount: int, received: Account) -> list[Line]:
    """``amount`` of a sale after ``before`` of it: the mirror of `cancellation_lines`, received in this account."""
    taken_back = cancellation_lines(quote, before, amount)
    return [
        (received if account == Account.REFUNDS_DUE else account, -value) for account, value in taken_back
    ]


def cancellation_lines(quote: Mapping[str, Any], before: int, amount: int) -> list[Line]:
    """Part of a sale is taken back: ``amount`` after ``before`` of it had been; what is kept stays where it was.

    Revenue, fees and taxes go back in the proportions of the sale, counted from its beginning, so that however many
    parts it is taken back in, taking back all of it leaves nothing behind.
    """
    total = int(quote["total"])
    parts = [(Account.FEES, _sum_of("fee", quote)), (Account.TAXES, _sum_of("tax", quote))]
    back = [
        (account, portion(part, before + amount, total) - portion(part, before, total))
        for account, part in parts
        if part
    ]
    revenue = amount - sum(part for _, part in back)
    return _some((Account.REVENUE, revenue), *back, (Account.REFUNDS_DUE, -amount))


def refund_due_lines(amount: int, received: Account) -> list[Line]:
    """Money came that buys nothing (too late, or twice): it is owed back from the start and is never revenue."""
    return _some((received, amount), (Account.REFUNDS_DUE, -amount))


def part_lines(amount: int, received: Account) -> list[Line]:
    """Part of a price came and waits for the rest."""
    return _some((received, amount), (Account.PREPAYMENTS, -amount))


def voucher_lines(amount: int, *, sold: bool) -> list[Line]:
    """A voucher is owed its value from the start; nobody's money came for one that was given away."""
    return _some(
        (Account.CASH_DRAWER if sold else Account.GOODWILL, amount), (Account.VOUCHER_LIABILITY, -amount)
    )


def refund_paid_lines(amount: int, paid_from: Account) -> list[Line]:
    """What was owed has been given back."""
    return _some((Account.REFUNDS_DUE, amount), (paid_from, -amount))


def inserted_lines(amount: int, lies_in: Account) -> list[Line]:
    """A piece of cash lies in a kiosk's box and has bought nothing yet. Below nothing: it was given back or used."""
    return _some((lies_in, amount), (Account.INTAKE, -amount))


def is_balanced(lines: Sequence[Line]) -> bool:
    """Whether debits and credits are equal, as the database asks of every posting."""
    return sum(amount for _, amount in lines) == 0


def _sum_of(kind: str, quote: Mapping[str, Any]) -> int:
    return sum(int(line["amount"]) for line in quote["lines"] if line["kind"] == kind)


def _some(*lines: Line) -> list[Line]:
    return [line for line in lines if line[1]]
