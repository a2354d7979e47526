import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from core.accounts import sign_in, users
from core.accounts.models import User
from core.accounts.passwords import needs_rehash
from core.accounts.throttle import Counters, TooManyRequests
from core.kernel.activity import SYSTEM, ActivityEntry
from core.kernel.db import db

PASSWORD = "correct horse battery"


def test_the_right_password_signs_in_and_is_logged(ana):
    user = sign_in.sign_in(" ana@example.org", PASSWORD, "198.51.100.7")
    assert user.id == ana.id
    assert user.last_sign_in_at is not None
    entry = db.session.execute(
        select(ActivityEntry).where(ActivityEntry.action == "user.signed_in")
    ).scalar_one()
    assert (entry.actor_id, entry.address) == (str(ana.id), "198.51.100.7")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ana@example.org", "wrong"),
        ("bob@example.org", PASSWORD),
        ("", ""),
        ("\x00", "\x00"),
        ("a\ud800", "\ud800"),
    ],
)
def test_wrong_credentials_do_not_say_which_part_was_wrong(ana, email, password):
    with pytest.raises(sign_in.WrongCredentials) as refused:
        sign_in.sign_in(email, password, None)
    assert refused.value.message == sign_in.WrongCredentials.message


def test_an_ended_account_does_not_sign_in(ana):
    users.deactivate(ana.id, SYSTEM)
    with pytest.raises(sign_in.WrongCredentials):
        sign_in.sign_in("ana@example.org", PASSWORD, None)


def test_an_old_hash_is_renewed_at_the_next_sign_in(ana):
    weak = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
    db.session.execute(update(User).where(User.id == ana.id).values(password_hash=weak))
    db.session.commit()
    assert not needs_rehash(sign_in.sign_in("ana@example.org", PASSWORD, None).password_hash)


def test_a_sixth_try_within_a_minute_has_to_wait(app, ana, monkeypatch):
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    monkeypatch.setitem(app.extensions, "bookinghall_counters", Counters("memory://"))
    for _ in range(5):
        with pytest.raises(sign_in.WrongCredentials):
            sign_in.sign_in("ana@example.org", "wrong", "198.51.100.7")
    with pytest.raises(TooManyRequests) as refused:
        sign_in.sign_in("ana@example.org", PASSWORD, "198.51.100.7")
    assert 1 <= refused.value.details["retry_after"] <= 60
    assert sign_in.sign_in("ana@example.org", PASSWORD, "198.51.100.8")


def test_counting_goes_on_in_memory_while_redis_is_away(app, ana, monkeypatch):
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    monkeypatch.setitem(app.extensions, "bookinghall_counters", Counters("redis://127.0.0.1:1/0"))
    for _ in range(5):
        sign_in.sign_in("ana@example.org", PASSWORD, "198.51.100.7")
    with pytest.raises(TooManyRequests):
        sign_in.sign_in("ana@example.org", PASSWORD, "198.51.100.7")


def test_web_processes_count_together_in_redis(app, ana, monkeypatch, redis_url):
    monkeypatch.setitem(app.config, "RATE_LIMITS", True)
    storage = redis_url.replace("unix://", "redis+unix://", 1)
    for _ in range(5):
        monkeypatch.setitem(app.extensions, "bookinghall_counters", Counters(storage))
        sign_in.sign_in("ana@example.org", PASSWORD, "198.51.100.7")
    monkeypatch.setitem(app.extensions, "bookinghall_counters", Counters(storage))
    with pytest.raises(TooManyRequests):
        sign_in.sign_in("ana@example.org", PASSWORD, "198.51.100.7")


def test_a_session_names_its_user_until_the_password_changes(ana):
    kept = ana.get_id()
    assert sign_in.user_of_session(kept).id == ana.id
    users.change(ana.id, SYSTEM, password="another long password")
    assert sign_in.user_of_session(kept) is None


@pytest.mark.parametrize("session_id", ["", ":", "nonsense", "0:0", "\x00"])
def test_a_session_of_nobody_names_nobody(database, session_id):
    assert sign_in.user_of_session(session_id) is None
