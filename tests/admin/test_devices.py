"""The panel of a kiosk's devices: how they are, and the hand that moves the simulated ones."""

import pytest

from core.peripherals.agents import agent_of_token
from core.peripherals.queries import last_commands
from tests.admin.conftest import SignIn
from tests.core.peripherals.kiosks import Machine, box_state, make_machine
from tests.support.factories import make_office


@pytest.fixture
def machine(db_session) -> Machine:
    return make_machine(make_office())


def url(machine: Machine, *rest: str) -> str:
    return "/".join(["/admin/kiosk-devices", str(machine.kiosk_id), *rest])


def test_the_panel_shows_every_device_and_how_it_is(sign_in: SignIn, machine: Machine) -> None:
    machine.hello(printer={"condition": "out"}, cash=box_state(open=[500, 1000]))
    browser = sign_in("manager")
    page = browser.get(url(machine, "")).text
    for words in (
        "Cash box",
        "Card terminal",
        "Printer",
        "Scanner",
        "no paper",
        "It takes money now:",
        "5.00, 10.00",
    ):
        assert words in page
    assert "no paper" in browser.get(url(machine, "now")).text


def test_a_button_becomes_a_command_to_the_agent(sign_in: SignIn, machine: Machine) -> None:
    browser = sign_in("manager")
    asked = {"device": "cash", "act": "insert", "value": "1000"}
    done = browser.post(url(machine, "simulate"), data=asked, headers={"Accept": "application/json"})
    assert done.get_json() == {"ok": True}
    [order] = machine.take()
    assert order.data == {"device": "cash", "act": "insert", "value": 1000}
    plain = browser.post(url(machine, "scan"), data={"code": "B4KX7QM2TRA9"})
    assert plain.status_code == 303
    assert last_commands(machine.kiosk_id)[0].data == {"code": "B4KX7QM2TRA9"}


def test_nonsense_is_refused_in_words(sign_in: SignIn, machine: Machine) -> None:
    browser = sign_in("manager")
    for asked in ({}, {"device": "door", "act": "open"}, {"device": "cash", "act": "insert" * 99}):
        refused = browser.post(url(machine, "simulate"), data=asked, headers={"Accept": "application/json"})
        assert (refused.status_code, refused.get_json()["ok"]) == (422, False)
    assert browser.get("/admin/kiosk-devices/nonsense/").status_code == 404


def test_a_new_token_is_shown_once_and_ends_the_one_before(sign_in: SignIn, machine: Machine) -> None:
    browser = sign_in("manager")
    shown = browser.post(url(machine, "token"), follow_redirects=True).text
    token = shown[shown.index("bha_") :].split("<")[0].strip()
    assert agent_of_token(token) is not None
    assert agent_of_token(machine.token) is None
    assert "bha_" not in browser.get(url(machine, "")).text


def test_who_may_not_manage_kiosks_moves_nothing(sign_in: SignIn, machine: Machine) -> None:
    browser = sign_in("gate")
    assert browser.get(url(machine, "")).status_code == 403
    assert browser.post(url(machine, "token")).status_code in {401, 403}
    assert machine.take() == []
