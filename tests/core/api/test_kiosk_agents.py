"""The way of a kiosk's agent: its own token opens it, and nothing else opens it or is opened by it."""

import pytest

from core.peripherals.cash_sale import begin_cash
from core.peripherals.queries import intake_of
from tests.core.peripherals.kiosks import make_machine
from tests.support.factories import make_office

BASE = "/api/v1/kiosk-agent"


@pytest.fixture
def machine(db_session):
    return make_machine(make_office())


@pytest.fixture
def ask(client, machine):
    def asking(path, body, token=machine.token):
        return client.post(f"{BASE}/{path}", json=body, headers={"Authorization": f"Bearer {token}"})

    return asking


def test_an_agent_takes_a_command_and_reports_what_came_of_it(ask, machine):
    office = make_office()
    reservation = machine.hold(office)
    begin_cash(reservation, machine.holder, machine.kiosk_id, machine.actor)

    told = ask("hello", {"version": "1", "devices": {"cash": {"driver": "x"}}, "state": {}}).json
    assert (told["kiosk"], told["last_event"]) == ("Kiosk 1", 0)
    [order] = ask("commands", {}).json["commands"]
    assert (order["device"], order["kind"], order["data"]) == (
        "cash",
        "accept",
        {"amount": 2600, "currency": "EUR"},
    )
    assert 10 < order["seconds"] <= 15
    event = {
        "number": 1, "kind": "cash.inserted", "command_id": order["id"], "data": {"value": 500, "currency": "EUR"},
        "at": "2026-11-20T08:00:00+00:00",
    }  # fmt: skip
    for _ in range(2):
        assert ask("events", {"events": [event]}).json == {"last_event": 1}
    assert intake_of(reservation).inserted == 500
    gap = ask("events", {"events": [event | {"number": 3}]})
    assert (gap.status_code, gap.json["code"], gap.json["last_event"]) == (409, "event_gap", 1)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("hello", {"devices": {}, "state": {}}),
        ("commands", {}),
        ("events", {"events": [{"number": 1, "kind": "device.status"}]}),
    ],
)
def test_no_other_token_opens_it(ask, path, body):
    for token in ("", "bha_guessed", "bhk_guessed"):
        answer = ask(path, body, token=token)
        assert (answer.status_code, answer.json["code"]) == (401, "agent_unknown")


def test_its_token_opens_nothing_else(client, machine):
    for path in ("/api/v1/users/me", "/api/v1/bookings/history", "/api/v1/reservations/active"):
        answer = client.get(path, headers={"Authorization": f"Bearer {machine.token}"})
        assert answer.status_code == 401


def test_a_device_that_says_too_much_is_not_listened_to(ask):
    event = {"number": 1, "kind": "device.status", "data": {"device": "printer", "condition": "x" * 9000}}
    assert ask("events", {"events": [event]}).status_code == 422
    assert ask("events", {"events": [event | {"data": {"a": "\x00"}}]}).status_code == 422
