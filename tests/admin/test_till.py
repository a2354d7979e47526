"""Shifts at the desk: one's own drawer, a kiosk's cash box, the report, and who may see and approve what."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from core.accounts.kiosks import claim, prepare
from core.accounts.models import User
from core.booking.pay import take_cash
from core.booking.reserve import reserve
from core.kernel.activity import SYSTEM, Actor
from core.kernel.db import db
from tests.admin.conftest import PASSWORD, SignIn
from tests.support.bad_strings import BAD_STRINGS
from tests.support.factories import ACTOR, ALICE, Office

TILL = "/admin/till/"


def drawer(kind: str = "clerk") -> str:
    """Where the newest person's drawer, or kiosk's box, is."""
    table = "users" if kind == "clerk" else "kiosks"
    newest = db.session.execute(
        text(f"SELECT id FROM {table} ORDER BY created_at DESC, id DESC LIMIT 1")
    ).scalar_one()
    return f"{TILL}{kind}/{newest}"


def shifts() -> list[Any]:
    return list(
        db.session.execute(text("SELECT * FROM shifts WHERE opened_by_name <> 'Station clerk' ORDER BY id"))
    )


def open_at(browser: FlaskClient, where: str, **more: str) -> str:
    form = {"currency": "EUR", "pieces-2000": "2", "pieces-50": "10", **more}
    return browser.post(f"{where}/open", data=form, follow_redirects=True).text


def sell(office: Office, seat: int, user: User) -> None:
    held = reserve(office.ask(seat), ALICE, ACTOR).reservation_id
    take_cash(held, None, Actor("user", str(user.id), user.name))


@pytest.fixture
def clerk(app: Any, person: Callable[..., User], office: Office) -> tuple[FlaskClient, User]:
    """An agent of the first station, signed in."""
    user = person("agent", office.places[0], name="Dan Georgescu")
    browser = app.test_client()
    browser.post("/admin/sign-in", data={"email": user.email, "password": PASSWORD})
    return browser, user


def test_a_clerk_opens_sells_and_closes_blind(clerk: tuple[FlaskClient, User], office: Office) -> None:
    browser, user = clerk
    where = f"{TILL}clerk/{user.id}"
    assert "Open the shift" in browser.get(TILL).text
    assert "Count and close" in open_at(browser, where)
    (shift,) = shifts()
    assert (shift.user_id, shift.place_id, shift.float_amount) == (user.id, office.places[0], 4500)
    sell(office, 0, user)

    page = browser.get(TILL).text
    report = browser.get(f"/admin/shifts/{shift.id}/").text
    for shown in (page, report):
        assert "71.00" not in shown, "what should be there is not for those who count"
        assert "26.00" not in shown
    out = {"kind": "taken_out", "amount": "20,00", "reason": "Notes to the safe"}
    assert "Noted: taken out." in browser.post(f"{where}/move", data=out, follow_redirects=True).text

    page = browser.post(f"{where}/close", data={"pieces-5000": "1"}, follow_redirects=True).text
    assert "€51.00" in page
    assert "−€1.00" in page
    assert "Notes to the safe" in page
    (shift,) = shifts()
    assert (shift.expected, shift.counted) == (5100, 5000)


def test_a_kiosks_box_is_a_managers(sign_in: SignIn, office: Office) -> None:
    _, code = prepare(office.places[0], "Kiosk 7", SYSTEM)
    claim(code)
    where = drawer("kiosk")
    assert sign_in("agent", office.places[0]).get(f"{where}/").status_code == 403
    assert sign_in("manager", office.places[2]).get(f"{where}/").status_code == 403, "of another station"
    manager = sign_in("manager", office.places[0], office.places[1])
    assert "It offers no cash until a shift is open." in manager.get("/admin/shifts/").text
    open_at(manager, where)
    assert manager.get(f"/admin/shifts/?kiosk={where.rpartition('/')[2]}").text.count("Kiosk 7") >= 2
    assert [(str(shift.kiosk_id), shift.place_id) for shift in shifts()] == [
        (where.rpartition("/")[2], office.places[0])
    ]


def test_an_agent_sees_their_own_and_a_manager_those_of_the_stations(
    clerk: tuple[FlaskClient, User], sign_in: SignIn, office: Office
) -> None:
    browser, user = clerk
    open_at(browser, f"{TILL}clerk/{user.id}")
    shift = shifts()[0].id
    for other, status in ((sign_in("agent"), 404), (sign_in("manager", office.places[1]), 404), (sign_in("gate"), 403),
                          (sign_in("manager"), 200), (browser, 200)):  # fmt: skip
        assert other.get(f"/admin/shifts/{shift}/").status_code == status
    assert "Station clerk" not in browser.get("/admin/shifts/").text
    assert (
        sign_in("manager", office.places[0], office.places[2]).get(f"{TILL}clerk/{user.id}/").status_code
        == 200
    )
    assert (
        sign_in("agent", office.places[0], office.places[2]).get(f"{TILL}clerk/{user.id}/").status_code == 403
    )


def test_a_large_difference_waits_for_another_manager(sign_in: SignIn, office: Office) -> None:
    first = sign_in("manager")
    where = drawer()
    open_at(first, where)
    first.post(f"{where}/close", data={})
    shift = shifts()[0].id
    approve, note = f"/admin/shifts/{shift}/approve", {"reason": "Found in the safe"}
    assert "Approve…" not in first.get(f"/admin/shifts/{shift}/").text
    assert "somebody else has to approve" in first.post(approve, data=note, follow_redirects=True).text

    second = sign_in("admin")
    assert "1 drawer waits for approval" in second.get("/admin/").text
    assert "Approve…" in second.get(f"/admin/shifts/{shift}/").text
    assert "Please say why." in second.post(approve, follow_redirects=True).text
    assert "Found in the safe" in second.post(approve, data=note, follow_redirects=True).text
    assert "waits for approval" not in second.get("/admin/").text
    for state, seen in (
        ("approved", True),
        ("to_approve", False),
        ("open", False),
        ("closed", True),
        ("x", True),
    ):
        assert (f"/admin/shifts/{shift}/" in second.get(f"/admin/shifts/?state={state}").text) is seen


def test_a_manager_sets_the_limit(sign_in: SignIn, office: Office) -> None:
    manager = sign_in("manager")
    page = manager.post(
        "/admin/shifts/limit", data={"currency": "EUR", "amount": "12.50"}, follow_redirects=True
    ).text
    assert 'value="12.50"' in page
    assert (
        "such as 12.50"
        in manager.post(
            "/admin/shifts/limit", data={"currency": "EUR", "amount": "-1"}, follow_redirects=True
        ).text
    )
    assert manager.post("/admin/shifts/limit", data={"currency": "XXX", "amount": "1"}).status_code == 404
    assert (
        sign_in("agent").post("/admin/shifts/limit", data={"currency": "EUR", "amount": "1"}).status_code
        == 403
    )


@pytest.mark.parametrize("typed", ["-1", "1.5", "x", "1000000", "٣", *BAD_STRINGS[:60:7]])
def test_a_count_that_makes_no_sense_is_shown_again(sign_in: SignIn, office: Office, typed: str) -> None:
    browser = sign_in("agent")
    answer = browser.post(
        f"{drawer()}/open", data={"currency": "EUR", "pieces-500": typed, "pieces-100": "7"}
    )
    if typed.strip():
        assert answer.status_code == 422
        assert 'data-worth="100"' in answer.text
        assert 'value="7"' in answer.text, "what was counted is not lost"
        assert shifts() == []


def test_addresses_that_lead_nowhere(sign_in: SignIn, office: Office) -> None:
    browser = sign_in("manager")
    own = drawer()
    nobody = UUID(int=0)
    for path in (
        f"{TILL}clerk/{nobody}/",
        f"{TILL}kiosk/{nobody}/",
        f"{TILL}bus/{nobody}/",
        f"{TILL}clerk/x/",
        f"/admin/shifts/{nobody}/",
        "/admin/shifts/x/",
    ):
        assert browser.get(path).status_code == 404, path
    assert browser.post(f"{own}/close", data={}).status_code == 404
    assert (
        browser.post(f"{own}/move", data={"kind": "put_in", "amount": "1", "reason": "why"}).status_code
        == 404
    )
    assert browser.post(f"{own}/open", data={"currency": "XXX"}).status_code == 422


def test_no_cash_is_handed_out_without_a_shift_and_the_page_says_so(sign_in: SignIn, office: Office) -> None:
    manager = sign_in("manager")
    form = {"operator_id": str(office.operator_id), "amount": "25.50", "reason": "A present", "sold": "y"}
    assert "open your shift first" in manager.post("/admin/vouchers/new/", data=form).text
    assert db.session.execute(text("SELECT count(*) FROM vouchers")).scalar_one() == 0
