"""Users and their tokens."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from core.accounts.models import User
from core.accounts.tokens import TokenPair
from core.api.schemas.fields import Email, Input, Line, Output, Page, Password, Phone, instant


class Registration(Input):
    """A customer's own account."""

    email: Email
    name: Line
    password: Password
    phone: Phone | None = None


class NewUser(Registration):
    """An account made by an admin."""

    role: Annotated[str, Field(max_length=10)] = "customer"
    stations: Annotated[list[UUID], Field(max_length=200)] = Field(default_factory=list)


class Credentials(Input):
    """Signing in."""

    email: Email
    password: Password


class RefreshRequest(Input):
    """The token that is worth the next pair."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=200)]


class Tokens(Output):
    """`expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: Literal["Bearer"]


class UserOut(Output):
    """A user."""

    id: UUID
    email: str
    name: str
    phone: str | None
    role: str
    active: bool
    created_at: datetime
    last_sign_in_at: datetime | None


class SignedIn(Tokens):
    """Tokens, and whose they are."""

    user: UserOut


class UserList(Output):
    """A page of users, by address."""

    users: list[UserOut]
    next_cursor: str | None


class UserFilter(Page):
    """Which users."""

    role: Annotated[str | None, Field(max_length=10)] = None
    q: Annotated[str | None, Field(max_length=100)] = None


def user_json(user: User) -> dict[str, Any]:
    """A user for the API: nothing of the password."""
    return {
        "id": str(user.id),
        "email": user.email,
        "name": user.name,
        "phone": user.phone,
        "role": user.role,
        "active": user.active,
        "created_at": instant(user.created_at),
        "last_sign_in_at": instant(user.last_sign_in_at),
    }


def tokens_json(pair: TokenPair) -> dict[str, Any]:
    """A pair of tokens."""
    return {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "expires_in": pair.expires_in,
        "token_type": "Bearer",
    }
