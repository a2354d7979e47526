"""Signing in with e-mail address and password, and the session that a browser keeps afterwards."""

from typing import Any
from uuid import UUID

from flask import Flask
from flask_login import LoginManager
from sqlalchemy import update

from core.accounts import throttle, users
from core.accounts.models import User
from core.accounts.passwords import hash_password, needs_rehash, verify_password
from core.kernel.activity import Actor, record
from core.kernel.clock import app_now
from core.kernel.db import db, transaction
from core.kernel.errors import Unauthenticated


class WrongCredentials(Unauthenticated):
    """No account with this address and password; it is not said which of the two was wrong."""

    code = "wrong_credentials"
    message = "The e-mail address or the password is not right."


def register(app: Flask) -> None:
    """Flask-Login for the screens, and the counters that slow down guessing."""
    throttle.register(app)
    manager = LoginManager()
    manager.session_protection = "basic"
    manager.user_loader(user_of_session)
    manager.init_app(app)


def sign_in(email: str, password: str, address: str | None) -> User:
    """Check the credentials; the caller makes a session (`login_user`) or tokens of the user.

    Takes the same time whether the account exists or not. Raises WrongCredentials (401) and, after five tries of
    one address within a minute, TooManyRequests (429).
    """
    throttle.throttle("sign_in", throttle.SIGN_INS, address)
    user = users.by_email(email)
    right = verify_password(password, user.password_hash if user else None)
    if user is None or not right or not user.active:
        raise WrongCredentials
    values: dict[str, Any] = {"last_sign_in_at": app_now()}
    if needs_rehash(user.password_hash):
        values["password_hash"] = hash_password(password)
    with transaction() as session:
        session.execute(update(User).where(User.id == user.id).values(**values))
        record(Actor("user", str(user.id), user.name, address), "user.signed_in", "user", user.id)
    db.session.refresh(user)
    return user


def sign_out(user_id: UUID, address: str | None) -> None:
    """End every session of the user's browsers, copies of their cookies among them."""
    with transaction() as session:
        counted = update(User).where(User.id == user_id).values(sign_outs=User.sign_outs + 1)
        name = session.execute(counted.returning(User.name)).scalar_one_or_none()
        if name is not None:
            record(Actor("user", str(user_id), name, address), "user.signed_out", "user", user_id)


def user_of_session(session_id: str) -> User | None:
    """The user that a session names, unless the account has ended, got another password or signed out since."""
    user_id, _, stamp = session_id.partition(":")
    try:
        user = db.session.get(User, UUID(user_id))
    except ValueError:
        return None
    return user if user is not None and user.active and stamp == user.session_stamp else None
