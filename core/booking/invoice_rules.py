"""What stands on invoices and credit notes, pure. Amounts are minor units; lines are {label, amount, included}, where an
included one (a tax) says what is contained in the others. No I/O.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from core.kernel.money import portion

Line = dict[str, Any]


def whole_lines(quote: Mapping[str, Any]) -> list[Line]:
    """All of a sale, as it was priced (`Quote.as_json()`)."""
    return [_line(each["label"], each["amount"], each.get("included", False)) for each in quote["lines"]]


def difference_lines(
    quote: Mapping[str, Any], missing: int, invoiced: Iterable[Sequence[Line]]
) -> list[Line]:
    """What of the price was not invoiced yet, and each tax that is in the price by now less what of it was ``invoiced``
    (the lines of the earlier invoices): together the invoices have the taxes of the whole price.
    """
    taxes = {each["label"]: int(each["amount"]) for each in _contained(quote)}
    for each in (line for lines in invoiced for line in lines if line["included"]):
        taxes[each["label"]] = taxes.get(each["label"], 0) - int(each["amount"])
    more = [_line(label, amount, included=True) for label, amount in taxes.items() if amount]
    return [_line("Difference to the fare that was paid", missing, included=False), *more]


def credit_lines(quote: Mapping[str, Any], amount: int, tax: int) -> list[Line]:
    """What goes back, with the ``tax`` in it that the books took out of the sale, divided like the taxes of the price."""
    named = _contained(quote)
    ends = list(accumulate((int(each["amount"]) for each in named), initial=0))
    shares = [portion(tax, end, ends[-1]) if ends[-1] else 0 for end in ends]
    parts = zip(named, pairwise(shares), strict=True)
    contained = [
        _line(each["label"], before - after, included=True)
        for each, (before, after) in parts
        if after != before
    ]
    return [_line("Refund", -amount, included=False), *contained]


def _contained(quote: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in quote["lines"] if each.get("included", False)]


def _line(label: str, amount: int, included: bool) -> Line:
    return {"label": label, "amount": amount, "included": included}
