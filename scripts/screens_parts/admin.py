"""The admin: one manager's way through its rooms, and the page that a stranger gets."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from scripts.screens_parts.studio import Studio

#: Lists and pages that are shown as they open: name -> address below /admin/.
_ROOMS = {
    "bookings": "bookings/",
    "payments": "payments/",
    "refunds": "refunds/",
    "reconciliation": "reconciliation/",
    "vouchers": "vouchers/",
    "till": "till/",
    "shifts": "shifts/",
    "tickets": "tickets/",
    "revenue": "revenue/",
    "schedules": "schedules/",
    "disruptions": "disruptions/",
    "routes": "routes/",
    "places": "places/",
    "operators": "operators/",
    "prices": "prices/",
    "fares": "fares/",
    "vehicles": "vehicles/",
    "layouts": "layouts/",
    "kiosks": "kiosks/",
    "kiosk-devices": "kiosk-devices/",
    "mail-queue": "messages/",
    "people": "people/",
    "activity": "activity/",
    "letters": "letters/",
    "nowhere": "no-such-page/",
}


def draw(studio: Studio) -> None:
    """Sign in, the day, then room by room."""
    studio.lived()
    with studio.page() as page:
        page.goto(f"{studio.office.url}/admin/")
        studio.shoot(page, "sign-in")
    with signed_in(studio) as page:
        today(studio, page)
        _reservations(studio, page)
        _seat_map(studio, page)
        for name, address in _ROOMS.items():
            page.goto(f"{studio.office.url}/admin/{address}")
            studio.shoot(page, name)
        _booking(studio, page)
        _forms(studio, page)
        _letter(studio, page)
        _vehicle(studio, page)
        _mailbox(studio, page)
        _changes(studio, page)


@contextmanager
def signed_in(studio: Studio) -> Iterator[Page]:
    """A page of the demo's admin; signs in once for all parts and sizes."""
    office = studio.office
    with studio.page(storage_state=studio.kept.get("admin")) as page:
        page.goto(f"{office.url}/admin/")
        if "admin" not in studio.kept:
            page.fill("[name=email]", office.admin_email)
            page.fill("[name=password]", office.admin_password)
            page.click(".door-card button")
            page.wait_for_selector(".tiles")
            studio.kept["admin"] = page.context.storage_state()
        yield page


def today(studio: Studio, page: Page) -> None:
    """The first page for the station that sells, with its chart drawn."""
    page.goto(f"{studio.office.url}/admin/")
    page.select_option("select[name=station]", index=1)
    page.wait_for_url("**station=*")
    page.wait_for_selector("canvas[data-drawn]")
    page.wait_for_selector("table[data-live] tbody tr")
    studio.shoot(page, "today", whole=True)


def _reservations(studio: Studio, page: Page) -> None:
    page.goto(f"{studio.office.url}/admin/reservations/")
    page.wait_for_selector("table[data-live] tbody tr")
    studio.shoot(page, "reservations")
    page.locator("[data-opens=release]:visible").first.click()
    page.wait_for_selector("dialog[open]")
    studio.shoot(page, "release")
    page.keyboard.press("Escape")


def _seat_map(studio: Studio, page: Page) -> None:
    page.goto(f"{studio.office.url}/admin/")
    page.locator("a.load").nth(2).click()
    page.wait_for_selector("#plan svg")
    studio.shoot(page, "seat-map", whole=True)


def _booking(studio: Studio, page: Page) -> None:
    for name, state in (("booking", "confirmed"), ("cancelled-booking", "cancelled")):
        page.goto(f"{studio.office.url}/admin/bookings/?status={state}")
        page.locator("a.row-link").first.click()
        studio.shoot(page, name, whole=True)


def _forms(studio: Studio, page: Page) -> None:
    admin = f"{studio.office.url}/admin"
    page.goto(f"{admin}/schedules/")
    page.locator("a.row-link").first.click()
    page.locator("a[href*='/schedules/edit']").first.click()
    studio.shoot(page, "schedule-form", whole=True)
    page.goto(f"{admin}/operators/")
    page.locator("a.row-link").first.click()
    studio.shoot(page, "operator-form", whole=True)
    page.locator("a[href$='/rules']").click()
    studio.shoot(page, "rules", whole=True)
    page.goto(f"{admin}/layouts/")
    page.locator("a.row-link").first.click()
    page.wait_for_selector("#plan svg")
    studio.shoot(page, "layout", whole=True)


def _letter(studio: Studio, page: Page) -> None:
    """An operator's own words, shown with the newest booking before they are kept."""
    page.goto(f"{studio.office.url}/admin/letters/")
    page.locator("a[href*='booking.confirmed/en']").first.click()
    page.fill("[name=subject]", "See you in {{ place }}, {{ reference }}")
    page.fill("[name=body]", "Hello,\n\nplease be at the platform ten minutes before we leave.")
    page.click("[name=preview]")
    page.wait_for_load_state()
    studio.shoot(page, "letter", whole=True)


def _vehicle(studio: Studio, page: Page) -> None:
    """What a smaller vehicle would do to those who have seats."""
    page.goto(f"{studio.office.url}/admin/")
    page.locator("a.load").nth(2).click()
    page.locator("a[href$='/vehicle']").first.click()
    page.locator("select[name=vehicle] option:not([value=''])").first.wait_for(state="attached")
    page.select_option("select[name=vehicle]", index=1)
    page.locator("form:has(select[name=vehicle]) button").first.click()
    page.wait_for_load_state()
    studio.shoot(page, "another-vehicle", whole=True)


def _mailbox(studio: Studio, page: Page) -> None:
    page.goto(f"{studio.office.url}/admin/mailbox/")
    page.locator(".mail-list a:has-text('ticket')").first.click()
    page.frame_locator("iframe").locator("body").wait_for()
    studio.shoot(page, "mailbox")


def _changes(studio: Studio, page: Page) -> None:
    page.goto(f"{studio.office.url}/admin/activity/?kind=policy")
    page.locator("td details summary").first.click()
    studio.shoot(page, "what-changed")
