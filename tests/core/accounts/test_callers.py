import pytest
from flask import Flask

from core.accounts import api_keys, callers, kiosks, tokens, users
from core.kernel.activity import SYSTEM
from core.kernel.errors import Forbidden, Malformed, Unauthenticated


def who(app: Flask, method: str = "GET", **headers: str) -> callers.Caller:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    with app.test_request_context(
        "/", method=method, headers=sent, environ_base={"REMOTE_ADDR": "198.51.100.7"}
    ):
        return callers.caller_of_request()


def test_a_token_names_its_user(app, ana):
    caller = who(app, Authorization=f"Bearer {tokens.issue(ana).access_token}")
    assert (caller.role, caller.user_id, caller.actor.address) == ("customer", ana.id, "198.51.100.7")
    assert (caller.holder.kind, caller.holder.id) == ("user", str(ana.id))


def test_the_role_is_the_present_one_not_the_one_in_the_token(app, ana):
    token = tokens.access_token(ana.id, "admin")
    assert who(app, Authorization=f"Bearer {token}").role == "customer"
    users.deactivate(ana.id, SYSTEM)
    with pytest.raises(Unauthenticated):
        who(app, Authorization=f"Bearer {token}")


def test_a_key_names_its_partner_and_a_reference_the_partners_customer(app, database):
    key_id, secret = api_keys.create("Partner Travel", ["tickets.read"], SYSTEM)
    caller = who(app, X_Api_Key=secret, X_Client_Reference="order-7")
    assert (caller.role, caller.holder.kind, caller.holder.id) == ("api", "api", f"{key_id}:order-7")
    assert caller.may("tickets.read")
    assert not caller.may("payments.read")


@pytest.mark.parametrize("reference", ["", "a b", "x" * 41, "a:b", "é"])
def test_a_reference_is_a_short_plain_word(app, database, reference):
    _, secret = api_keys.create("Partner Travel", [], SYSTEM)
    with pytest.raises(Malformed):
        who(app, X_Api_Key=secret, X_Client_Reference=reference)


def test_a_kiosk_is_known_by_bearer_or_cookie_and_scoped_to_its_station(app, station):
    kiosk_id, code = kiosks.prepare(station.id, "Kiosk 1", SYSTEM)
    token = kiosks.claim(code)
    for caller in (who(app, Authorization=f"Bearer {token}"), who(app, Cookie=f"bh_kiosk={token}")):
        assert (caller.role, caller.device.id, caller.stations) == ("kiosk", kiosk_id, {station.id})


def test_a_guest_gets_an_id_of_the_servers_making_and_keeps_it(app, database):
    first = who(app)
    assert first.guest_session
    again = who(app, X_Guest_Session=first.guest_session)
    assert again.holder == first.holder
    assert again.guest_session is None
    assert who(app, Cookie=f"bh_guest={first.guest_session}").holder == first.holder


def test_nobody_chooses_to_be_another_guest(app, database):
    guest = who(app)
    for forged in (
        guest.holder.id,
        f"{guest.holder.id}.",
        f"{guest.holder.id}.AAAAAAAAAAAAAAAAAAAAAA",
        "é.é",
    ):
        with pytest.raises(Unauthenticated):
            who(app, X_Guest_Session=forged)
    assert who(app, Cookie=f"bh_guest={guest.holder.id}.x").holder != guest.holder


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer nonsense", "Bearer bhk_nonsense"]
)
def test_what_was_given_and_is_not_good_is_refused_not_ignored(app, database, header):
    with pytest.raises(Unauthenticated):
        who(app, Authorization=header)


def test_a_wrong_key_is_refused(app, database):
    with pytest.raises(Unauthenticated):
        who(app, X_Api_Key="bh_nonsense")


def test_a_cookie_changes_nothing_at_another_sites_bidding(app, station):
    _, code = kiosks.prepare(station.id, "Kiosk 1", SYSTEM)
    cookie = f"bh_kiosk={kiosks.claim(code)}"
    with pytest.raises(Forbidden):
        who(app, "POST", Cookie=cookie, Origin="https://evil.example")
    with pytest.raises(Forbidden):
        who(app, "POST", Cookie=cookie, Sec_Fetch_Site="cross-site")
    assert who(app, "POST", Cookie=cookie, Origin="http://localhost", Sec_Fetch_Site="same-origin")
    assert who(app, "GET", Cookie=cookie, Sec_Fetch_Site="cross-site")


def test_require_sends_guests_to_sign_in_and_others_away(app, ana):
    with pytest.raises(Unauthenticated):
        callers.require(who(app), "activity.read")
    with pytest.raises(Forbidden):
        callers.require(who(app, Authorization=f"Bearer {tokens.issue(ana).access_token}"), "activity.read")
