"""How a price comes about: pure functions from prices and seats to an itemised quote. No I/O.

All amounts are minor units. A quote is frozen when the seats are held; later changes of a tariff do not touch it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.kernel.errors import RuleBroken
from core.kernel.money import portion


class NoPrice(RuleBroken):
    """Neither a fare nor a tariff says what this journey costs."""

    code = "no_price"
    message = "No price is set for this journey, so it cannot be sold."


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line of a quote. `kind`: fare, seat, fee, tax, discount. `subject` is the word behind it (passenger type, seat
    number, ...). An `included` line says what is contained in the others and does not count towards the total.
    """

    kind: str
    label: str
    amount: int
    subject: str = ""
    passenger: int | None = None
    included: bool = False

    def as_json(self) -> dict[str, Any]:
        """As frozen in `reservations.quote`."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Quote:
    """The itemised price of a reservation; `total` is the sum of all lines that are not `included`."""

    currency: str
    lines: tuple[QuoteLine, ...]
    total: int

    def as_json(self) -> dict[str, Any]:
        """As frozen in `reservations.quote` and shown by the API."""
        return {
            "currency": self.currency,
            "total": self.total,
            "lines": [line.as_json() for line in self.lines],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Quote":
        """Read a frozen quote back."""
        lines = tuple(QuoteLine(**line) for line in value["lines"])
        return cls(value["currency"], lines, value["total"])

    def of_passenger(self, place: int) -> int:
        """What one passenger's lines come to: the price printed on the ticket."""
        return sum(line.amount for line in self.lines if line.passenger == place and not line.included)


@dataclass(frozen=True, slots=True)
class Prices:
    """Everything that decides the price of one stretch. `fare` is a fixed fare, which goes before the tariff.

    `per_km` is minor units a kilometre, `round_to` a step in minor units, `percents` passenger type -> per cent paid,
    `type_fares` passenger type -> a fixed fare of its own.
    """

    currency: str
    base: int | None = None
    per_km: int = 0
    minimum: int = 0
    round_to: int = 1
    booking_fee: int = 0
    tax_per_mille: int = 0
    fare: int | None = None
    distance_m: int | None = None
    seat_charges: Mapping[str, int] = field(default_factory=dict)
    percents: Mapping[str, int] = field(default_factory=dict)
    type_fares: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeatToPrice:
    """A seat with who will sit on it."""

    number: str
    type: str
    features: tuple[str, ...]
    passenger_type: str = "adult"


def full_fare(prices: Prices) -> int:
    """What an adult pays for the stretch, without seat and fee. Raises `NoPrice`."""
    if prices.fare is not None:
        return prices.fare
    if prices.base is None or (prices.per_km and prices.distance_m is None):
        raise NoPrice
    raw = prices.base + portion(prices.per_km * (prices.distance_m or 0), 1, 1000)
    return max(prices.minimum, -(-raw // prices.round_to) * prices.round_to)


def passenger_fare(prices: Prices, passenger_type: str) -> int:
    """What a passenger of that type pays for the stretch, without seat and fee. Raises `NoPrice`."""
    own = prices.type_fares.get(passenger_type)
    if own is not None:
        return own
    return portion(full_fare(prices), prices.percents.get(passenger_type, 100), 100)


def seat_charge(prices: Prices, seat_type: str, features: Iterable[str]) -> int:
    """The additions of a seat's type and features; never below zero together with nothing else."""
    return sum(prices.seat_charges.get(subject, 0) for subject in (seat_type, *features))


def make_quote(prices: Prices, seats: Iterable[SeatToPrice], journey: str) -> Quote:
    """Itemise: a fare and, where there is one, a seat charge for each passenger, the booking fee, the contained tax.

    ``journey`` is printed in the fare lines ("Gara Nord – Braşov"). Raises `NoPrice`.
    """
    seats = tuple(seats)
    lines: list[QuoteLine] = []
    for place, seat in enumerate(seats):
        lines.extend(_passenger_lines(prices, seat, place, journey))
    if prices.booking_fee:
        lines.append(QuoteLine("fee", "Booking fee", prices.booking_fee * len(seats)))
    total = max(0, sum(line.amount for line in lines))
    if prices.tax_per_mille and total:
        tax = portion(total, prices.tax_per_mille, 1000 + prices.tax_per_mille)
        lines.append(QuoteLine("tax", f"of which VAT {_percent(prices.tax_per_mille)} %", tax, included=True))
    return Quote(prices.currency, tuple(lines), total)


def _passenger_lines(prices: Prices, seat: SeatToPrice, place: int, journey: str) -> Iterable[QuoteLine]:
    fare = passenger_fare(prices, seat.passenger_type)
    label = f"1 {seat.passenger_type}, {journey}"
    yield QuoteLine("fare", label, fare, seat.passenger_type, place)
    charge = max(seat_charge(prices, seat.type, seat.features), -fare)
    if charge:
        yield QuoteLine("seat", f"Seat {seat.number}", charge, seat.number, place)


def _percent(per_mille: int) -> str:
    whole, rest = divmod(per_mille, 10)
    return f"{whole}.{rest}" if rest else str(whole)
