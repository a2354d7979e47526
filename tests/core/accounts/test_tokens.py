import base64
import json

import jwt
import pytest
from sqlalchemy import func, select

from core.accounts import tokens, users
from core.accounts.models import RefreshToken
from core.kernel.activity import SYSTEM
from core.kernel.db import db


def test_an_access_token_names_user_and_role_for_half_an_hour(ana):
    pair = tokens.issue(ana)
    assert pair.expires_in == 1800
    assert tokens.read_access(pair.access_token) == tokens.Claims(ana.id, "customer")
    said = jwt.decode(pair.access_token, options={"verify_signature": False})
    assert said["exp"] - said["iat"] == 1800


def test_a_token_that_somebody_else_signed_is_refused(ana):
    claims = {"sub": str(ana.id), "role": "admin", "aud": "bookinghall-api", "exp": 2**40}
    with pytest.raises(tokens.BadToken):
        tokens.read_access(jwt.encode(claims, "x" * 32, algorithm="HS256"))


def test_an_unsigned_token_is_refused(ana):
    claims = {"sub": str(ana.id), "role": "admin", "aud": "bookinghall-api", "exp": 2**40}
    with pytest.raises(tokens.BadToken):
        tokens.read_access(jwt.encode(claims, None, algorithm="none"))


def test_a_token_with_another_role_written_into_it_is_refused(ana):
    head, body, signature = tokens.issue(ana).access_token.split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    said["role"] = "admin"
    forged = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    with pytest.raises(tokens.BadToken):
        tokens.read_access(f"{head}.{forged}.{signature}")


def test_an_old_access_token_says_so(app, ana, monkeypatch):
    monkeypatch.setattr(tokens, "ACCESS_LASTS", -tokens.ACCESS_LASTS)
    with pytest.raises(tokens.TokenExpired):
        tokens.read_access(tokens.access_token(ana.id, ana.role))


@pytest.mark.parametrize("token", ["", "a.b.c", "\x00", "é", "a" * 5000])
def test_what_is_no_token_is_refused(database, token):
    with pytest.raises(tokens.BadToken):
        tokens.read_access(token)
    with pytest.raises(tokens.BadToken):
        tokens.rotate(token)


def test_a_refresh_token_is_worth_one_new_pair(ana):
    first = tokens.issue(ana)
    second = tokens.rotate(first.refresh_token)
    assert tokens.read_access(second.access_token).user_id == ana.id
    assert tokens.rotate(second.refresh_token)


def test_a_refresh_token_that_comes_twice_ends_its_whole_family(ana):
    first = tokens.issue(ana)
    elsewhere = tokens.issue(ana)
    second = tokens.rotate(first.refresh_token)
    with pytest.raises(tokens.BadToken):
        tokens.rotate(first.refresh_token)
    with pytest.raises(tokens.BadToken):
        tokens.rotate(second.refresh_token)
    assert tokens.rotate(elsewhere.refresh_token)


def test_a_refresh_token_ends_after_thirty_days_and_is_swept(ana, clock):
    pair = tokens.issue(ana)
    clock.move(days=31)
    with pytest.raises(tokens.TokenExpired):
        tokens.rotate(pair.refresh_token)
    assert tokens.drop_old() == 1


def test_an_ended_account_gets_no_new_tokens(ana):
    pair = tokens.issue(ana)
    users.deactivate(ana.id, SYSTEM)
    with pytest.raises(tokens.BadToken):
        tokens.rotate(pair.refresh_token)


def test_tokens_are_not_kept_in_clear(ana):
    pair = tokens.issue(ana)
    kept = db.session.execute(select(RefreshToken.token_hash)).scalar_one()
    assert pair.refresh_token not in kept
    assert db.session.execute(select(func.count()).select_from(RefreshToken)).scalar_one() == 1
