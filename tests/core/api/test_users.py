import pytest

from core.accounts.throttle import Counters
from tests.core.api.cast import PASSWORD

ANA = {"email": "Ana@Example.org", "name": "Ana Pop", "password": PASSWORD}


def test_one_registers_signs_in_and_stays_signed_in(cast):
    made = cast.nobody.post("/users/register", ANA)
    assert (made.status_code, made.json["role"]) == (201, "customer")
    signed_in = cast.nobody.post("/users/login", {"email": "ana@example.org", "password": PASSWORD}).json
    assert signed_in["expires_in"] == 1800
    token = {"Authorization": f"Bearer {signed_in['access_token']}"}
    assert cast.client.get("/api/v1/users/me", headers=token).json["id"] == made.json["id"]
    fresh = cast.nobody.post("/users/refresh", {"refresh_token": signed_in["refresh_token"]}).json
    token = {"Authorization": f"Bearer {fresh['access_token']}"}
    assert cast.client.get("/api/v1/users/me", headers=token).status_code == 200


def test_nothing_of_the_password_is_shown(cast):
    made = cast.nobody.post("/users/register", ANA)
    assert "password" not in made.text


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"email": "nonsense"}, "invalid_email", "email"),
        ({"password": "short"}, "weak_password", "password"),
        ({"name": " "}, "invalid_name", "name"),
        ({"phone": "call me"}, "invalid_phone", "phone"),
        ({"role": "admin"}, "validation_failed", "role"),
        ({"email": 7}, "validation_failed", "email"),
        ({"name": None}, "validation_failed", "name"),
    ],
)
def test_a_registration_that_is_wrong_names_the_field(cast, change, code, field):
    answer = cast.nobody.post("/users/register", {**ANA, **change})
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (422, code, field)


def test_an_address_is_registered_once(cast):
    cast.nobody.post("/users/register", ANA)
    answer = cast.nobody.post("/users/register", {**ANA, "email": "ANA@example.org"})
    assert (answer.status_code, answer.json["code"]) == (409, "email_taken")


def test_wrong_credentials_are_401(cast):
    answer = cast.nobody.post("/users/login", {"email": "nobody@example.org", "password": "wrong"})
    assert (answer.status_code, answer.json["code"]) == (401, "wrong_credentials")


def test_the_sixth_sign_in_within_a_minute_has_to_wait(app, cast, monkeypatch):
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    monkeypatch.setitem(app.extensions, "bookinghall_counters", Counters("memory://"))
    asked = {"email": "nobody@example.org", "password": "wrong"}
    assert [cast.nobody.post("/users/login", asked).status_code for _ in range(6)] == [401] * 5 + [429]
    answer = cast.nobody.post("/users/login", asked)
    assert answer.json["code"] == "rate_limited"
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_a_customer_sees_only_their_own_account(cast):
    own, other = cast.customer.user, cast.stranger.user
    assert cast.customer.get(f"/users/{own.id}").status_code == 200
    assert cast.customer.get(f"/users/{other.id}").status_code == 404
    assert cast.admin.get(f"/users/{other.id}").status_code == 200


def test_an_admin_lists_filters_and_pages_accounts(cast):
    people = [cast[name].user.email for name in ("admin", "agent", "customer", "gate", "manager")]
    first = cast.admin.get("/users", limit=2).json
    second = cast.admin.get("/users", limit=2, cursor=first["next_cursor"]).json
    last = cast.admin.get("/users", limit=2, cursor=second["next_cursor"]).json
    assert [u["email"] for page in (first, second, last) for u in page["users"]] == sorted(
        [*people, "clerk@station.example"]
    )
    assert last["next_cursor"] is None
    assert [u["email"] for u in cast.admin.get("/users", role="gate").json["users"]] == ["gate@example.org"]
    assert [u["email"] for u in cast.admin.get("/users", q="MANAG").json["users"]] == ["manager@example.org"]
    assert cast.admin.get("/users", q="%").json["users"] == []


def test_an_admin_makes_an_account_for_staff_at_a_station(cast, office):
    body = {**ANA, "role": "agent", "stations": [str(office.places[0])]}
    assert cast.admin.post("/users", body).json["role"] == "agent"
    assert cast.manager.post("/users", {**body, "email": "b@example.org"}).status_code == 403
