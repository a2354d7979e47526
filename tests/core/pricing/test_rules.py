"""Prices to quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.pricing.rules import NoPrice, Prices, Quote, SeatToPrice, full_fare, make_quote

ADULT = SeatToPrice("1A", "standard", ("window",))


def test_a_tariff_is_base_plus_kilometres_rounded_up_to_its_step() -> None:
    prices = Prices("EUR", base=1000, per_km=5, round_to=50, distance_m=121_000)
    assert full_fare(prices) == 1650


def test_a_fixed_fare_goes_before_the_tariff() -> None:
    assert full_fare(Prices("EUR", base=1000, per_km=5, distance_m=100_000, fare=1234)) == 1234


def test_never_below_the_minimum() -> None:
    assert full_fare(Prices("EUR", base=100, per_km=1, minimum=500, distance_m=1_000)) == 500


@pytest.mark.parametrize(
    "prices",
    [
        pytest.param(Prices("EUR"), id="neither fare nor tariff"),
        pytest.param(Prices("EUR", base=1, per_km=5), id="per km without a distance"),
    ],
)
def test_without_a_price_nothing_is_sold(prices: Prices) -> None:
    with pytest.raises(NoPrice):
        make_quote(prices, [ADULT], "A – B")


def test_every_line_of_a_quote() -> None:
    prices = Prices(
        "RON",
        fare=4500,
        booking_fee=300,
        tax_per_mille=90,
        seat_charges={"legroom": 500},
        percents={"child": 50},
    )
    seats = [SeatToPrice("1C", "standard", ("legroom",)), SeatToPrice("1D", "standard", (), "child")]

    quote = make_quote(prices, seats, "Gara Nord – Braşov")

    assert [(line.kind, line.label, line.amount) for line in quote.lines] == [
        ("fare", "1 adult, Gara Nord – Braşov", 4500),
        ("seat", "Seat 1C", 500),
        ("fare", "1 child, Gara Nord – Braşov", 2250),
        ("fee", "Booking fee", 600),
        ("tax", "of which VAT 9 %", 648),
    ]
    assert quote.total == 7850
    assert (quote.of_passenger(0), quote.of_passenger(1)) == (5000, 2250)


amounts = st.integers(0, 10**9)
prices = st.builds(
    Prices,
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    fare=st.none() | amounts,
    base=amounts,
    per_km=st.integers(0, 10_000),
    minimum=amounts,
    round_to=st.integers(1, 1000),
    distance_m=st.integers(0, 20_000_000),
    booking_fee=st.integers(0, 10_000),
    tax_per_mille=st.integers(0, 500),
    seat_charges=st.dictionaries(
        st.sampled_from(["standard", "window", "legroom"]), st.integers(-5000, 5000)
    ),
    percents=st.dictionaries(st.sampled_from(["child", "senior"]), st.integers(0, 100)),
)
seats = st.lists(
    st.builds(
        SeatToPrice,
        number=st.text("1234ABCD", min_size=1, max_size=3),
        type=st.sampled_from(["standard", "premium"]),
        features=st.lists(st.sampled_from(["window", "legroom"]), unique=True).map(tuple),
        passenger_type=st.sampled_from(["adult", "child", "senior"]),
    ),
    min_size=1,
    max_size=9,
)


@given(prices, seats)
def test_the_total_is_the_sum_of_its_lines_and_never_negative(
    prices: Prices, seats: list[SeatToPrice]
) -> None:
    quote = make_quote(prices, seats, "A – B")
    assert quote.total == sum(line.amount for line in quote.lines if not line.included) >= 0
    assert all(quote.of_passenger(place) >= 0 for place in range(len(seats)))
    assert sum(line.amount for line in quote.lines if line.included) <= quote.total
    assert Quote.from_json(quote.as_json()) == quote


@given(prices, seats)
def test_who_pays_less_never_pays_more_than_an_adult(prices: Prices, seats: list[SeatToPrice]) -> None:
    adults = [SeatToPrice(s.number, s.type, s.features) for s in seats]
    assert make_quote(prices, seats, "x").total <= make_quote(prices, adults, "x").total
