"""A traveller buys at the kiosk: in five touches, by every method, with what can go wrong on the way."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import text

from core.booking.queries import booking_by_reference
from core.kernel.db import db
from core.tickets import qr
from core.tickets.keys import public_keys
from tests.browser.conftest import Till
from tests.support.kiosk import Kiosk, codes_on

pytestmark = pytest.mark.browser


def test_one_adult_buys_a_ticket_in_five_touches(till: Till, kiosk: Kiosk) -> None:
    kiosk.touch(".dep.on_sale >> nth=0")
    kiosk.at("seats")
    expect(kiosk.go_on).to_be_enabled()
    kiosk.touch("#go-on")
    kiosk.at("details")
    expect(kiosk.go_on).to_have_text("Skip")
    kiosk.touch("#go-on")
    kiosk.at("pay")
    expect(kiosk.go_on).to_have_text("Accept terms and pay 26.00")
    kiosk.touch("#go-on")
    kiosk.at("ticket")
    expect(kiosk.page.locator(".ticket img")).to_be_visible()

    reference = str(kiosk.page.locator("#reference").get_attribute("data-reference"))
    [code] = codes_on(kiosk.page)
    with till.server.app.app_context():
        booking = booking_by_reference(reference)
        facts = qr.verify(code, public_keys())
    assert booking is not None
    assert booking.status == "confirmed"
    assert booking.total.amount == 2600
    assert booking.reservation.channel == "kiosk"
    assert booking.reservation.holder_label == "Kiosk 1"
    assert facts.schedule_id == till.office.schedule_id
    assert facts.seat == booking.reservation.passengers[0].seat_number

    kiosk.touch("#go-on")
    kiosk.at("board")
    assert kiosk.touches == 5


def test_the_price_is_shown_line_by_line_with_the_terms_in_plain_words(kiosk: Kiosk) -> None:
    kiosk.to_pay()

    lines = kiosk.page.locator(".lines tr").all_inner_texts()
    assert [re.sub(r"\s+", " ", line) for line in lines] == [
        "1 adult, Lisboa – Porto 25.00",
        "Booking fee 1.00",
        "of which VAT 6 % 1.47",
        "To pay, EUR 26.00",
    ]
    assert kiosk.page.locator(".terms li").all_inner_texts() == [
        "Until 24 hours before departure: 100 % back",
        "Until 2 hours before departure: 50 % back",
        "After that: no refund",
    ]


def test_two_adults_and_a_child_sit_together_and_get_a_ticket_each(till: Till, kiosk: Kiosk) -> None:
    kiosk.choose_departure()
    kiosk.touch("#adult-more")
    expect(kiosk.page.locator('#seat-map [data-mark="mine"]')).to_have_count(2)
    kiosk.touch("#child-more")
    expect(kiosk.page.locator('#seat-map [data-mark="mine"]')).to_have_count(3)
    assert len({number[:-1] for number in kiosk.mine()}) == 1, "they sit in one row"
    expect(kiosk.go_on).to_be_enabled()
    kiosk.touch("#go-on")
    kiosk.at("details")
    expect(kiosk.page.locator("input")).to_have_count(4)
    kiosk.touch("#go-on")
    kiosk.at("pay")
    kiosk.touch("#go-on")
    kiosk.at("ticket")

    expect(kiosk.page.locator(".ticket img")).to_have_count(3)
    assert len(set(codes_on(kiosk.page))) == 3
    with till.server.app.app_context():
        types = db.session.execute(text("SELECT type FROM passengers ORDER BY place")).scalars().all()
    assert types == ["adult", "adult", "child"]


def test_a_seat_touched_on_the_map_is_the_one_that_is_held(till: Till, kiosk: Kiosk) -> None:
    kiosk.choose_departure()
    kiosk.touch(kiosk.seat("2B"))
    assert kiosk.mine() == ["2B"]
    kiosk.touch("#go-on")
    kiosk.at("details")

    with till.server.app.app_context():
        held = db.session.execute(
            text("SELECT s.number FROM passengers p JOIN seats s ON s.id = p.seat_id")
        ).scalar_one()
    assert held == "2B"


def test_name_and_address_typed_on_the_screen_reach_the_booking(till: Till, kiosk: Kiosk) -> None:
    kiosk.hold()
    kiosk.touch("#email")
    for key in "ana":
        kiosk.page.locator(f'.keys .hg-button[data-skbtn="{key}"]').click()
    kiosk.page.locator('.keys .hg-button[data-skbtn="@"]').click()
    kiosk.page.keyboard.type("example.org")
    kiosk.touch("#name-0")
    for key in "ANA":
        kiosk.page.locator(f'.keys .hg-button[data-skbtn="{key}" i]').click()
    expect(kiosk.go_on).to_have_text("Continue")
    kiosk.touch("#go-on")
    kiosk.at("pay")

    with till.server.app.app_context():
        row = db.session.execute(
            text(
                "SELECT contact_email, full_name FROM reservations r JOIN passengers p ON p.reservation_id = r.id"
            )
        ).one()
    assert tuple(row) == ("ana@example.org", "Ana")


def test_an_address_that_cannot_be_one_is_said_beside_the_field(kiosk: Kiosk) -> None:
    kiosk.hold()
    kiosk.page.fill("#email", "ana at home")
    kiosk.touch("#go-on")

    expect(kiosk.page.locator("#email-fault")).to_have_text("Please check the e-mail address.")
    assert kiosk.step == "details"
    assert kiosk.page.evaluate("document.activeElement.id") == "email"


def test_the_details_are_left_out_where_the_policy_asks_for_nothing(till: Till, kiosk: Kiosk) -> None:
    with till.server.app.app_context():
        db.session.execute(text("UPDATE policies SET passenger_fields = '{\"kiosk\": []}'"))
        db.session.commit()
    kiosk.choose_departure()
    expect(kiosk.page.locator(".qty")).to_have_count(1)
    kiosk.touch("#go-on")
    kiosk.at("pay")


def test_a_payment_that_fails_on_the_phone_says_so_and_the_card_then_works(till: Till, kiosk: Kiosk) -> None:
    kiosk.to_pay()
    kiosk.touch("#method-phone")
    kiosk.touch("#go-on")
    kiosk.at("waiting")
    expect(kiosk.page.locator(".phone-code img")).to_be_visible()
    [address] = codes_on(kiosk.page)
    phone = kiosk.page.context.new_page()
    phone.goto(address)
    phone.locator('form[action$="/fail"] button, button[formaction$="/fail"]').click()
    phone.close()

    expect(kiosk.page.locator(".notice")).to_contain_text("was not accepted")
    kiosk.at("pay")
    kiosk.touch("#method-card")
    kiosk.touch("#go-on")
    kiosk.at("ticket")
    with till.server.app.app_context():
        states = db.session.execute(text("SELECT method, status FROM payments ORDER BY created_at")).all()
    assert [tuple(row) for row in states] == [("phone", "failed"), ("card", "completed")]


def test_a_lost_answer_is_looked_up_and_nothing_is_charged_twice(till: Till, kiosk: Kiosk) -> None:
    kiosk.to_pay()

    def deliver_but_lose(route: object) -> None:
        route.fetch()
        route.abort()

    kiosk.page.route("**/payments", deliver_but_lose)
    kiosk.touch("#go-on")
    kiosk.at("ticket")

    with till.server.app.app_context():
        payments = db.session.execute(text("SELECT status FROM payments")).scalars().all()
    assert payments == ["completed"]


def test_without_a_network_the_screen_says_so_and_goes_on_when_it_is_back(kiosk: Kiosk) -> None:
    kiosk.choose_departure()
    kiosk.page.context.set_offline(True)
    expect(kiosk.page.locator("#banner")).to_contain_text("No connection")
    kiosk.touch("#go-on")
    expect(kiosk.page.locator(".notice")).to_contain_text("No connection")
    assert kiosk.step == "seats"

    kiosk.page.context.set_offline(False)
    expect(kiosk.page.locator("#banner")).to_be_hidden(timeout=6000)
    expect(kiosk.go_on).to_be_enabled()
    kiosk.touch("#go-on")
    kiosk.at("details")


def hold_and_lose_the_answer(kiosk: Kiosk) -> None:
    """At the seat map, which has heard of the hold by the live channel, but not by its answer."""
    kiosk.choose_departure()

    def deliver_half(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text()[: len(answer.text()) // 2])

    kiosk.page.route("**/holds", deliver_half)
    kiosk.touch("#go-on")
    expect(kiosk.page.locator(".notice")).to_contain_text("No connection")
    assert kiosk.step == "seats"
    kiosk.page.unroute("**/holds")
    kiosk.page.wait_for_timeout(1000)


def reservations(till: Till) -> list[tuple[str, str]]:
    """Status and seat of all, in their order."""
    with till.server.app.app_context():
        rows = db.session.execute(
            text(
                "SELECT r.status, s.number FROM reservations r JOIN passengers p ON p.reservation_id = r.id"
                " JOIN seats s ON s.id = p.seat_id ORDER BY r.created_at"
            )
        )
        return [(row.status, row.number) for row in rows]


def test_an_answer_that_breaks_off_is_no_answer_and_nothing_is_held_twice(till: Till, kiosk: Kiosk) -> None:
    hold_and_lose_the_answer(kiosk)
    kiosk.touch("#go-on")
    kiosk.at("details")

    assert reservations(till) == [("active", "1A")]


def test_who_chooses_another_seat_after_a_lost_answer_holds_that_one_alone(till: Till, kiosk: Kiosk) -> None:
    hold_and_lose_the_answer(kiosk)
    kiosk.touch(kiosk.seat("3D"))
    kiosk.touch("#go-on")
    kiosk.at("details")

    assert reservations(till) == [("cancelled", "1A"), ("active", "3D")]


def test_the_hold_has_a_clock_that_can_be_extended_twice(kiosk: Kiosk) -> None:
    kiosk.hold()
    clock = kiosk.page.locator(".hold")
    expect(clock).to_contain_text(re.compile(r"1[45]:\d\d left"))
    kiosk.page.click("#extend")
    expect(clock).to_contain_text(re.compile(r"(19|20):\d\d left"))
    kiosk.page.click("#extend")
    expect(clock).to_contain_text(re.compile(r"2[45]:\d\d left"))
    expect(kiosk.page.locator("#extend")).to_be_hidden()


def test_when_the_time_has_run_out_the_screen_says_so_and_offers_to_choose_again(
    till: Till, kiosk: Kiosk
) -> None:
    kiosk.hold()
    with till.server.app.app_context():
        for table in ("reservations", "seat_locks"):
            db.session.execute(text(f"UPDATE {table} SET expires_at = app_now()"))
        db.session.commit()

    expect(kiosk.page.locator(".dialog")).to_contain_text("The time ran out", timeout=9000)
    kiosk.page.click(".dialog .go")
    kiosk.at("seats")


def test_a_destination_on_the_way_is_found_by_its_letters(kiosk: Kiosk) -> None:
    kiosk.page.click("#find")
    kiosk.page.click('.letter:text-is("C")')
    expect(kiosk.page.locator(".place-key")).to_have_text(["Coimbra"])
    kiosk.page.click(".place-key")

    expect(kiosk.page.locator(".dep .to")).to_have_text(["Coimbra"])
    kiosk.choose_departure()
    expect(kiosk.page.locator(".sum")).to_contain_text("EUR 20.00")


def test_the_seat_map_is_there_within_300_ms_of_the_touch(kiosk: Kiosk) -> None:
    kiosk.choose_departure()
    took = kiosk.page.evaluate(
        "performance.getEntriesByName('seats-shown')[0].startTime"
        " - performance.getEntriesByName('departure-touched')[0].startTime"
    )
    # The promise is 300 ms; a machine that runs other tests beside is given some more.
    assert took < 900


def test_a_sold_out_departure_is_shown_and_cannot_be_touched_further(
    till: Till, new_kiosk: Callable[..., Kiosk]
) -> None:
    with till.server.app.app_context():
        db.session.execute(
            text(
                "INSERT INTO seat_locks (schedule_id, seat_id, leg, layout_id, kind) "
                "SELECT s.id, t.id, leg, s.layout_id, 'blocked' FROM schedules s "
                "JOIN seats t ON t.layout_id = s.layout_id, generate_series(0, 4) leg"
            )
        )
        db.session.commit()
    kiosk = new_kiosk().open()

    expect(kiosk.page.locator(".dep")).to_contain_text("Sold out")
    kiosk.page.locator(".dep").click(force=True)
    assert kiosk.step == "board"
