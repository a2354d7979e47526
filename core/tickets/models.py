"""Tables of tickets. A ticket is one passenger's right to travel or enter."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id


class TicketStatus(StrEnum):
    VALID = "valid"
    USED = "used"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Ticket(Base):
    """`serial` counts the QR codes made for it: a re-seated passenger's old code has an older serial and is refused."""

    __tablename__ = "tickets"
    __table_args__ = (one_of("status", TicketStatus), Index("ix_tickets_booking", "booking_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    passenger_id: Mapped[UUID] = mapped_column(ForeignKey("passengers.id"), unique=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    serial: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    status: Mapped[str] = mapped_column(String(10), server_default="valid")
    issued_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    used_at: Mapped[datetime | None]
    used_where: Mapped[str | None] = mapped_column(String(120))
    qr: Mapped[str] = mapped_column(String(600))
    facts: Mapped[dict[str, Any] | None]
