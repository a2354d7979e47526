"""What both versions of the fare files come to: a book that says which tickets hold for a journey."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from babel.numbers import list_currencies

from core.kernel.money import from_major
from core.pricing.gtfs.tickets import Ticket
from core.timetable.gtfs.fields import Fields
from core.timetable.gtfs.reader import Row

#: A million of the largest unit is more than any journey costs.
_MOST = 10**9
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
_CURRENCIES = frozenset(list_currencies())


class Book(Protocol):
    """The fares of a feed."""

    @property
    def currencies(self) -> set[str]:
        """Every currency that a fare is in."""
        ...

    def zones(self, line_id: str, way: Sequence[str], /) -> list[str]:
        """The zone of each stop of a way of a route; blank is none."""
        ...

    def asks_for_the_way(self, line_id: str, /) -> bool:
        """Whether a fare of the route depends on the zones between."""
        ...

    def tickets(
        self, line_id: str, origin: str, destination: str, through: frozenset[str], /
    ) -> list[Ticket]:
        """Those that hold on a route from one zone to another, calling in the zones `through`."""
        ...


def read_amount(fields: Fields, row: Row, column: str, currency_column: str) -> tuple[int, str] | None:
    """Minor units and currency; None (said) when it is no price that can be asked."""
    value, currency = row.get(column), row.get(currency_column).upper()
    if currency not in _CURRENCIES:
        fields.findings.skip(
            "bad_currency", f"{row.get(currency_column)!r} is not a currency: the fare is left out.", fields.file, row.line,
            currency_column,
        )  # fmt: skip
        return None
    try:
        amount = from_major(Decimal(value), currency).amount if _AMOUNT.fullmatch(value) else -1
    except ValueError:
        amount = -1
    if 0 <= amount <= _MOST:
        return amount, currency
    fields.findings.skip(
        "bad_price",
        f"{value!r} is not a price in {currency}: the fare is left out.",
        fields.file,
        row.line,
        column,
    )
    return None
