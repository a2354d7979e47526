"""Signing in and out, and what protects forms."""

import time

import pytest
from flask import Flask

from tests.admin.conftest import PASSWORD, SignIn
from tests.support.database import Sessions


def test_signing_in_leads_to_the_page_that_was_asked_for(app: Flask, person) -> None:
    user = person("manager")
    browser = app.test_client()
    asked = browser.get("/admin/revenue/")
    page = browser.get(asked.location)
    assert 'value="/admin/revenue/"' in page.text
    form = {"email": user.email, "password": PASSWORD, "next": "/admin/revenue/"}
    assert browser.post("/admin/sign-in", data=form).location == "/admin/revenue/"
    assert browser.get("/admin/sign-in").location == "/admin/"


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/admin/\\evil", "javascript:x", "/admin/\r\nX: y"]
)
def test_signing_in_never_leads_to_another_site(onward: str, app: Flask, person) -> None:
    user = person("manager")
    form = {"email": user.email, "password": PASSWORD, "next": onward}
    assert app.test_client().post("/admin/sign-in", data=form).location == "/admin/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("nobody@example.com", PASSWORD), ("manager-0@example.com", "wrong"), ("\x00", "\x00"), ("", "")],
)
def test_wrong_credentials_say_so_and_keep_the_address(email: str, password: str, app: Flask, person) -> None:
    person("manager")
    answer = app.test_client().post("/admin/sign-in", data={"email": email, "password": password})
    assert answer.status_code == 401
    assert "is not right" in answer.text
    assert PASSWORD not in answer.text


def test_a_customer_has_no_desk(sign_in: SignIn) -> None:
    assert sign_in("customer").get("/admin/").status_code == 302


@pytest.mark.parametrize(("hours", "status"), [(11, 200), (13, 302)])
def test_a_session_ends_by_itself_after_a_long_day(
    hours: int, status: int, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(
            "itsdangerous.TimestampSigner.get_timestamp", lambda _: int(time.time()) - hours * 3600
        )
        browser = sign_in("manager")
    assert browser.get("/admin/reservations/").status_code == status


def test_signing_out_ends_the_session(sign_in: SignIn) -> None:
    browser = sign_in("manager")
    browser.get("/admin/?operator=")
    assert browser.post("/admin/sign-out").location == "/admin/sign-in"
    with browser.session_transaction() as kept:
        assert dict(kept) == {}
    assert browser.get("/admin/").status_code == 302


def test_a_copied_cookie_is_worth_nothing_after_signing_out(sign_in: SignIn) -> None:
    browser = sign_in("manager")
    copied = browser.get_cookie("session")
    assert copied is not None
    assert browser.get("/admin/").status_code == 200
    browser.post("/admin/sign-out")
    browser.set_cookie("session", copied.value)
    assert browser.get("/admin/").status_code == 302


def test_a_sixth_try_within_a_minute_is_refused(app: Flask, db_session: Sessions) -> None:
    app.config["RATE_LIMITS"] = True
    try:
        browser = app.test_client()
        tries = [
            browser.post(
                "/admin/sign-in", data={"email": "a@b.example"}, environ_base={"REMOTE_ADDR": "203.0.113.77"}
            )
            for _ in range(6)
        ]
    finally:
        app.config["RATE_LIMITS"] = False
    assert [answer.status_code for answer in tries] == [401] * 5 + [429]


def test_forms_need_their_token(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in("admin")
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for path in ("/admin/sign-out", "/admin/people/new/", "/admin/kiosks/approve"):
            assert browser.post(path, data={}).status_code == 400
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
