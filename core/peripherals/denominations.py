"""The coins and notes that machines take, in minor units, smallest first. Nothing is imported: the agent uses it, too."""

#: Currencies without an entry have coins and notes of 1, 2 and 5 times powers of ten, in whole units.
_KNOWN: dict[str, tuple[int, ...]] = {
    "EUR": (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000),
    "RON": (10, 50, 100, 500, 1000, 2000, 5000, 10000, 20000),
    "GBP": (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000),
    "USD": (5, 10, 25, 100, 500, 1000, 2000, 5000),
    "CHF": (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000),
    "PLN": (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000),
    "TRY": (25, 50, 100, 500, 1000, 2000, 5000, 10000, 20000),
}
_USUAL = (100, 200, 500, 1000, 2000, 5000, 10000)
_COINS_BELOW = {"EUR": 500, "RON": 100, "GBP": 500, "USD": 100, "CHF": 1000, "PLN": 1000, "TRY": 500}


def denominations(currency: str) -> tuple[int, ...]:
    """What a cash box of this currency takes."""
    return _KNOWN.get(currency, _USUAL)


def is_coin(value: int, currency: str) -> bool:
    """Whether the piece is a coin: boxes give coins as change; notes only those that they keep apart."""
    return value < _COINS_BELOW.get(currency, 500)
