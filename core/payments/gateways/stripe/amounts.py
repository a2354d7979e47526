"""Stripe's smallest units and the house's. They differ where a currency's decimals do (docs.stripe.com/currencies)."""

from babel.numbers import get_currency_precision

from core.kernel.money import Money

#: Without decimals at Stripe.
_NONE = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
#: With three, the last of which has to be 0.
_THREE = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def stripe_amount(money: Money) -> int:
    """What Stripe is asked for: ``Money(120, "RSD")`` is 12000, as Stripe counts two decimals that Serbia does not."""
    shift = _shift(money.currency)
    return int(money.amount * 10**shift if shift >= 0 else money.amount // 10**-shift)


def house_money(amount: int, currency: str) -> Money:
    """The money that Stripe tells of; what is less than the house's smallest unit is left out."""
    code = currency.upper()
    shift = _shift(code)
    return Money(int(amount // 10**shift if shift >= 0 else amount * 10**-shift), code)


def _shift(currency: str) -> int:
    """How many decimals more Stripe counts than the house."""
    return _decimals(currency) - int(get_currency_precision(currency))


def _decimals(currency: str) -> int:
    if currency in _NONE:
        return 0
    return 3 if currency in _THREE else 2
