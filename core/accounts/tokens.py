"""Tokens of the API: an access token for half an hour, and a refresh token that is worth the next one.

The access token is a JWT (RFC 7519, HS256) with the user's id and role. A refresh token is random, kept as a hash, used
once and followed by another (RFC 9700, section 4.14.2): when a used one comes again, its whole family ends.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import jwt
from sqlalchemy import delete, insert, select, update

from core.accounts.codes import hash_of, new_secret
from core.accounts.models import RefreshToken, User
from core.accounts.standing import standing
from core.kernel.clock import app_now
from core.kernel.context import settings
from core.kernel.db import require_transaction, transaction
from core.kernel.errors import Unauthenticated
from core.kernel.ids import new_id

ACCESS_LASTS = timedelta(minutes=30)
REFRESH_LASTS = timedelta(days=30)
_AUDIENCE = "bookinghall-api"
_REFRESH_PREFIX = "bhr_"


class TokenExpired(Unauthenticated):
    """It was good once."""

    code = "token_expired"
    message = "Your sign-in has run out. Please sign in again."


class BadToken(Unauthenticated):
    """It never was ours, or it has been used or withdrawn."""

    code = "bad_token"
    message = "This token is not valid. Please sign in again."


@dataclass(frozen=True, slots=True)
class Claims:
    """What an access token says; signed, so believed."""

    user_id: UUID
    role: str


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What signing in gives; `expires_in` is of the access token, in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


def issue(user: User) -> TokenPair:
    """The first pair of a new family."""
    with transaction():
        refresh = _new_refresh(user.id, new_id())
    return TokenPair(access_token(user.id, user.role), refresh, int(ACCESS_LASTS.total_seconds()))


def rotate(refresh_token: str) -> TokenPair:
    """The next pair for a refresh token that was not used before. Raises BadToken, TokenExpired."""
    kept = RefreshToken.token_hash == hash_of(refresh_token)
    with transaction() as session:
        found = session.execute(
            select(
                RefreshToken.user_id,
                RefreshToken.family,
                RefreshToken.used_at,
                RefreshToken.expires_at <= app_now(),
            )
            .where(kept)
            .with_for_update()
        ).one_or_none()
        if found is not None and found[2] is None and not found[3]:
            session.execute(update(RefreshToken).where(kept).values(used_at=app_now()))
            refresh = _new_refresh(found[0], found[1])
        elif found is not None and found[2] is not None:
            session.execute(delete(RefreshToken).where(RefreshToken.family == found[1]))
    if found is None or found[2] is not None:
        raise BadToken
    if found[3]:
        raise TokenExpired
    user = standing(found[0])
    if user is None:
        raise BadToken
    return TokenPair(access_token(user.user_id, user.role), refresh, int(ACCESS_LASTS.total_seconds()))


def access_token(user_id: UUID, role: str) -> str:
    """A signed statement that the bearer is this user, good for half an hour."""
    now = datetime.now(UTC)
    claims = {"sub": str(user_id), "role": role, "aud": _AUDIENCE, "iat": now, "exp": now + ACCESS_LASTS}
    return jwt.encode(claims, _key(settings().secret_key), algorithm="HS256")


def read_access(token: str) -> Claims:
    """What the token says. Raises TokenExpired or BadToken."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token, _key(settings().secret_key), algorithms=["HS256"], audience=_AUDIENCE,
            options={"require": ["exp", "sub", "aud"]},
        )  # fmt: skip
        return Claims(UUID(claims["sub"]), str(claims.get("role", "")))
    except jwt.ExpiredSignatureError:
        raise TokenExpired from None
    except (jwt.PyJWTError, ValueError):
        raise BadToken from None


def drop_old() -> int:
    """Delete refresh tokens past their time; returns how many. Called by cron."""
    with transaction() as session:
        old = delete(RefreshToken).where(RefreshToken.expires_at < app_now()).returning(RefreshToken.id)
        return len(session.execute(old).all())


def _new_refresh(user_id: UUID, family: UUID) -> str:
    token = new_secret(_REFRESH_PREFIX)
    values = {
        "id": new_id(),
        "user_id": user_id,
        "family": family,
        "token_hash": hash_of(token),
        "expires_at": app_now() + REFRESH_LASTS,
    }
    require_transaction().execute(insert(RefreshToken).values(**values))
    return token


@cache
def _key(secret: str) -> bytes:
    """A key of its own for tokens, so that a signed cookie can never pass for one."""
    return hmac.new(secret.encode(), b"bookinghall access tokens", sha256).digest()
