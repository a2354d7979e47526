"""Operators and their rules."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from core.kernel.activity import ActivityEntry
from core.kernel.db import db
from core.kernel.errors import Conflict, NotFound, RuleBroken
from core.timetable import service
from core.timetable.models import Operator, Policy
from tests.support.factories import CLERK, make_office

pytestmark = pytest.mark.usefixtures("db_session")

GOOD: dict[str, Any] = {
    "code": "aurora", "name": "Aurora", "trade": "bus", "currency": "EUR", "timezone": "Europe/Berlin",
}  # fmt: skip


def last_entry() -> ActivityEntry:
    return db.session.execute(select(ActivityEntry).order_by(ActivityEntry.id.desc()).limit(1)).scalar_one()


@pytest.mark.parametrize(("trade", "hold", "seats"), [("bus", 15, 6), ("flight", 15, 9), ("cinema", 10, 10)])
def test_a_new_operator_starts_with_the_rules_of_its_trade(trade: str, hold: int, seats: int) -> None:
    operator = service.create_operator(**{**GOOD, "trade": trade}, actor=CLERK)
    policy = db.session.execute(select(Policy).where(Policy.operator_id == operator)).scalar_one()
    assert (policy.hold_minutes, policy.max_seats, policy.active) == (hold, seats, True)
    assert (last_entry().action, last_entry().operator_id) == ("operator.created", operator)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", ""), ("code", "a b"), ("code", "x" * 41), ("code", None), ("code", 7),
        ("name", "  "), ("name", "x" * 201), ("name", "a\x00b"), ("name", "a\x07b"), ("name", ["x"]),
        ("currency", "EURO"), ("currency", "ZZZ"), ("timezone", "Mars/Olympus"), ("timezone", "../etc"),
        ("trade", "ferry"), ("language", "klingon!"), ("reference_prefix", "0"), ("reference_prefix", "ab"),
        ("email", "nobody"), ("phone", "call me"), ("url", "javascript:alert(1)"), ("active", "yes"), ("bogus", 1),
    ],
)  # fmt: skip
def test_what_is_wrong_names_its_field(field: str, value: object) -> None:
    with pytest.raises(RuleBroken) as caught:
        service.create_operator(**{**GOOD, field: value}, actor=CLERK)
    assert caught.value.code == f"invalid_{field}"
    assert caught.value.details["field"] == field
    assert db.session.execute(select(Operator.id)).all() == []


def test_a_code_is_used_once() -> None:
    service.create_operator(**GOOD, actor=CLERK)
    with pytest.raises(service.CodeTaken):
        service.create_operator(**GOOD, actor=CLERK)


def test_a_change_is_logged_with_before_and_after_of_just_that() -> None:
    operator = service.create_operator(**GOOD, actor=CLERK)
    service.change_operator(operator, CLERK, currency="RON", code="aurora")
    assert (last_entry().action, last_entry().before, last_entry().after) == (
        "operator.changed", {"currency": "EUR"}, {"currency": "RON"},
    )  # fmt: skip


def test_a_change_to_the_same_is_no_change() -> None:
    operator = service.create_operator(**GOOD, actor=CLERK)
    before = last_entry().id
    service.change_operator(operator, CLERK, name="Aurora")
    assert last_entry().id == before


def test_deactivating_is_logged_as_such() -> None:
    operator = service.create_operator(**GOOD, actor=CLERK)
    service.change_operator(operator, CLERK, active=False)
    assert last_entry().action == "operator.deactivated"


def test_the_currency_of_an_operator_with_departures_stays() -> None:
    office = make_office()
    with pytest.raises(Conflict) as caught:
        service.change_operator(office.operator_id, CLERK, currency="RON")
    assert caught.value.code == "currency_in_use"


def test_an_unknown_operator_is_not_found() -> None:
    with pytest.raises(NotFound):
        service.change_operator(uuid4(), CLERK, name="X")
    with pytest.raises(NotFound):
        service.change_policy(uuid4(), CLERK, hold_minutes=5)


def test_changed_rules_are_a_new_version_and_the_old_one_stays() -> None:
    operator = service.create_operator(**GOOD, actor=CLERK)
    new = service.change_policy(operator, CLERK, hold_minutes=20, refund_ladder=[{"hours": 6, "percent": 80}])
    rows = db.session.execute(select(Policy).order_by(Policy.version)).scalars().all()
    assert [(p.version, p.active, p.hold_minutes) for p in rows] == [(1, False, 15), (2, True, 20)]
    assert rows[1].id == new
    assert rows[1].refund_ladder == [{"hours": 6, "percent": 80, "fee": 0}]
    assert rows[1].passenger_fields == rows[0].passenger_fields
    assert last_entry().before is not None
    assert last_entry().before["hold_minutes"] == 15


def test_the_same_rules_are_no_new_version() -> None:
    operator = service.create_operator(**GOOD, actor=CLERK)
    first = db.session.execute(select(Policy.id)).scalar_one()
    assert service.change_policy(operator, CLERK, hold_minutes=15) == first
    assert db.session.execute(text("SELECT count(*) FROM policies")).scalar_one() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"hold_minutes": 0}, {"hold_minutes": 15.5}, {"hold_minutes": True}, {"max_seats": 51}, {"bogus": 1},
        {"refund_ladder": "all"}, {"refund_ladder": [{"hours": 1}]}, {"refund_ladder": [{"hours": 1, "percent": 101}]},
        {"refund_ladder": [{"hours": 1, "percent": 50}, {"hours": 2, "percent": 90}]},
        {"passenger_fields": {"moon": []}}, {"passenger_fields": {"web": ["<b>"]}}, {"passenger_fields": []},
        {"check_in_opens_hours": 48}, {"check_in_opens_hours": 1, "check_in_closes_hours": 48},
    ],
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    operator = service.create_operator(**GOOD, actor=CLERK)
    with pytest.raises(RuleBroken) as caught:
        service.change_policy(operator, CLERK, **change)
    assert caught.value.code.startswith("invalid_")
    assert db.session.execute(text("SELECT count(*) FROM policies")).scalar_one() == 1
