"""Tables of the waiting list of sold-out runs."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id


class WaitingStatus(StrEnum):
    """`offered`: seats are held for them. `lapsed`: they did not pay in time. `closed`: the run is off sale."""

    WAITING = "waiting"
    OFFERED = "offered"
    SERVED = "served"
    LAPSED = "lapsed"
    LEFT = "left"
    CLOSED = "closed"


_OPEN = "status IN ('waiting', 'offered')"


class WaitingLine(Base):
    """The line of one run: whoever serves it claims it, so that the order is kept; a claim of the dead runs out."""

    __tablename__ = "waiting_lines"

    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("schedules.id"), primary_key=True)
    claimed_until: Mapped[datetime | None]


class WaitingEntry(Base):
    """Somebody who wants `seat_count` seats on a stretch; `place` is the order of coming. `passengers`: [{type, full_name,
    details}], what a sale by this channel asks for, so that seats can be held without asking again.
    """

    __tablename__ = "waiting_entries"
    __table_args__ = (
        one_of("status", WaitingStatus),
        CheckConstraint("from_position >= 0 AND to_position > from_position", name="stretch_forward"),
        CheckConstraint("seat_count >= 1", name="has_seats"),
        Index("ix_waiting_entries_line", "schedule_id", "place", postgresql_where=text(_OPEN)),
        Index(
            "uq_waiting_entries_contact",
            "schedule_id",
            text("lower(contact_email)"),
            unique=True,
            postgresql_where=text(_OPEN),
        ),
        Index("ix_waiting_entries_email", text("lower(contact_email)"), postgresql_where=text(_OPEN)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    place: Mapped[int] = mapped_column(BigInteger, Identity())
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("schedules.id"))
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    from_position: Mapped[int] = mapped_column(SmallInteger)
    to_position: Mapped[int] = mapped_column(SmallInteger)
    seat_count: Mapped[int] = mapped_column(SmallInteger)
    passengers: Mapped[list[dict[str, Any]]]
    channel: Mapped[str] = mapped_column(String(8))
    contact_email: Mapped[str] = mapped_column(String(254))
    contact_phone: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10), server_default="en")
    status: Mapped[str] = mapped_column(String(8), server_default="waiting")
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    reservation_id: Mapped[UUID | None] = mapped_column(ForeignKey("reservations.id"))
    offered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
