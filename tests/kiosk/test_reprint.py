"""A found booking on paper: twice and not more, only where a printer can, and only for whoever has shown the proof."""

from uuid import uuid4

import pytest

from core.booking.change import Wish, change_passengers
from core.booking.queries import booking_view
from core.kernel.db import run_alone
from core.peripherals.words import EventKind
from core.tickets.queries import tickets_of
from tests.core.peripherals.kiosks import Machine
from tests.kiosk.conftest import SECOND, KioskClient
from tests.support.bad_strings import WORST
from tests.support.factories import CLERK, Office
from tests.support.sales import sell

EMAIL = "alice@example.org"


@pytest.fixture
def paper(kiosk: KioskClient, machine: Machine, office: Office) -> str:
    """The address of the paper of a booking of two seats that was sold elsewhere."""
    sold = booking_view(sell(0, 1, office=office, email=EMAIL))
    assert sold
    found = kiosk.ask("POST", "/bookings/find", {"reference": sold.reference, "proof": EMAIL}).get_json()
    return f"/bookings/{found['id']}/{found['key']}/print"


def printed(kiosk: KioskClient, machine: Machine, paper: str) -> list[str]:
    """Print, let it come out; gives the codes that are on the paper."""
    answer = kiosk.ask("POST", paper, {"language": "de"})
    assert answer.status_code == 201, answer.get_json()
    [command] = machine.new()
    machine.tell(EventKind.PRINTED, command.id)
    return [each["text"] for each in command.data["elements"] if each["kind"] == "qr"]


def test_both_tickets_come_out_twice_and_then_staff_is_named(
    kiosk: KioskClient, machine: Machine, paper: str
) -> None:
    assert kiosk.ask("GET", paper).get_json() == {"printer": "ok", "print": None, "left": 2}
    booking_id = paper.split("/")[2]
    assert printed(kiosk, machine, paper) == [each.qr for each in tickets_of(booking_id)]
    assert kiosk.ask("GET", paper).get_json()["print"]["status"] == "done"
    printed(kiosk, machine, paper)
    third = kiosk.ask("POST", paper, {})
    assert (third.status_code, third.get_json()["code"]) == (409, "printed_already")
    assert kiosk.ask("GET", paper).get_json()["left"] == 0
    assert machine.new() == []


def test_what_is_on_its_way_is_not_sent_twice_and_a_lost_answer_is_given_again(
    kiosk: KioskClient, machine: Machine, paper: str
) -> None:
    first = kiosk.ask("POST", paper, {}, Idempotency_Key="the-same-touch")
    again = kiosk.ask("POST", paper, {}, Idempotency_Key="the-same-touch")
    assert first.get_json() == again.get_json()
    assert kiosk.ask("POST", paper, {}).get_json()["code"] == "still_printing"
    assert len(machine.new()) == 1


def test_what_did_not_come_out_does_not_count_but_nobody_tries_for_ever(
    kiosk: KioskClient, machine: Machine, paper: str
) -> None:
    for _ in range(6):
        assert kiosk.ask("POST", paper, {}).status_code == 201
        [command] = machine.new()
        machine.tell(EventKind.NOT_PRINTED, command.id, reason="jam")
        assert kiosk.ask("GET", paper).get_json()["print"] == {"status": "failed", "reason": "jam"}
    assert kiosk.ask("POST", paper, {}).get_json()["code"] == "printed_already"


def test_without_paper_or_printer_nothing_is_sent(kiosk: KioskClient, machine: Machine, paper: str) -> None:
    machine.hello(printer={"condition": "out"})
    refused = kiosk.ask("POST", paper, {})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "no_paper")
    assert kiosk.ask("GET", paper).get_json()["printer"] == "out"
    run_alone("DELETE FROM kiosk_agents RETURNING kiosk_id")
    assert kiosk.ask("POST", paper, {}).get_json()["code"] == "no_paper"
    assert kiosk.ask("GET", paper).get_json()["printer"] is None


def test_new_seats_are_new_tickets_which_may_be_printed_again(
    kiosk: KioskClient, machine: Machine, paper: str, office: Office
) -> None:
    for _ in range(2):
        old = printed(kiosk, machine, paper)
    booking = booking_view(paper.split("/")[2])
    assert booking
    change_passengers(
        booking.id, {booking.reservation.passengers[0].id: Wish(seat_id=office.seats[4])}, CLERK
    )
    new = printed(kiosk, machine, paper)
    assert new[0] != old[0]
    assert new[1] == old[1]


def test_only_who_has_shown_the_proof_and_only_for_that_booking(
    kiosk: KioskClient, machine: Machine, paper: str
) -> None:
    _, _, booking_id, key, _ = paper.split("/")
    for path in (
        f"/bookings/{uuid4()}/{key}/print",
        f"/bookings/{booking_id}/x/print",
        f"/bookings/{booking_id}/{key}x/print",
    ):
        assert kiosk.ask("GET", path).status_code == 404
        assert kiosk.ask("POST", path, {}).status_code == 404
    assert kiosk.ask("POST", paper, {}, session=SECOND).status_code == 404
    assert kiosk.ask("GET", paper, session=SECOND).status_code == 404
    for word in WORST:
        assert kiosk.ask("POST", paper, {"language": word, "more": 1}).status_code in {400, 422}
    assert machine.new() == []
