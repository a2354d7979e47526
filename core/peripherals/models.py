"""Tables of the devices at a kiosk: their agent, the commands to it, and the numbered events from it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id
from core.peripherals.words import CommandStatus, Device


class KioskAgent(Base):
    """The program beside a kiosk's browser that holds the drivers. One a kiosk; its token is kept hashed.

    `devices` is what it has ({"cash": {"driver": "simulator", ...}}), `state` what each last said of itself, and
    `last_event` the number of the last event that is recorded here.
    """

    __tablename__ = "kiosk_agents"
    __table_args__ = (UniqueConstraint("token_hash"),)

    kiosk_id: Mapped[UUID] = mapped_column(ForeignKey("kiosks.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(40), server_default="")
    devices: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    state: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    last_event: Mapped[int] = mapped_column(BigInteger, server_default="0")
    last_seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))


class KioskCommand(Base):
    """Something that a device is to do. The agent does it once, whatever is lost on the way; `result` says what came of
    it. One that is still waiting at `expires_at` is never done.
    """

    __tablename__ = "kiosk_commands"
    __table_args__ = (
        one_of("status", CommandStatus),
        one_of("device", Device),
        Index(
            "ix_kiosk_commands_open",
            "kiosk_id",
            postgresql_where=text("status IN ('waiting', 'taken')"),
        ),
        Index("ix_kiosk_commands_kiosk", "kiosk_id", "created_at"),
        Index("ix_kiosk_commands_subject", "subject_id", postgresql_where=text("subject_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kiosk_id: Mapped[UUID] = mapped_column(ForeignKey("kiosks.id"))
    device: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10))
    data: Mapped[dict[str, Any]]
    subject_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(String(8), server_default="waiting")
    result: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    expires_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class KioskEvent(Base):
    """Something that happened at a device, recorded once: an agent numbers its events without gaps.

    `happened_at` is what the machine's own clock said.
    """

    __tablename__ = "kiosk_events"

    kiosk_id: Mapped[UUID] = mapped_column(ForeignKey("kiosks.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    command_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
