"""Somebody was a moment faster: the next best seat, or the next departure, is one touch away; another price is said."""

from uuid import UUID

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import text

from core.booking.parties import Holder
from core.booking.reserve import reserve
from core.kernel.db import db
from tests.browser.conftest import Till
from tests.support.factories import ACTOR, ALICE, Office, another_departure
from tests.support.kiosk import Kiosk

pytestmark = pytest.mark.browser


def take_all(office: Office, *but: int) -> None:
    """Others hold every seat except these."""
    seats = [seat for seat in range(12) if seat not in but]
    for at in range(0, len(seats), 6):
        reserve(office.ask(*seats[at : at + 6]), Holder("guest", f"others-{at}", "Others"), ACTOR)


@pytest.fixture
def later(till: Till) -> UUID:
    """One more departure, two hours later."""
    with till.server.app.app_context():
        return another_departure(till.office, 2)


def test_the_last_seats_go_at_continue_and_the_next_departure_is_one_touch_away(
    till: Till, later: UUID, kiosk: Kiosk
) -> None:
    kiosk.choose_departure()

    def faster(route: Route) -> None:
        with till.server.app.app_context():
            take_all(till.office)
        route.continue_()

    kiosk.page.context.route("**/kiosk/api/holds", faster, times=1)
    kiosk.page.click("#go-on")

    dialog = kiosk.page.locator(".dialog")
    expect(dialog).to_contain_text("All seats are sold now")
    expect(dialog.locator(".instead .pick")).to_have_count(1)
    dialog.locator(".instead .pick").click()
    kiosk.at("seats")
    expect(kiosk.page.locator('#seat-map [data-mark="mine"]')).to_have_count(1)
    expect(kiosk.go_on).to_be_enabled()
    kiosk.page.click("#go-on")
    kiosk.at("details")
    with till.server.app.app_context():
        held = db.session.execute(
            text("SELECT schedule_id FROM reservations WHERE holder_kind = 'kiosk'")
        ).scalar_one()
    assert held == later


def test_the_last_seat_goes_while_one_looks_at_it(till: Till, later: UUID, kiosk: Kiosk) -> None:
    with till.server.app.app_context():
        take_all(till.office, 5)
    kiosk.choose_departure()
    assert kiosk.mine() == ["2B"]
    with till.server.app.app_context():
        reserve(till.office.ask(5), ALICE, ACTOR)

    dialog = kiosk.page.locator(".dialog")
    expect(dialog).to_contain_text("All seats are sold now")
    dialog.get_by_role("button", name="All departures").click()
    kiosk.at("board")


def test_where_no_other_departure_has_room_that_is_said(till: Till, kiosk: Kiosk) -> None:
    with till.server.app.app_context():
        take_all(till.office, 5)
    kiosk.choose_departure()
    with till.server.app.app_context():
        reserve(till.office.ask(5), ALICE, ACTOR)

    expect(kiosk.page.locator(".dialog")).to_contain_text("no other departure with room")


def test_a_price_that_moved_between_choosing_and_holding_is_said_before_it_is_paid(
    till: Till, kiosk: Kiosk
) -> None:
    kiosk.choose_departure()
    expect(kiosk.page.locator(".sum .big")).to_have_text("EUR 26.00")
    with till.server.app.app_context():
        db.session.execute(text("UPDATE tariffs SET base = base + 200"))
        db.session.commit()
    kiosk.page.click("#go-on")
    kiosk.at("details").page.click("#go-on")
    kiosk.at("pay")

    expect(kiosk.page.locator("#price-changed")).to_contain_text("it was EUR 26.00, it is EUR 28.00 now")
    expect(kiosk.go_on).to_have_text("Accept terms and pay 28.00")
