"""What the page sees of the machine's devices and may ask of them: cash, card, paper."""

from uuid import UUID

import pytest

from core.kernel.activity import SYSTEM
from core.peripherals.simulate import scan
from core.peripherals.words import EventKind
from tests.core.peripherals.kiosks import Machine, box_state
from tests.kiosk.conftest import SECOND, KioskClient
from tests.support.factories import Office


@pytest.fixture
def held(kiosk: KioskClient, office: Office) -> str:
    return f"/holds/{kiosk.hold(office, 0).get_json()['reservation_id']}"


def accept(machine: Machine) -> UUID:
    return next(each.id for each in machine.new() if each.kind == "accept")


def test_a_kiosk_without_an_agent_has_no_devices_and_takes_no_cash(kiosk: KioskClient, held: str) -> None:
    assert kiosk.ask("GET", "/devices").get_json() == {"printer": None, "terminal": None, "cash": None}
    refused = kiosk.ask("POST", held + "/payments", {"method": "cash"})
    assert (refused.status_code, refused.get_json()["code"]) == (422, "cash_not_possible")
    page = kiosk.client.get("/kiosk/").text
    assert '"methods": ["card", "phone"]' in page


def test_cash_is_counted_live_and_becomes_a_ticket(kiosk: KioskClient, machine: Machine, held: str) -> None:
    assert '"methods": ["card", "cash", "phone"]' in kiosk.client.get("/kiosk/").text
    offer = kiosk.ask("GET", f"/devices?reservation={held[7:]}").get_json()
    assert offer["cash"]["mode"] == "any"
    assert {"value": 500, "coin": False} in offer["cash"]["values"]

    begun = kiosk.ask("POST", held + "/payments", {"method": "cash"})
    assert (begun.status_code, begun.get_json()["status"]) == (201, "pending")
    paying = accept(machine)
    machine.insert(paying, 2000)
    seen = kiosk.ask("GET", held + "/devices").get_json()["cash"]
    assert (seen["inserted"], seen["left"], seen["status"]) == (2000, 2000, "taking")
    machine.insert(paying, 1000)
    machine.tell(EventKind.STOPPED, paying)
    assert kiosk.ask("GET", held).get_json()["booking"]["seats"] == ["1A"]
    assert kiosk.ask("GET", held + "/devices").get_json()["cash"]["left"] == 400


def test_the_traveller_stops_and_only_the_traveller(kiosk: KioskClient, machine: Machine, held: str) -> None:
    kiosk.ask("POST", held + "/payments", {"method": "cash"})
    paying = accept(machine)
    machine.insert(paying, 2000)
    assert kiosk.ask("POST", held + "/cash/stop", session=SECOND).status_code == 404
    assert kiosk.ask("GET", held + "/devices", session=SECOND).status_code == 404
    assert kiosk.ask("POST", held + "/cash/stop").get_json() == {"stopped": True}
    assert kiosk.ask("GET", held + "/devices").get_json()["cash"]["status"] == "stopping"


def test_who_leaves_gets_the_money_back(kiosk: KioskClient, machine: Machine, held: str) -> None:
    kiosk.ask("POST", held + "/payments", {"method": "cash"})
    machine.insert(accept(machine), 2000)
    assert kiosk.ask("DELETE", held).status_code == 204
    assert [each.kind for each in machine.new()] == ["stop"]


def test_without_paper_the_traveller_is_asked_before_money_is_taken(
    kiosk: KioskClient, machine: Machine, held: str
) -> None:
    machine.hello(printer={"condition": "out"})
    refused = kiosk.ask("POST", held + "/payments", {"method": "cash"})
    assert (refused.status_code, refused.get_json()["code"], refused.get_json()["condition"]) == (
        409,
        "no_paper",
        "out",
    )
    assert machine.new() == []
    agreed = kiosk.ask("POST", held + "/payments", {"method": "cash", "without_paper": True})
    assert agreed.status_code == 201


def test_exact_money_only_where_there_is_no_change(kiosk: KioskClient, machine: Machine, held: str) -> None:
    machine.hello(cash=box_state(float={}))
    offer = kiosk.ask("GET", f"/devices?reservation={held[7:]}").get_json()["cash"]
    assert offer["mode"] == "exact"
    assert max(each["value"] for each in offer["values"]) == 2000


def test_a_card_goes_to_the_machines_own_reader(kiosk: KioskClient, machine: Machine, held: str) -> None:
    begun = kiosk.ask("POST", held + "/payments", {"method": "card"}).get_json()
    assert (begun["status"], begun["terminal"]) == ("pending", True)
    [charge] = machine.new()
    assert (charge.device, charge.data["amount"]) == ("terminal", 2600)
    machine.tell(EventKind.UNSURE, charge.id)
    assert kiosk.ask("GET", held + "/devices").get_json()["card"]["unsure"]
    machine.tell(EventKind.APPROVED, charge.id, reference="T-1")
    assert kiosk.ask("GET", held).get_json()["booking"]
    assert kiosk.ask("POST", held + "/card/cancel").get_json() == {"cancelled": False}


def test_who_wants_to_pay_another_way_is_asked_for_no_card(
    kiosk: KioskClient, machine: Machine, held: str
) -> None:
    kiosk.ask("POST", held + "/payments", {"method": "card"})
    [charge] = machine.new()
    assert kiosk.ask("POST", held + "/card/cancel").get_json() == {"cancelled": True}
    assert kiosk.ask("POST", held + "/card/cancel").get_json() == {"cancelled": False}
    [cancel] = machine.new()
    assert (cancel.kind, cancel.data) == ("cancel", {"charge": str(charge.id)})
    machine.tell(EventKind.DECLINED, charge.id, reason="cancelled")
    seen = kiosk.ask("GET", held + "/devices").get_json()["card"]
    assert (seen["status"], seen["failure"]) == ("failed", "cancelled")


def test_a_reader_that_does_not_answer_is_not_asked(kiosk: KioskClient, machine: Machine, held: str) -> None:
    machine.hello(terminal={"condition": "away"})
    refused = kiosk.ask("POST", held + "/payments", {"method": "card"})
    assert refused.get_json()["code"] == "reader_away"


def test_a_ticket_is_printed_once_and_once_more_after_a_jam(
    kiosk: KioskClient, machine: Machine, held: str
) -> None:
    assert kiosk.ask("POST", held + "/print", {}).get_json()["code"] == "not_booked"
    kiosk.ask("POST", held + "/payments", {"method": "cash"})
    paying = accept(machine)
    machine.insert(paying, 2000, 500, 100)
    assert kiosk.ask("POST", held + "/print", {"language": "ro"}).get_json()["print"]["status"] == "waiting"
    assert kiosk.ask("POST", held + "/print", {}).get_json()["code"] == "printed_already"
    [first] = machine.new()
    machine.tell(EventKind.NOT_PRINTED, first.id, reason="jam")
    seen = kiosk.ask("GET", held + "/devices").get_json()["print"]
    assert seen == {"status": "failed", "reason": "jam", "again": True}
    kiosk.ask("POST", held + "/print", {})
    [second] = machine.new()
    machine.tell(EventKind.PRINTED, second.id)
    assert kiosk.ask("GET", held + "/devices").get_json()["print"]["status"] == "done"


def test_a_simulated_scan_reaches_the_page_once(kiosk: KioskClient, machine: Machine) -> None:
    scan(machine.kiosk_id, "B4KX7QM2TRA9", SYSTEM)
    assert kiosk.ask("POST", "/scans").get_json() == {"code": "B4KX7QM2TRA9"}
    assert kiosk.ask("POST", "/scans").get_json() == {"code": None}
