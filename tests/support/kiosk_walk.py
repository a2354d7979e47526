"""Once through every screen of a kiosk: `screens` goes on to the next and gives its name while it stands there."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route, expect

from core.booking.queries import booking_view
from core.booking.views import BookingView
from tests.support.factories import Office, another_departure
from tests.support.kiosk import Kiosk
from tests.support.sales import sell
from tests.support.web import LiveServer


def screens(kiosk: Kiosk, server: LiveServer, office: Office) -> Iterator[str]:
    """From the departures to the warning that nobody is there. Whoever stands at a screen leaves it as it was."""
    with server.app.app_context():
        another_departure(office, 2)
        booking = booking_view(sell(4, 5, office=office))
    assert booking is not None
    kiosk.page.clock.install()
    kiosk.open()
    for part in (
        _board(kiosk),
        _found(kiosk, booking),
        _instead(kiosk),
        _seats(kiosk),
        _paid(kiosk),
        _left(kiosk),
    ):
        for name in part:
            yield name
            kiosk.page.evaluate(
                "dispatchEvent(new Event('input'))"
            )  # looking at it took time: somebody is there


def _board(kiosk: Kiosk) -> Iterator[str]:
    yield "board"
    kiosk.page.click("#help")
    yield "help"
    kiosk.page.keyboard.press("Escape")
    kiosk.page.click("#find")
    yield "destination"
    kiosk.page.click(".letter:enabled >> nth=0")
    yield "destination, a letter typed"
    kiosk.page.keyboard.press("Escape")


def _found(kiosk: Kiosk, booking: BookingView) -> Iterator[str]:
    page = kiosk.page
    page.click("#find-booking")
    kiosk.at("find")
    kiosk.go_on.click()
    yield "find, nothing typed"
    page.fill("#booking-reference", booking.reference)
    page.fill("#booking-proof", "alice@example.org")
    yield "find"
    kiosk.go_on.click()
    kiosk.at("booking")
    yield "booking"
    page.click("#cancel-booking")
    kiosk.at("refund")
    expect(kiosk.go_on).to_be_enabled()
    yield "refund"
    page.click("#go-back")
    page.click("#change-seat")
    kiosk.at("reseat")
    expect(page.locator("#seat-map, #seat-list")).to_be_visible()
    yield "reseat"
    page.click("#go-back")
    kiosk.at("booking").go_on.click()
    kiosk.at("board")


def _instead(kiosk: Kiosk) -> Iterator[str]:
    refusal = {"status": 409, "json": {"code": "sales_closed", "status": 409, "title": "Closed"}}
    with _answered(kiosk.page, "**/kiosk/api/schedules/*/seats?*", refusal):
        kiosk.touch(".dep.on_sale >> nth=0")
        expect(kiosk.page.locator(".dialog .pick")).to_be_visible()
        yield "other departures"
    kiosk.page.click(".dialog .choices button")
    kiosk.at("board")


def _seats(kiosk: Kiosk) -> Iterator[str]:
    kiosk.touch(".dep.on_sale >> nth=0")
    kiosk.at("seats")
    expect(kiosk.go_on).to_be_enabled()
    for more in ("#adult-more", "#child-more"):
        kiosk.page.click(more)
    expect(kiosk.go_on).to_be_enabled()
    yield "seats"
    kiosk.page.click("#as-list")
    yield "seats, the other way"
    kiosk.page.click("#as-list")
    for less in ("#child-less", "#adult-less"):
        kiosk.page.click(less)
    expect(kiosk.go_on).to_be_enabled()


def _paid(kiosk: Kiosk) -> Iterator[str]:
    page = kiosk.page
    kiosk.go_on.click()
    kiosk.at("details")
    page.fill("#email", "ana")
    kiosk.go_on.click()
    yield "details, an address that is none"
    page.fill("#email", "ana@example.org")
    page.focus("#name-0")
    yield "details, a name"
    kiosk.go_on.click()
    kiosk.at("pay")
    yield "pay by card"
    page.click("#method-phone")
    yield "pay by phone"
    kiosk.go_on.click()
    kiosk.at("waiting")
    yield "waiting for the phone"
    page.click("#other-method")
    kiosk.at("pay")
    yield "pay"
    page.click("#method-card")
    with _answered(
        page, "**/kiosk/api/holds/*", {"json": {"status": "active", "payments": [{"status": "pending"}]}}
    ):
        kiosk.go_on.click()
        kiosk.at("waiting")
        yield "waiting for the card"
    kiosk.at("ticket")
    expect(page.locator(".ticket img")).to_be_visible()
    yield "ticket"


def _left(kiosk: Kiosk) -> Iterator[str]:
    kiosk.page.clock.fast_forward(61_000)
    expect(kiosk.page.locator(".dialog .count")).to_be_visible()
    yield "nobody there"


@contextmanager
def _answered(page: Page, address: str, answer: dict[str, object]) -> Iterator[None]:
    """Within, whoever reads there gets this answer: a state of the office that would pass too quickly to be looked at."""

    def handle(route: Route) -> None:
        if route.request.method == "GET":
            route.fulfill(**answer)  # type: ignore[arg-type]  # named as playwright names them
        else:
            route.fallback()

    page.route(address, handle)
    yield
    page.unroute(address, handle)
