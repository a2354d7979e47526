"""Setting prices."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from core.kernel.activity import ActivityEntry
from core.kernel.db import db
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.money import Money
from core.pricing.queries import price_from
from core.pricing.service import TariffTerms, set_fare, set_passenger_fare, set_seat_charge, set_tariff
from tests.support.factories import CLERK, Office, make_office

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def office(db_session: object) -> Office:
    return make_office()


def price(office: Office) -> int:
    stretch = (office.schedule_id, 0, 5)
    found: Money = price_from([stretch])[stretch]
    return found.amount


def entries() -> list[tuple[str, Any, Any]]:
    rows = db.session.execute(select(ActivityEntry).order_by(ActivityEntry.id)).scalars()
    return [(entry.action, entry.before, entry.after) for entry in rows]


def test_a_tariff_counts_from_the_next_quote_on_and_is_logged(office: Office) -> None:
    set_tariff(office.operator_id, TariffTerms(base=500, per_km=10, minimum=1, round_to=1), CLERK)
    assert price(office) == 500 + 3000
    action, before, after = entries()[-1]
    assert action == "tariff.changed"
    assert (before["per_km"], after["per_km"]) == (5, 10)


def test_setting_the_same_twice_is_logged_once(office: Office) -> None:
    for _ in range(2):
        set_seat_charge(office.operator_id, "legroom", 500, CLERK)
        set_passenger_fare(office.operator_id, "child", 50, CLERK)
    assert [action for action, _, _ in entries()] == ["seat_charge.created", "passenger_fare.created"]


def test_a_fixed_fare_goes_before_the_tariff_until_it_is_taken_away(office: Office) -> None:
    before = price(office)
    db.session.rollback()
    set_fare(office.route_id, office.places[0], office.places[5], 1234, CLERK)
    assert price(office) == 1234 + 100
    db.session.rollback()
    set_fare(office.route_id, office.places[0], office.places[5], None, CLERK)
    assert price(office) == before
    assert [action for action, _, _ in entries()] == ["fare.created", "fare.removed"]


@pytest.mark.parametrize(
    "terms", [{"base": -1}, {"per_km": 10**10}, {"round_to": 0}, {"tax_per_mille": 501}, {"booking_fee": -5}]
)
def test_prices_that_make_no_sense_are_refused(office: Office, terms: dict[str, int]) -> None:
    with pytest.raises(RuleBroken) as caught:
        set_tariff(office.operator_id, TariffTerms(**{"base": 0, "per_km": 0, **terms}), CLERK)
    assert caught.value.details["field"] == next(iter(terms))


def test_charges_and_fares_that_make_no_sense_are_refused(office: Office) -> None:
    with pytest.raises(RuleBroken):
        set_seat_charge(office.operator_id, "", 5, CLERK)
    with pytest.raises(RuleBroken):
        set_passenger_fare(office.operator_id, "child", 101, CLERK)
    with pytest.raises(RuleBroken):
        set_fare(office.route_id, office.places[0], office.places[0], 5, CLERK)
    with pytest.raises(NotFound):
        set_fare(uuid4(), office.places[0], office.places[1], 5, CLERK)
    with pytest.raises(NotFound):
        set_tariff(uuid4(), TariffTerms(1, 1), CLERK)
    assert db.session.execute(text("SELECT count(*) FROM activity_log")).scalar_one() == 0
