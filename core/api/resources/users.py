"""Users: register, sign in, refresh, and who one is."""

from typing import Any
from uuid import UUID

from flask import request
from sqlalchemy import func, select

from core.accounts import sign_in, tokens, users
from core.accounts.callers import Caller
from core.accounts.models import User
from core.accounts.throttle import SIGN_INS, throttle
from core.api.cursors import read_cursor, write_cursor
from core.api.endpoints import NOBODY_ASKED, SIGNED_IN, endpoint
from core.api.schemas.users import (
    Credentials,
    NewUser,
    RefreshRequest,
    Registration,
    SignedIn,
    Tokens,
    UserFilter,
    UserList,
    UserOut,
    tokens_json,
    user_json,
)
from core.kernel.db import db
from core.kernel.errors import NotFound


@endpoint("POST", "/users/register", access=NOBODY_ASKED, body=Registration, answer=UserOut, status=201, errors=(409, 429))  # fmt: skip
def register(body: Registration) -> Any:
    """Make a customer's account."""
    throttle("register", SIGN_INS, request.remote_addr)
    return user_json(
        users.register(body.email, body.name, body.password, request.remote_addr, phone=body.phone)
    )


@endpoint("POST", "/users/login", access=NOBODY_ASKED, body=Credentials, answer=SignedIn, errors=(401, 429))
def login(body: Credentials) -> Any:
    """Sign in: an access token for 30 minutes and a refresh token."""
    user = sign_in.sign_in(body.email, body.password, request.remote_addr)
    return {**tokens_json(tokens.issue(user)), "user": user_json(user)}


@endpoint("POST", "/users/refresh", access=NOBODY_ASKED, body=RefreshRequest, answer=Tokens, errors=(401,))
def refresh(body: RefreshRequest) -> Any:
    """The next pair of tokens for a refresh token that was not used before."""
    return tokens_json(tokens.rotate(body.refresh_token))


@endpoint("POST", "/users", access="users.manage", body=NewUser, answer=UserOut, status=201, errors=(409,))
def create(caller: Caller, body: NewUser) -> Any:
    """Make an account for somebody, also for staff."""
    made = users.create(
        body.email, body.name, body.password, caller.actor, role=body.role, phone=body.phone,
        stations=body.stations,
    )  # fmt: skip
    return user_json(made)


@endpoint("GET", "/users", access="users.read", query=UserFilter, answer=UserList, errors=(400,))
def index(caller: Caller, query: UserFilter) -> Any:  # noqa: ARG001 - the access says it all
    """All accounts, by address."""
    address = func.lower(User.email)
    wanted = select(User).order_by(address).limit(query.limit + 1)
    if query.role is not None:
        wanted = wanted.where(User.role == _word(query.role))
    if query.q is not None:
        wanted = wanted.where(
            func.strpos(func.lower(User.email + " " + User.name), _word(query.q).lower()) > 0
        )
    if query.cursor:
        wanted = wanted.where(address > read_cursor(query.cursor, str)[0])
    found = list(db.session.execute(wanted).scalars())
    page = found[: query.limit]
    more = write_cursor(page[-1].email.lower()) if len(found) > query.limit else None
    return {"users": [user_json(user) for user in page], "next_cursor": more}


@endpoint("GET", "/users/me", access=SIGNED_IN, answer=UserOut)
def me(caller: Caller) -> Any:
    """The caller's own account."""
    return user_json(_found(caller.user_id))


@endpoint("GET", "/users/<uuid:user_id>", access=SIGNED_IN, answer=UserOut, errors=(404,))
def show(caller: Caller, user_id: UUID) -> Any:
    """An account: one's own, or any for an admin."""
    if user_id != caller.user_id and not caller.may("users.read"):
        raise NotFound
    return user_json(_found(user_id))


def _found(user_id: UUID | None) -> User:
    user = users.by_id(user_id) if user_id else None
    if user is None:
        raise NotFound
    return user


def _word(text: str) -> str:
    return text.replace("\x00", "")
