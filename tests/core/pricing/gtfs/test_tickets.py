"""What a journey costs whom, of the tickets that hold for it."""

import pytest

from core.pricing.gtfs.tickets import OTHER, Price, Ticket, choose, passenger_type_of


def ticket(name: str, amount: int) -> Ticket:
    kind, family = passenger_type_of(name)
    return Ticket(name, family, kind, amount, "JPY")


@pytest.mark.parametrize(
    ("name", "kind", "rest"),
    [
        ("adult_second_class", "adult", "second class"),
        ("child_second_class", "child", "second class"),
        ("Bilet normalny", "adult", "bilet"),
        ("Bilet ulgowy (Dziecko do 18 r.ż.)", "child", "bilet ulgowy do 18 r z"),
        ("Bilet ulgowy (Seniorzy)", "senior", "bilet ulgowy"),
        ("student_second_class", OTHER, "second class"),
        ("senior_student", OTHER, ""),
        ("NPS_BOHA", None, "NPS_BOHA"),
        ("childish", None, "childish"),
    ],
)
def test_words_say_whom_a_ticket_is_for(name: str, kind: str | None, rest: str) -> None:
    assert passenger_type_of(name) == (kind, rest)


def test_one_fare_is_for_everybody() -> None:
    assert choose([ticket("p", 125)]) == Price(125, {}, "p")


def test_types_of_one_class_go_together_and_the_cheapest_class_is_sold() -> None:
    price = choose(
        [
            ticket("adult_first_class", 12000), ticket("child_first_class", 6000), ticket("adult_second_class", 6000),
            ticket("child_second_class", 3000), ticket("student_second_class", 4800),
        ]
    )  # fmt: skip
    assert price == Price(
        6000, {"child": 3000}, "adult_second_class", ("adult_first_class", "child_first_class")
    )


def test_a_childs_ticket_of_its_own_goes_with_the_adults() -> None:
    assert choose([ticket("single", 400), ticket("kids", 0)]) == Price(400, {"child": 0}, "single")


def test_of_two_tickets_for_one_type_the_dearer_is_asked() -> None:
    under_4 = Ticket("single", "single", "child", 0, "PLN")
    under_18 = Ticket("single", "single", "child", 200, "PLN")
    price = choose([Ticket("single", "single", "adult", 400, "PLN"), under_4, under_18])
    assert price is not None
    assert price.by_type == {"child": 200}


@pytest.mark.parametrize("names", [(), ("child",), ("student",)])
def test_without_an_adults_ticket_there_is_no_price(names: tuple[str, ...]) -> None:
    assert choose([ticket(name, 100) for name in names]) is None
