"""Find my booking: from the first screen to the ticket again, to money back, to another seat."""

from uuid import UUID

import pytest
from playwright.sync_api import expect
from sqlalchemy import text

from core.booking.queries import booking_view
from core.booking.views import BookingView
from core.kernel.db import db
from core.pricing.service import set_seat_charge
from core.tickets.queries import tickets_of
from tests.browser.conftest import Till
from tests.support.factories import CLERK
from tests.support.kiosk import Kiosk, codes_on
from tests.support.sales import sell

pytestmark = pytest.mark.browser


def bought(till: Till, *seats: int) -> BookingView:
    """A sale of these seats, by Alice, in cash."""
    with till.server.app.app_context():
        return view(sell(*seats, office=till.office))


def view(booking_id: UUID) -> BookingView:
    found = booking_view(booking_id)
    assert found is not None
    return found


def find(kiosk: Kiosk, booking: BookingView) -> None:
    kiosk.page.click("#find-booking")
    kiosk.at("find")
    kiosk.page.keyboard.type(booking.spoken_reference)
    kiosk.page.fill("#booking-proof", "alice@example.org")
    kiosk.page.click("#go-on")
    kiosk.at("booking")


@pytest.mark.usefixtures("plain_modules")
def test_the_reference_is_typed_on_the_screen_and_the_ticket_is_there_again(till: Till, kiosk: Kiosk) -> None:
    booking = bought(till, 0)
    kiosk.page.click("#find-booking")
    kiosk.at("find")
    for key in booking.reference:
        kiosk.page.locator(f'.keys .hg-button[data-skbtn="{key}"]').click()
    kiosk.page.click("#booking-proof")
    kiosk.page.keyboard.type("bob@example.org")
    kiosk.page.click("#go-on")
    expect(kiosk.page.locator("#booking-proof-fault")).to_contain_text("no booking")
    assert kiosk.step == "find"

    kiosk.page.fill("#booking-proof", "alice@example.org")
    kiosk.page.click("#go-on")
    kiosk.at("booking")
    with till.server.app.app_context():
        [ticket] = tickets_of(booking.id)
    assert codes_on(kiosk.page) == [ticket.qr]

    kiosk.page.click("#go-on")
    kiosk.at("board")
    assert kiosk.page.evaluate("import('/kiosk/static/js/sale.js').then((m) => m.sale.found)") is None
    assert booking.reference not in kiosk.page.content()


def test_the_code_of_a_ticket_held_to_the_scanner_is_enough(till: Till, kiosk: Kiosk) -> None:
    booking = bought(till, 0)
    with till.server.app.app_context():
        [ticket] = tickets_of(booking.id)
    kiosk.page.click("#find-booking")
    kiosk.at("find")
    kiosk.page.keyboard.insert_text(ticket.qr)
    kiosk.page.keyboard.press("Enter")

    kiosk.at("booking")
    expect(kiosk.page.locator("#reference")).to_have_attribute("data-reference", booking.reference)


def test_one_of_two_is_cancelled_after_seeing_what_comes_back(till: Till, kiosk: Kiosk) -> None:
    booking = bought(till, 0, 1)
    find(kiosk, booking)
    kiosk.page.click("#cancel-booking")
    kiosk.at("refund")
    expect(kiosk.page.locator(".back .total td")).to_have_text("26.00")
    kiosk.page.click(".pick >> nth=1")
    expect(kiosk.page.locator(".back .total td")).to_have_text("13.00")
    expect(kiosk.page.locator(".back")).to_contain_text("in cash at the counter")
    expect(kiosk.go_on).to_have_text("Cancel and get EUR 13.00 back")
    kiosk.page.click("#go-on")

    kiosk.at("booking")
    expect(kiosk.page.locator(".notice")).to_contain_text("You get EUR 13.00 back")
    expect(kiosk.page.locator(".ticket.void")).to_contain_text("Seat 1A")
    expect(kiosk.page.locator(".ticket img")).to_have_count(1)
    with till.server.app.app_context():
        assert db.session.execute(text("SELECT sum(amount) FROM refunds")).scalar_one() == 1300
        assert view(booking.id).status == "confirmed"


def test_a_seat_of_the_same_price_is_changed_at_once(till: Till, kiosk: Kiosk) -> None:
    booking = bought(till, 0)
    find(kiosk, booking)
    kiosk.page.click("#change-seat")
    kiosk.at("reseat")
    expect(kiosk.seat("1A")).to_have_attribute("data-mark", "mine")
    kiosk.seat("3D").click()
    expect(kiosk.page.locator(".sum")).to_contain_text("Costs the same")
    kiosk.page.click("#go-on")

    kiosk.at("booking")
    expect(kiosk.page.locator(".ticket")).to_contain_text("Seat 3D")
    with till.server.app.app_context():
        [ticket] = tickets_of(booking.id)
    assert codes_on(kiosk.page) == [ticket.qr]
    assert ticket.serial == 2


def test_a_dearer_seat_is_paid_through_the_same_step_and_going_back_changes_nothing(
    till: Till, kiosk: Kiosk
) -> None:
    with till.server.app.app_context():
        set_seat_charge(till.office.operator_id, "window", 300, CLERK)
    booking = bought(till, 1)
    find(kiosk, booking)
    kiosk.page.click("#change-seat")
    kiosk.at("reseat")
    kiosk.seat("2A").click()
    expect(kiosk.go_on).to_have_text("Change and pay 3.00")
    kiosk.page.click("#go-on")
    kiosk.at("pay")
    expect(kiosk.page.locator(".lines .total td")).to_have_text("3.00")
    kiosk.page.click("#go-back")
    kiosk.at("reseat")
    expect(kiosk.seat("1B")).to_have_attribute("data-mark", "mine")

    kiosk.seat("2A").click()
    expect(kiosk.go_on).to_be_enabled()
    kiosk.page.click("#go-on")
    kiosk.at("pay").page.click("#go-on")
    kiosk.at("ticket")
    expect(kiosk.page.locator(".ticket")).to_contain_text("Seat 2A")
    with till.server.app.app_context():
        changed = view(booking.id)
    assert [person.seat_number for person in changed.reservation.passengers] == ["2A"]
    assert changed.total.amount == booking.total.amount + 300
