"""A traveller buys there and back at the kiosk without leaving the flow: one basket, one clock, one price, one payment."""

import re
import sys
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import text

from core.booking.cancel import release
from core.booking.parties import Holder
from core.booking.requests import HoldRequest, PassengerRequest
from core.booking.reserve import reserve
from core.kernel.db import db
from core.proof.invariants import broken
from tests.browser.conftest import Till
from tests.support.factories import ACTOR
from tests.support.kiosk import Kiosk, codes_on
from tests.support.return_trip import way_home

pytestmark = pytest.mark.browser


@pytest.fixture
def home(till: Till) -> UUID:
    """Two departures back on the day after, and one on the third day; gives the first."""
    with till.server.app.app_context():
        return way_home(till.office, timedelta(hours=26), timedelta(hours=27), timedelta(hours=74))


@pytest.fixture
def seated(kiosk: Kiosk, home: UUID) -> Kiosk:
    """At the seats of the way back, of which a good one is chosen already."""
    kiosk.choose_departure()
    return way_back(kiosk)


def way_back(kiosk: Kiosk) -> Kiosk:
    expect(kiosk.page.locator("#return-trip")).to_be_enabled()
    kiosk.touch("#return-trip")
    kiosk.at("wayback")
    kiosk.touch("#wayback .dep.on_sale >> nth=0")
    kiosk.at("seats")
    expect(kiosk.page.locator("#title")).to_have_text("Seats for the way back")
    expect(kiosk.go_on).to_be_enabled()
    return kiosk


def to_pay(kiosk: Kiosk) -> Kiosk:
    kiosk.touch("#go-on")
    kiosk.at("details")
    kiosk.touch("#go-on")
    return kiosk.at("pay")


def take(till: Till, schedule_id: UUID, *seats: int) -> None:
    """Others hold these seats on the whole way."""
    with till.server.app.app_context():
        for at in range(0, len(seats), 6):
            people = tuple(
                PassengerRequest(till.office.seats[seat], full_name="Other") for seat in seats[at : at + 6]
            )
            holder = Holder("guest", f"others-{seats[at]}", "Others")
            reserve(HoldRequest(schedule_id, 0, 5, people, "api"), holder, ACTOR)


def ours(till: Till) -> list[tuple[str, str]]:
    """Status and seats of the kiosk's reservations, in the order of travel."""
    with till.server.app.app_context():
        rows = db.session.execute(
            text(
                "SELECT r.status, string_agg(s.number, ' ' ORDER BY p.place) AS seats FROM reservations r"
                " JOIN passengers p ON p.reservation_id = r.id JOIN seats s ON s.id = p.seat_id"
                " JOIN schedules c ON c.id = r.schedule_id WHERE r.channel = 'kiosk'"
                " GROUP BY r.id, c.departure_at ORDER BY r.created_at, c.departure_at"
            )
        )
        return [(row.status, row.seats) for row in rows]


def faster(kiosk: Kiosk, till: Till, schedule_id: UUID, *seats: int) -> None:
    """At the moment of holding somebody else has these seats."""

    def first(route: Route) -> None:
        take(till, schedule_id, *seats)
        route.continue_()

    kiosk.page.context.route("**/kiosk/api/baskets", first, times=1)


def test_one_adult_buys_there_and_back_in_seven_touches(till: Till, seated: Kiosk) -> None:
    to_pay(seated)
    page = seated.page
    expect(page.locator(".trip")).to_have_count(2)
    expect(page.locator(".lines .way")).to_have_text([re.compile("There.*26.00"), re.compile("Back.*26.00")])
    expect(page.locator(".hold")).to_have_count(1)
    expect(seated.go_on).to_have_text("Accept terms and pay 52.00")
    seated.touch("#go-on")
    seated.at("ticket")
    expect(page.locator(".ticket img")).to_have_count(2)
    assert len(set(codes_on(page))) == 2
    expect(page.locator(".done .leg h2")).to_have_text([re.compile("^There"), re.compile("^Back")])
    references = page.locator("[data-reference]").evaluate_all(
        "(all) => all.map((each) => each.dataset.reference)"
    )
    seated.touch("#go-on")
    seated.at("board")

    sys.stdout.write(f"touches there and back: {seated.touches}\n")
    assert seated.touches == 7
    with till.server.app.app_context():
        sold = db.session.execute(text("SELECT reference FROM bookings ORDER BY reference")).scalars().all()
        paid = db.session.execute(
            text("SELECT count(DISTINCT lead_id) FROM payments WHERE status = 'completed'")
        ).scalar_one()
        assert broken(db.session.connection()) == []
    assert (sold, paid) == (sorted(references), 1)


