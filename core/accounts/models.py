"""Tables of people and machines that sign in. Passwords and tokens are kept as hashes only."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask_login import UserMixin
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id
from core.timetable.models import Place


class Role(StrEnum):
    GUEST = "guest"
    CUSTOMER = "customer"
    AGENT = "agent"
    GATE = "gate"
    MANAGER = "manager"
    ADMIN = "admin"
    KIOSK = "kiosk"


class KioskStatus(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    REVOKED = "revoked"


class User(UserMixin, Base):  # type: ignore[misc]  # Flask-Login has no types
    """A person with an account. Nothing that is referred to is deleted: it becomes inactive."""

    __tablename__ = "users"
    __table_args__ = (
        one_of("role", Role),
        Index("uq_users_email", func.lower(text("email")), unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(10), server_default="customer")
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    last_sign_in_at: Mapped[datetime | None]
    sign_outs: Mapped[int] = mapped_column(server_default="0")

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        """What a browser's session keeps: a new password, or signing out, makes it worthless."""
        return f"{self.id}:{self.session_stamp}"

    @property
    def session_stamp(self) -> str:
        """Changes with the password, and whenever the user signs out."""
        return sha256(f"{self.password_hash}{self.sign_outs}".encode()).hexdigest()[:16]

    def __str__(self) -> str:
        return self.name


class RefreshToken(Base):
    """A token that is worth one new access token. Those that follow each other are a `family`: when a used one comes
    again, somebody copied it, and the whole family ends.
    """

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_refresh_tokens_family", "family"),
        Index("ix_refresh_tokens_user", "user_id"),
        Index("ix_refresh_tokens_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    family: Mapped[UUID]
    token_hash: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class UserStation(Base):
    """Station scope: which stations a member of staff works at; none means all."""

    __tablename__ = "user_stations"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"), primary_key=True)


class Kiosk(Base):
    """A touch-screen machine at a station. It is paired by a short code that staff approve; its token is kept hashed.

    `settings` is what staff chose for it, `orders` what they told it to do, `state` what it last said of itself (paper, cash
    box, scanner, version). Their shapes are in `core.accounts.kiosk_rules`.
    """

    __tablename__ = "kiosks"
    __table_args__ = (
        one_of("status", KioskStatus),
        UniqueConstraint("pairing_code"),
        UniqueConstraint("token_hash"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"))
    status: Mapped[str] = mapped_column(String(10), server_default="pending")
    pairing_code: Mapped[str | None] = mapped_column(String(12))
    token_hash: Mapped[str | None] = mapped_column(String(64))
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    orders: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    state: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    last_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))

    place: Mapped[Place | None] = relationship()

    def __str__(self) -> str:
        return self.name


class ApiKey(Base):
    """A partner's key: `prefix` is shown, `key_hash` is SHA-256 of the whole (which is random, 256 bits)."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    prefix: Mapped[str] = mapped_column(String(12), unique=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))

    def __str__(self) -> str:
        return self.name
