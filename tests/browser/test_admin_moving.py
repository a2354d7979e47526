"""A manager moves a booking to another departure by the keyboard alone, on a desk and on a phone."""

from datetime import timedelta
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import text

from core.booking.queries import booking_view
from core.kernel.db import db, transaction
from tests.browser.test_admin import Desk, context, desk  # noqa: F401 - fixtures
from tests.support.factories import another_departure

pytestmark = pytest.mark.browser


def booked(desk: Desk) -> tuple[UUID, UUID]:  # noqa: F811 - a fixture that was imported
    """A booking of two, and another departure that costs 15.00 more for each."""
    desk.sell(0, 1)
    with desk.server.app.app_context():
        later = another_departure(desk.office, 24)
        another_departure(desk.office, 36)
        with transaction() as session:
            session.execute(text("UPDATE tariffs SET base = 4000, per_km = 0"))
        booking_id = db.session.execute(text("SELECT id FROM bookings")).scalar_one()
        db.session.remove()
    return booking_id, later


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_a_booking_is_moved_by_the_keyboard_alone(desk: Desk, width: int, height: int) -> None:  # noqa: F811 - a fixture that was imported
    booking_id, later = booked(desk)
    page = desk.page.context.new_page()  # axe itself sets styles, which the policy refuses
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{desk.server.url}/admin/bookings/{booking_id}/")
    page.get_by_role("button", name="Move…").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio")).to_have_count(2)
    go = dialog.get_by_role("button", name="Move", exact=True)
    expect(go).to_be_disabled()
    first = dialog.get_by_role("radio").first
    first.focus()
    page.keyboard.press("Space")
    expect(first).to_be_checked()
    expect(dialog).to_contain_text("+€30.00")
    waive = dialog.get_by_role("radio", name="Waive it: we move them")
    waive.focus()
    page.keyboard.press("Space")
    expect(dialog.get_by_label("Why?")).to_be_visible()
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
    assert Axe().run(page, "dialog", options=rules).response["violations"] == []
    dialog.get_by_label("Why?").focus()
    page.keyboard.type("The coach broke down")
    go.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Moved. The new tickets count from now on.")).to_be_visible()
    with desk.server.app.app_context():
        view = booking_view(booking_id)
        assert view is not None
        assert (view.reservation.journey.schedule_id, view.total.amount) == (later, 5200)


def test_from_another_day_on(desk: Desk) -> None:  # noqa: F811 - a fixture that was imported
    booking_id, _ = booked(desk)
    page = desk.open(f"bookings/{booking_id}/")
    page.get_by_role("button", name="Move…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("[name=schedule_id]")).to_have_count(2)
    far = (desk.office.departure_at + timedelta(days=9)).date().isoformat()
    dialog.get_by_label("From this day on").fill(far)
    expect(dialog).to_contain_text("No departure of this route")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
