import pytest
from sqlalchemy import select

from core.accounts import kiosks
from core.accounts.kiosk_heartbeat import VERSION, heartbeat
from core.accounts.models import Kiosk
from core.kernel.activity import SYSTEM, ActivityEntry
from core.kernel.db import db


@pytest.fixture
def kiosk_id(station):
    found, _ = kiosks.prepare(station.id, "Kiosk 1", SYSTEM, {"stops_on": ["printer"]})
    return found


def _state():
    return db.session.execute(select(Kiosk.state)).scalar_one()


def test_it_keeps_only_what_a_device_may_say(kiosk_id):
    heartbeat(kiosk_id, {"scanner": "ok\x00" + "x" * 500, "cash_box": 12, "admin": True, "version": ["1"]})
    kept = _state()
    assert set(kept) == {"scanner", "cash_box", "version", "out_of_order"}
    assert kept["scanner"].startswith("okx")
    assert len(kept["scanner"]) == 60
    assert kept["version"] is None


def test_what_is_not_said_again_stays_as_it_was(kiosk_id):
    heartbeat(kiosk_id, {"paper": "low"})
    heartbeat(kiosk_id, {"version": VERSION})
    assert (_state()["paper"], _state()["version"]) == ("low", VERSION)


def test_a_device_cannot_say_itself_that_it_is_in_or_out_of_order(kiosk_id):
    assert heartbeat(kiosk_id, {"out_of_order": "P1"}).out_of_order is None


def test_a_fault_that_staff_named_stops_it_and_its_end_lets_it_go_on(kiosk_id):
    assert heartbeat(kiosk_id, {"paper": "out"}).out_of_order == "P1"
    assert heartbeat(kiosk_id, {"paper": "out"}).out_of_order == "P1"
    assert heartbeat(kiosk_id, {"paper": "ok"}).out_of_order is None
    said = select(ActivityEntry.action, ActivityEntry.actor_label).where(
        ActivityEntry.action != "kiosk.paired"
    )
    assert [tuple(row) for row in db.session.execute(said.order_by(ActivityEntry.id))] == [
        ("kiosk.stopped", "Kiosk 1"),
        ("kiosk.went_on", "Kiosk 1"),
    ]


def test_a_fault_that_nobody_named_stops_nothing(kiosk_id):
    assert heartbeat(kiosk_id, {"clock_off": 4000, "version": "another"}).out_of_order is None
