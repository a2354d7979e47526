"""Commands to a kiosk's devices and events from them: in order, each once, and by the kiosk's own agent alone."""

import time
from threading import Thread
from uuid import uuid4

import pytest
from sqlalchemy import text

from core.accounts import kiosks
from core.kernel.activity import SYSTEM
from core.kernel.db import db, transaction
from core.peripherals import agents, wake
from core.peripherals.agents import agent_of_token, issue_token
from core.peripherals.commands import send, take
from core.peripherals.queries import command, devices_of, last_events
from core.peripherals.report import Event, EventGap, report
from core.peripherals.simulate import NoSimulator, scan, simulate
from core.peripherals.words import CommandKind, CommandStatus, Device, EventKind
from tests.core.peripherals.kiosks import Machine, make_machine
from tests.support.clock import Clock
from tests.support.database import FreshDatabase
from tests.support.factories import make_office


@pytest.fixture
def machine(db_session) -> Machine:
    return make_machine(make_office())


def told(machine: Machine, kind: CommandKind = CommandKind.PRINT, **more):
    with transaction():
        return send(machine.kiosk_id, Device.PRINTER, kind, {"elements": []}, **more)


def test_a_token_is_good_until_another_is_made(machine):
    assert agent_of_token(machine.token).kiosk_id == machine.kiosk_id
    second = issue_token(machine.kiosk_id, SYSTEM)

    assert agent_of_token(machine.token) is None
    assert agent_of_token(second) == machine.agent
    assert agent_of_token("bha_nonsense") is None


def test_a_token_ends_with_the_kiosks_right_to_sell(machine, monkeypatch):
    kiosks.revoke(machine.kiosk_id, SYSTEM)
    agents._known.clear()  # what a process remembers for three seconds

    assert agent_of_token(machine.token) is None
    assert devices_of(machine.kiosk_id) is None


def test_a_command_is_given_again_until_the_agent_knows_it(machine):
    printed = told(machine)

    assert [each.id for each in machine.take()] == [printed]
    assert [each.id for each in machine.take()] == [printed], "the answer was lost"
    assert machine.take(printed) == []
    machine.tell(EventKind.PRINTED, printed)
    assert machine.take() == []
    assert command(printed).status == CommandStatus.DONE


def test_a_command_that_nobody_took_in_time_is_never_begun(machine, clock: Clock):
    printed = told(machine, patience=5)
    clock.move(seconds=6)

    assert machine.take() == []
    assert command(printed).stale


def test_a_command_sent_twice_under_one_id_is_one(machine):
    chosen = uuid4()
    assert told(machine, command_id=chosen) == told(machine, command_id=chosen) == chosen
    assert len(machine.take()) == 1


def test_another_kiosks_commands_are_not_seen_and_not_ended(machine):
    other = make_machine(make_office(), "Kiosk 2")
    printed = told(machine)

    assert other.take() == []
    other.tell(EventKind.PRINTED, printed)
    assert command(printed).status == CommandStatus.WAITING


def test_events_count_once_and_in_order(machine):
    first = Event(1, EventKind.STATUS, None, {"device": "printer", "condition": "low"})
    second = Event(2, EventKind.STATUS, None, {"device": "printer", "condition": "out"})

    assert report(machine.agent, [first, second]) == 2
    assert report(machine.agent, [first]) == 2
    assert devices_of(machine.kiosk_id).condition(Device.PRINTER) == "out"
    with pytest.raises(EventGap) as gap:
        report(machine.agent, [Event(4, EventKind.STATUS, None, {})])
    assert gap.value.details == {"last_event": 2}
    assert [event.number for event in last_events(machine.kiosk_id)] == [2, 1]


def test_an_event_of_a_kind_that_is_not_known_is_kept(machine):
    assert machine.tell("scanner.sneezed", data="x") == 1


def test_an_agent_that_waits_is_woken_at_once(fresh_database: FreshDatabase):
    app = fresh_database.app
    with app.app_context():
        machine = make_machine(make_office())
    found: list = []

    def wait() -> None:
        with app.app_context():
            found.append((take(machine.agent, 10), time.monotonic()))

    thread = Thread(target=wait)
    thread.start()
    time.sleep(0.3)
    with app.app_context():
        begun = time.monotonic()
        printed = told(machine)
        thread.join(5)
        [(commands, at)] = found
        assert [each.id for each in commands] == [printed]
        assert at - begun < 0.8, "it was woken, and did not look by itself after a second"
        assert wake.count(machine.kiosk_id) == 1


def test_only_simulators_are_moved(machine):
    assert simulate(machine.kiosk_id, "cash", "insert", 1000, SYSTEM)
    [order] = machine.take()
    assert (order.device, order.data) == ("simulator", {"device": "cash", "act": "insert", "value": 1000})
    scan(machine.kiosk_id, "BH1.ABC", SYSTEM)
    assert machine.take(order.id) == [], "a scan goes to the page"
    for device, act in (("cash", "explode"), ("door", "open")):
        with pytest.raises(NoSimulator):
            simulate(machine.kiosk_id, device, act, None, SYSTEM)
    db.session.execute(text('UPDATE kiosk_agents SET devices = \'{"cash": {"driver": "cctalk"}}\''))
    db.session.commit()
    with pytest.raises(NoSimulator):
        simulate(machine.kiosk_id, "cash", "insert", 1000, SYSTEM)


def test_an_agent_that_is_silent_is_away(machine, clock: Clock):
    assert devices_of(machine.kiosk_id).condition(Device.CASH) == "ok"
    clock.move(seconds=60)
    assert devices_of(machine.kiosk_id).condition(Device.CASH) == "away"
    machine.take()
    assert devices_of(machine.kiosk_id).online
