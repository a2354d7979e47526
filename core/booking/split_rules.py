"""How a price is divided among the parts that a customer asks for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.booking.errors import BadPassenger
from core.kernel.money import Money
from core.payments.words import Method

MOST_PARTS = 4
#: Taken at once; any other method waits for its gateway.
_AT_HAND = frozenset({Method.VOUCHER, Method.CASH})


@dataclass(frozen=True, slots=True)
class PartRequest:
    """One part: minor units, or None for what a voucher has and, for others, what the rest leaves over."""

    method: str
    amount: int | None = None
    voucher_code: str | None = None


def divide(total: Money, parts: Sequence[PartRequest], balances: Sequence[int]) -> list[int]:
    """The amount of each part; together exactly the total. `balances` are what the parts' vouchers have.

    One part at most waits for a gateway, so that nobody is asked to pay on two pages at once.
    Raises BadPassenger `bad_parts`, with `rest` when the parts do not come to the price.
    """
    if not 1 <= len(parts) <= MOST_PARTS:
        _refuse(f"Please pay in at most {MOST_PARTS} parts.")
    if sum(part.method not in _AT_HAND for part in parts) > 1:
        _refuse("Only one part can be paid by card or on a page.")
    amounts = [part.amount or 0 for part in parts]
    if any(part.amount is not None and part.amount <= 0 for part in parts):
        _refuse("Every part has to be more than nothing.")
    for place, (part, balance) in enumerate(zip(parts, balances, strict=True)):
        if part.amount is None and part.method == Method.VOUCHER:
            amounts[place] = max(0, min(balance, total.amount - sum(amounts)))
    open_ones = [n for n, part in enumerate(parts) if part.amount is None and part.method != Method.VOUCHER]
    if len(open_ones) > 1:
        _refuse("Only one part can be the rest; please give the others an amount.")
    for place in open_ones:
        amounts[place] = max(0, total.amount - sum(amounts))
    rest = total.amount - sum(amounts)
    if rest:
        raise BadPassenger(
            "The parts do not add up to the price.",
            code="bad_parts",
            field="parts",
            rest=Money(rest, total.currency).as_json(),
        )
    if not all(amounts):
        _refuse("A part of nothing is not needed.")
    return amounts


def _refuse(message: str) -> None:
    raise BadPassenger(message, code="bad_parts", field="parts")
