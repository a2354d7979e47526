"""The seat lock: the row that takes one seat on one leg of one schedule. No row, no claim."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Base, one_of


class LockKind(StrEnum):
    HOLD = "hold"
    SOLD = "sold"
    BLOCKED = "blocked"


class SeatLock(Base):
    """The primary key is the lock: two claims on one seat and leg cannot both be written.

    A hold has `expires_at`, sold has none; a blocked seat has one when it is kept back until then, and a `reason`. The foreign keys say that the seat is one of the schedule's
    own layout. The reservation is written by the same statement, so it has none: this is the hottest table.
    """

    __tablename__ = "seat_locks"
    __table_args__ = (
        one_of("kind", LockKind),
        ForeignKeyConstraint(["schedule_id", "layout_id"], ["schedules.id", "schedules.layout_id"]),
        ForeignKeyConstraint(["layout_id", "seat_id"], ["seats.layout_id", "seats.id"]),
        CheckConstraint(
            "kind = 'blocked' OR (kind = 'hold') = (expires_at IS NOT NULL)", name="holds_expire_sales_never"
        ),
        CheckConstraint("kind = 'blocked' OR reason IS NULL", name="only_blocks_say_why"),
        CheckConstraint("(kind = 'blocked') = (reservation_id IS NULL)", name="only_blocks_are_nobodys"),
        CheckConstraint("leg >= 0", name="leg_positive"),
        Index("ix_seat_locks_reservation", "reservation_id"),
        Index("ix_seat_locks_run_out", "expires_at", postgresql_where=text("kind = 'hold'")),
    )

    schedule_id: Mapped[UUID] = mapped_column(primary_key=True)
    seat_id: Mapped[UUID] = mapped_column(primary_key=True)
    leg: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    layout_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(8))
    reservation_id: Mapped[UUID | None]
    expires_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(200))
