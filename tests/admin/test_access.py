"""Who sees which page of the admin, and who may do what: every view with every role."""

import pytest
from flask import Flask

from tests.admin.conftest import ROLES, SignIn
from tests.support.database import Sessions

EVERY = {"gate", "agent", "manager", "admin"}
SELLING = {"agent", "manager", "admin"}
BUSINESS = {"manager", "admin"}

#: Page -> the roles that see it.
PAGES = {
    "/admin/": EVERY,
    "/admin/reservations/": SELLING,
    "/admin/reservations/live.json": SELLING,
    "/admin/bookings/": EVERY,
    "/admin/tickets/": EVERY,
    "/admin/payments/": BUSINESS,
    "/admin/refunds/": BUSINESS,
    "/admin/vouchers/": BUSINESS,
    "/admin/reconciliation/": BUSINESS,
    "/admin/till/": SELLING,
    "/admin/shifts/": SELLING,
    "/admin/revenue/": BUSINESS,
    "/admin/schedules/": EVERY,
    "/admin/disruptions/": BUSINESS,
    "/admin/routes/": BUSINESS,
    "/admin/places/": BUSINESS,
    "/admin/operators/": BUSINESS,
    "/admin/vehicles/": BUSINESS,
    "/admin/layouts/": BUSINESS,
    "/admin/prices/": BUSINESS,
    "/admin/letters/": BUSINESS,
    "/admin/branding/": BUSINESS,
    "/admin/fares/": BUSINESS,
    "/admin/kiosks/": BUSINESS,
    "/admin/kiosk-devices/": BUSINESS,
    "/admin/messages/": SELLING,
    "/admin/mailbox/": SELLING,
    "/admin/people/": {"admin"},
    "/admin/activity/": {"admin"},
}


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_its_pages_and_no_other(role: str, sign_in: SignIn) -> None:
    browser = sign_in(role)
    seen = {page for page in PAGES if browser.get(page, follow_redirects=True).status_code == 200}
    if role == "customer":
        assert seen == set(PAGES), "a customer is not signed in: every page leads to the sign-in page"
        assert browser.get("/admin/").status_code == 302
    else:
        assert seen == {page for page, roles in PAGES.items() if role in roles}


def test_the_menu_shows_only_what_one_may_open(sign_in: SignIn) -> None:
    page = sign_in("gate").get("/admin/").text
    assert "/admin/bookings/" in page
    assert "/admin/people/" not in page
    assert "/admin/revenue/" not in page


def test_the_table_of_pages_is_whole(app: Flask) -> None:
    """A new view has to be entered above."""
    pages = {
        rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.endswith((".index_view", ".index"))
    }
    admins = {page for page in pages if page.startswith("/admin/") and "<" not in page}
    assert admins - {"/admin/papers/"} == set(PAGES) - {"/admin/reservations/live.json"}


@pytest.mark.parametrize("page", [*PAGES, "/admin/people/new/", "/admin/operators/edit/?id=1"])
def test_strangers_are_asked_to_sign_in(page: str, app: Flask, db_session: Sessions) -> None:
    answer = app.test_client().get(page)
    assert answer.status_code == 302
    assert answer.location.startswith("/admin/sign-in?next=")


@pytest.mark.parametrize("path", ["reservations/live.json", "mailbox/list.json", "schedules/x/seats.json"])
def test_scripts_of_strangers_get_401(path: str, app: Flask, db_session: Sessions) -> None:
    answer = app.test_client().get(f"/admin/{path}", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json["code"] == "unauthenticated"


def test_a_gate_may_look_at_a_departure_and_not_change_it(sign_in: SignIn, office) -> None:
    browser = sign_in("gate")
    assert browser.get(f"/admin/schedules/{office.schedule_id}/").status_code == 200
    assert browser.get(f"/admin/schedules/edit/?id={office.schedule_id}").status_code == 403
    assert (
        browser.post(f"/admin/schedules/{office.schedule_id}/status", data={"status": "boarding"}).status_code
        == 403
    )
    assert (
        browser.post(
            "/admin/disruptions/plan", data={"schedule": office.schedule_id, "reason": "snow"}
        ).status_code
        == 403
    )


def test_stock_deeds_of_flask_admin_are_gone(sign_in: SignIn, office) -> None:
    browser = sign_in("admin")
    for deed in ("delete", "action", "ajax/update"):
        assert (
            browser.post(f"/admin/bookings/{deed}/", data={"id": str(office.schedule_id)}).status_code == 404
        )
    assert browser.get("/admin/people/export/csv/").status_code == 404


def test_every_page_has_a_policy_that_runs_nothing_foreign(sign_in: SignIn) -> None:
    answer = sign_in("admin").get("/admin/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert "style=" not in answer.text
    assert "onclick" not in answer.text
