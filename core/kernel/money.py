"""Money is a whole number of minor units with an ISO 4217 currency. There are no floats here."""

import re
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency, format_decimal, get_currency_precision

_LETTER_BEFORE_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (cents; yen for JPY, which has none) of one currency."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError("money is counted in whole minor units")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"cannot combine {self.currency} with {other.currency}")
        return other.amount

    def as_json(self) -> dict[str, int | str]:
        """The shape of the API: ``{"amount": 2500, "currency": "EUR"}``."""
        return {"amount": self.amount, "currency": self.currency}


def to_major(money: Money) -> Decimal:
    """The amount in major units, exact: ``Money(2550, "EUR")`` is ``Decimal("25.50")``."""
    return Decimal(money.amount).scaleb(-get_currency_precision(money.currency))


def from_major(value: Decimal, currency: str) -> Money:
    """Minor units of an exact decimal; ValueError when it has more decimals than the currency."""
    minor = value.scaleb(get_currency_precision(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"{value} has more decimals than {currency}")
    return Money(int(minor), currency)


def format_money(money: Money, language: str = "en") -> str:
    """With its currency, as people of that language write it: ``RON 48.00``.

    A symbol of letters is kept off the digits, as CLDR's pattern "alphaNextToNumber" asks; Babel leaves that out.
    """
    written = format_currency(to_major(money), money.currency, locale=language)
    return _LETTER_BEFORE_DIGIT.sub("\u00a0", written)


def format_amount(money: Money, language: str = "en") -> str:
    """Without the currency, for columns whose head names it: ``48.00``."""
    decimals = get_currency_precision(money.currency)
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return format_decimal(to_major(money), format=pattern, locale=language)


def portion(amount: int, numerator: int, denominator: int) -> int:
    """``amount * numerator / denominator`` in whole minor units, halves rounded away from zero.

    Commercial rounding, as price lists and tax lines use it; exact, without floats.
    """
    scaled = 2 * abs(amount * numerator) + denominator
    rounded = scaled // (2 * denominator)
    return rounded if amount * numerator >= 0 else -rounded