def test_two_passengers_go_there_and_back(till: Till, kiosk: Kiosk, home: UUID) -> None:
    kiosk.choose_departure()
    kiosk.touch("#adult-more")
    expect(kiosk.page.locator('#seat-map [data-mark="mine"]')).to_have_count(2)
    way_back(kiosk)
    expect(kiosk.page.locator('#seat-map [data-mark="mine"]')).to_have_count(2)
    expect(kiosk.page.locator(".qty")).to_have_count(0)
    kiosk.touch(kiosk.seat("3C"))
    kiosk.touch(kiosk.seat("3D"))
    kiosk.touch("#go-on")
    kiosk.at("details")
    kiosk.page.fill("#name-0", "Ana")
    kiosk.touch("#go-on")
    kiosk.at("pay")
    kiosk.touch("#go-on")
    kiosk.at("ticket")
    expect(kiosk.page.locator(".ticket img")).to_have_count(4)

    assert ours(till) == [("confirmed", "1A 1B"), ("confirmed", "3C 3D")]
    with till.server.app.app_context():
        names = db.session.execute(text("SELECT count(*) FROM passengers WHERE full_name = 'Ana'"))
        assert names.scalar_one() == 2


def test_another_day_can_be_chosen_for_the_way_back(till: Till, kiosk: Kiosk, home: UUID) -> None:
    kiosk.choose_departure()
    kiosk.touch("#return-trip")
    kiosk.at("wayback")
    expect(kiosk.page.locator("#wayback .dep")).to_have_count(2)
    days = kiosk.page.locator(".days .chip")
    kiosk.touch(days.nth(0))
    expect(kiosk.page.locator("#wayback")).to_contain_text("Nothing goes back on this day.")
    kiosk.touch(days.nth(3))
    expect(kiosk.page.locator("#wayback .dep")).to_have_count(1)


def test_the_way_back_is_sold_out_at_the_moment_of_holding(till: Till, seated: Kiosk, home: UUID) -> None:
    faster(seated, till, home, *range(12))
    seated.touch("#go-on")
    dialog = seated.page.locator(".dialog")
    expect(dialog).to_contain_text("All seats are sold now")
    assert ours(till) == []
    dialog.locator(".go").click()
    seated.at("wayback")
    expect(seated.page.locator("#wayback .dep.on_sale")).to_have_count(1)
    seated.touch("#wayback .dep.on_sale")
    seated.at("seats")
    expect(seated.go_on).to_be_enabled()
    to_pay(seated)
    assert ours(till) == [("active", "1A"), ("active", "1A")]


def test_the_seat_there_goes_while_one_chooses_the_way_back(till: Till, seated: Kiosk, home: UUID) -> None:
    faster(seated, till, till.office.schedule_id, 0)
    seated.touch("#go-on")

    expect(seated.page.locator(".notice")).to_contain_text("On the way there seat 1A has just been taken")
    expect(seated.page.locator("#title")).to_have_text("Choose your seat")
    assert ours(till) == []
    expect(seated.go_on).to_be_enabled()
    way_back(seated)
    to_pay(seated)
    assert ours(till)[0][1] != "1A"


def test_only_the_way_there_is_one_touch_away_when_nothing_is_left(
    till: Till, seated: Kiosk, home: UUID
) -> None:
    take(till, home, *range(12))
    dialog = seated.page.locator(".dialog")
    expect(dialog).to_contain_text("All seats are sold now")
    dialog.get_by_role("button", name="One way only").click()
    expect(seated.page.locator("#title")).to_have_text("Choose your seat")
    expect(seated.go_on).to_be_enabled()
    seated.touch("#go-on")
    seated.at("details")
    assert ours(till) == [("active", "1A")]


