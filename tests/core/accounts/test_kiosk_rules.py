from datetime import UTC, datetime, timedelta

import pytest

from core.accounts.kiosk_rules import (
    CODES,
    NO_WAY_TO_PAY,
    Fault,
    clean_settings,
    clean_texts,
    faults,
    message_for,
    own_code,
    rights,
)
from core.kernel.errors import Conflict, Forbidden, RuleBroken
from core.kernel.ids import new_id

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_kiosk_of_which_nothing_was_said_may_everything():
    allowed = rights({}, {}, {})
    allowed.require_service()
    allowed.require_operator(new_id())
    for method in ("card", "cash", "phone", "voucher"):
        allowed.require_method(method)


def test_what_was_chosen_limits_it():
    ours = new_id()
    allowed = rights({"methods": ["card"], "operators": [str(ours)]}, {}, {})
    allowed.require_operator(ours)
    allowed.require_method("card")
    allowed.require_method("voucher")
    for refused in ("cash", "phone", "wallet"):
        with pytest.raises(Forbidden, match="not taken here"):
            allowed.require_method(refused)
    with pytest.raises(Forbidden, match="not sold here"):
        allowed.require_operator(new_id())


def test_locked_cash_is_not_taken_and_a_kiosk_that_takes_nothing_else_is_out_of_order():
    assert rights({}, {"no_cash": True}, {}).methods == ("card", "phone")
    assert rights({"methods": ["cash"]}, {"no_cash": True}, {}).out_of_order == NO_WAY_TO_PAY


def test_what_staff_order_comes_before_what_the_device_says():
    allowed = rights({}, {"out_of_order": {"code": "S-ABC"}}, {"out_of_order": "P1"})
    with pytest.raises(Conflict) as refused:
        allowed.require_service()
    assert refused.value.details == {"short": "S-ABC"}
    assert rights({}, {}, {"out_of_order": "P1"}).out_of_order == "P1"


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ({}, ()),
        ({"paper": "ok", "version": "1", "clock_off": 119}, ()),
        ({"paper": "low"}, ()),
        ({"paper": "unknown"}, ()),
        ({"paper": "out"}, (Fault.PRINTER,)),
        ({"paper": "away"}, (Fault.PRINTER,)),
        ({"version": "0"}, (Fault.VERSION,)),
        ({"clock_off": -121}, (Fault.CLOCK,)),
        ({"paper": "jam", "clock_off": 500}, (Fault.PRINTER, Fault.CLOCK)),
    ],
)
def test_faults_are_what_the_device_says(state, found):
    assert faults(state, "1") == found


def test_it_stops_only_for_faults_that_were_named():
    found = (Fault.PRINTER, Fault.CLOCK)
    assert own_code(found, {}) is None
    assert own_code(found, {"stops_on": ["clock"]}) == CODES[Fault.CLOCK]
    assert own_code(found, {"stops_on": ["clock", "printer"]}) == CODES[Fault.PRINTER]
    assert own_code((), {"stops_on": ["clock", "printer", "version"]}) is None


def test_a_message_ends_with_its_time():
    orders = {"message": {"texts": {"en": "Hello"}, "until": NOON.isoformat()}}
    assert message_for(orders, NOON - timedelta(seconds=1)) == orders["message"]
    assert message_for(orders, NOON) is None
    assert message_for({}, NOON) is None


def test_settings_are_kept_clean():
    kept = clean_settings(
        {"methods": ["cash", "gold"], "px_per_mm": "3,5", "help": " a\n b ", "stops_on": ["fire"]}
    )
    assert kept == {
        "methods": ["cash"],
        "operators": [],
        "languages": [],
        "px_per_mm": 3.5,
        "distance_mm": 700,
        "theme": "light",
        "stops_on": [],
        "help": "a b",
    }


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"methods": []}, "methods"),
        ({"help": "a\x00b"}, "help"),
        ({"px_per_mm": "0.5"}, "px_per_mm"),
        ({"px_per_mm": "inf"}, "px_per_mm"),
        ({"px_per_mm": "wide"}, "px_per_mm"),
        ({"distance_mm": "99999"}, "distance_mm"),
        ({"distance_mm": "nan"}, "distance_mm"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_their_field(given, field):
    with pytest.raises(RuleBroken) as refused:
        clean_settings(given)
    assert refused.value.details["field"] == field


@pytest.mark.parametrize("texts", [{}, {"en": " \x00 "}, {"en": "x" * 201}])
def test_a_message_has_words_and_not_too_many(texts):
    with pytest.raises(RuleBroken):
        clean_texts(texts)
