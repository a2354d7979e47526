from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts import kiosk_orders, kiosks
from core.accounts.kiosk_heartbeat import heartbeat
from core.accounts.kiosk_rules import clean_settings
from core.kernel.activity import SYSTEM, ActivityEntry, Actor
from core.kernel.clock import now
from core.kernel.db import db
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id

MANAGER = Actor("user", "7", "Mia Manager")


@pytest.fixture
def kiosk_id(station):
    found, code = kiosks.prepare(station.id, "Kiosk 1", SYSTEM)
    assert kiosks.claim(code)
    return found


def test_a_message_is_heard_until_its_end(kiosk_id, clock):
    kiosk_orders.show_message(
        kiosk_id, {"en": " Platform 3\nis closed ", "de": ""}, now() + timedelta(hours=1), MANAGER
    )
    assert heartbeat(kiosk_id, {}).message["texts"] == {"en": "Platform 3 is closed"}
    clock.move(hours=1, seconds=1)
    assert heartbeat(kiosk_id, {}).message is None


def test_a_message_can_be_taken_away(kiosk_id):
    kiosk_orders.show_message(kiosk_id, {"en": "Hello"}, now() + timedelta(hours=1), MANAGER)
    kiosk_orders.take_message_away(kiosk_id, MANAGER)
    assert heartbeat(kiosk_id, {}).message is None


@pytest.mark.parametrize("after", [timedelta(), timedelta(days=-1), timedelta(days=40)])
def test_a_message_ends_within_a_month(kiosk_id, after):
    with pytest.raises(RuleBroken) as refused:
        kiosk_orders.show_message(kiosk_id, {"en": "Hello"}, now() + after, MANAGER)
    assert refused.value.code == "bad_end"


def test_out_of_order_has_a_code_until_it_is_put_back(kiosk_id):
    code = kiosk_orders.put_out_of_order(kiosk_id, "The glass is broken", MANAGER)
    assert heartbeat(kiosk_id, {}).out_of_order == code
    kiosk_orders.put_in_service(kiosk_id, MANAGER)
    assert heartbeat(kiosk_id, {}).out_of_order is None


def test_a_device_hears_at_once_that_it_may_no_longer(station):
    kiosk_id, code = kiosks.prepare(station.id, "Kiosk 1", SYSTEM)
    token = kiosks.claim(code)
    assert kiosks.kiosk_of_token(token).rights.out_of_order is None
    kiosk_orders.put_out_of_order(kiosk_id, "The glass is broken", MANAGER)
    kiosk_orders.lock_cash(kiosk_id, True, MANAGER)
    known = kiosks.kiosk_of_token(token).rights
    assert known.out_of_order
    assert known.methods == ("card", "phone")


def test_reload_is_a_moment_that_a_page_compares_with_its_own(kiosk_id):
    assert heartbeat(kiosk_id, {}).reload is None
    before = now()
    kiosk_orders.ask_to_reload(kiosk_id, MANAGER)
    told = heartbeat(kiosk_id, {}).reload
    assert told is not None
    assert told >= before.isoformat()


def test_every_order_is_written_down_with_who_gave_it(kiosk_id):
    kiosk_orders.put_out_of_order(kiosk_id, "The glass is broken", MANAGER)
    kiosk_orders.lock_cash(kiosk_id, True, MANAGER)
    kiosk_orders.change(kiosk_id, "Kiosk 2", clean_settings({"methods": ["card"]}), MANAGER)
    said = select(ActivityEntry).where(ActivityEntry.actor_label == "Mia Manager").order_by(ActivityEntry.id)
    stopped, cash, changed = db.session.scalars(said)
    assert (stopped.action, stopped.reason) == ("kiosk.put_out_of_order", "The glass is broken")
    assert cash.after["no_cash"] is True
    assert (changed.action, changed.after["methods"]) == ("kiosk.changed", ["card"])


def test_only_a_kiosk_in_service_takes_orders(kiosk_id):
    kiosks.revoke(kiosk_id, MANAGER)
    for gone in (kiosk_id, new_id()):
        with pytest.raises(NotFound):
            kiosk_orders.put_out_of_order(gone, "The glass is broken", MANAGER)