def test_who_stops_in_the_middle_gives_everything_back(till: Till, seated: Kiosk) -> None:
    to_pay(seated)
    assert ours(till) == [("active", "1A"), ("active", "1A")]
    seated.touch("#stop")
    seated.at("board")
    expect(seated.page.locator("#board .dep")).to_have_count(1)
    seated.page.wait_for_timeout(300)

    assert ours(till) == [("cancelled", "1A"), ("cancelled", "1A")]
    with till.server.app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM seat_locks")).scalar_one() == 0


def test_the_clock_is_one_and_both_ways_end_with_it(till: Till, seated: Kiosk) -> None:
    to_pay(seated)
    seated.page.click("#extend")
    expect(seated.page.locator(".hold")).to_contain_text(re.compile(r"(19|20):\d\d left"))
    with till.server.app.app_context():
        for table in ("reservations", "seat_locks"):
            db.session.execute(text(f"UPDATE {table} SET expires_at = app_now()"))
        db.session.commit()
    expect(seated.page.locator(".dialog")).to_contain_text("The time ran out", timeout=9000)
    seated.page.click(".dialog .go")
    seated.at("seats")
    expect(seated.page.locator("#title")).to_have_text("Seats for the way back")
    expect(seated.go_on).to_be_enabled()
    to_pay(seated)


def test_staff_release_both_ways_and_the_screen_says_so(till: Till, seated: Kiosk) -> None:
    to_pay(seated)
    with till.server.app.app_context():
        held = db.session.execute(text("SELECT id FROM reservations ORDER BY id DESC LIMIT 1")).scalar_one()
        release(held, ACTOR, "The kiosk hangs.")
    expect(seated.page.locator(".dialog")).to_contain_text("Your seats were released")


def test_a_lost_answer_holds_both_ways_once(till: Till, seated: Kiosk) -> None:
    def deliver_but_lose(route: Route) -> None:
        route.fetch()
        route.abort()

    seated.page.route("**/baskets", deliver_but_lose)
    seated.touch("#go-on")
    expect(seated.page.locator(".notice")).to_contain_text("No connection")
    seated.page.unroute("**/baskets")
    seated.page.wait_for_timeout(1000)
    to_pay(seated)

    assert ours(till) == [("active", "1A"), ("active", "1A")]


def test_the_seat_of_the_way_back_is_changed_from_the_payment(till: Till, seated: Kiosk) -> None:
    to_pay(seated)
    seated.touch("#go-back")
    seated.at("seats")
    expect(seated.go_on).to_be_enabled()
    seated.touch(seated.seat("2D"))
    to_pay(seated)

    assert ours(till) == [("active", "1A"), ("active", "2D")]


def test_both_ways_are_paid_by_phone_at_once(till: Till, seated: Kiosk) -> None:
    to_pay(seated)
    seated.touch("#method-phone")
    seated.touch("#go-on")
    seated.at("waiting")
    [address] = codes_on(seated.page)
    phone = seated.page.context.new_page()
    phone.goto(address)
    expect(phone.locator("body")).to_contain_text("52.00")
    phone.locator('form[action$="/pay"] button, button[formaction$="/pay"], form button').first.click()
    phone.close()
    seated.at("ticket")
    assert ours(till) == [("confirmed", "1A"), ("confirmed", "1A")]


def test_without_a_way_back_it_is_five_touches_still(kiosk: Kiosk, home: UUID) -> None:
    to_pay(kiosk.choose_departure())
    kiosk.touch("#go-on")
    kiosk.at("ticket")
    kiosk.touch("#go-on")
    kiosk.at("board")
    sys.stdout.write(f"touches one way: {kiosk.touches}\n")
    assert kiosk.touches == 5


def test_the_way_back_from_right_to_left_on_a_telephone(
    new_kiosk: Callable[..., Kiosk], till: Till, home: UUID
) -> None:
    kiosk = new_kiosk(viewport={"width": 390, "height": 844}).open()
    kiosk.page.click('[data-language="ar"]')
    kiosk.choose_departure()
    kiosk.touch("#return-trip")
    kiosk.at("wayback")
    expect(kiosk.page.locator("#wayback .dep")).to_have_count(2)
    assert kiosk.page.evaluate("document.documentElement.dir") == "rtl"
    assert kiosk.page.evaluate("document.documentElement.scrollWidth") <= 390
