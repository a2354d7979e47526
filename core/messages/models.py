"""Tables of messages: each with its outcome, and the mailbox that catches them where no mail server is set."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"


class Message(Base):
    """One message to one recipient. `cause` is what it is about: one message per cause and recipient. `unreachable`: it waits
    because the other side did not answer; younger ones of its channel wait behind it. `failed` is final until a person sends it again.
    """

    __tablename__ = "messages"
    __table_args__ = (
        one_of("status", MessageStatus),
        one_of("channel", Channel),
        UniqueConstraint("cause", "recipient"),
        Index("ix_messages_created_at", "created_at"),
        Index("ix_messages_recipient", "recipient"),
        Index("ix_messages_failed", "created_at", postgresql_where=text("status = 'failed'")),
        Index("ix_messages_unreachable", "id", postgresql_where=text("unreachable")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    cause: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(10), server_default="email")
    recipient: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(10), server_default="en")
    subject: Mapped[str | None] = mapped_column(String(300))
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("bookings.id"))
    reservation_id: Mapped[UUID | None] = mapped_column(ForeignKey("reservations.id"))
    status: Mapped[str] = mapped_column(String(10), server_default="queued")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    unreachable: Mapped[bool] = mapped_column(server_default=text("false"))
    outcome: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    sent_at: Mapped[datetime | None]


class MessageAttempt(Base):
    """One attempt to send a message: when it ended and what came of it, in the words of the other side."""

    __tablename__ = "message_attempts"
    __table_args__ = (
        one_of("status", MessageStatus),
        Index("ix_message_attempts_message", "message_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"))
    at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    status: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(1000))


class MailboxItem(Base):
    """A message as it would have gone out (RFC 5322 bytes), kept for reading in the admin when there is no SMTP."""

    __tablename__ = "mailbox"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id"))
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))

    message: Mapped[Message] = relationship(viewonly=True)


class MessageTemplate(Base):
    """An operator's own words for a kind of letter in a language; a change is a new version. At most one is active: without
    one the office's own words count. `body`: paragraphs with an empty line between them.
    """

    __tablename__ = "message_templates"
    __table_args__ = (
        UniqueConstraint("operator_id", "kind", "language", "version", name="uq_message_templates_version"),
        Index(
            "uq_message_templates_active",
            "operator_id",
            "kind",
            "language",
            unique=True,
            postgresql_where=text("active"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(String(4000))
    created_by: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
