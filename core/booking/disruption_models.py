"""Tables of disruptions: a run that is called off or late, and what becomes of each booking on it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id
from core.timetable.models import Schedule


class DisruptionKind(StrEnum):
    CANCELLED = "cancelled"
    DELAYED = "delayed"
    SWAPPED = "swapped"


class Choice(StrEnum):
    """What may become of a booking: its money back, another departure, or (when it is only late) nothing."""

    REFUND = "refund"
    REBOOK = "rebook"
    KEEP = "keep"


class CaseState(StrEnum):
    """`due`: chosen and not carried out yet."""

    WAITING = "waiting"
    DUE = "due"
    DONE = "done"
    FAILED = "failed"


class Disruption(Base):
    """A run that was called off, is `delay_minutes` late, or has another vehicle with too few seats (then only those who find
    none have cases). Passengers choose until `choose_by`; then `default_choice`
    counts. `opened_at` is set once every booking has its case and the holds are released.
    """

    __tablename__ = "disruptions"
    __table_args__ = (
        one_of("kind", DisruptionKind),
        one_of("default_choice", Choice),
        CheckConstraint("(kind = 'delayed') = (delay_minutes IS NOT NULL)", name="only_delays_have_minutes"),
        Index("ix_disruptions_schedule", "schedule_id"),
        Index("ix_disruptions_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("schedules.id"))
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[str] = mapped_column(String(10))
    delay_minutes: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    choose_by: Mapped[datetime]
    default_choice: Mapped[str] = mapped_column(String(6))
    opened_at: Mapped[datetime | None]
    released: Mapped[int] = mapped_column(server_default="0")

    schedule: Mapped[Schedule] = relationship(viewonly=True)


class DisruptionCase(Base):
    """One booking of a disruption. `note` says why it could not be carried out; `refund` (minor units) what went back."""

    __tablename__ = "disruption_cases"
    __table_args__ = (
        one_of("state", CaseState),
        one_of("choice", Choice),
        UniqueConstraint("disruption_id", "booking_id"),
        CheckConstraint("state = 'waiting' OR choice IS NOT NULL", name="chosen_before_done"),
        Index("ix_disruption_cases_booking", "booking_id"),
        Index(
            "ix_disruption_cases_open", "disruption_id", postgresql_where=text("state IN ('waiting', 'due')")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    disruption_id: Mapped[UUID] = mapped_column(ForeignKey("disruptions.id"))
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    state: Mapped[str] = mapped_column(String(8), server_default="waiting")
    choice: Mapped[str | None] = mapped_column(String(6))
    chosen_by: Mapped[str | None] = mapped_column(String(120))
    chosen_at: Mapped[datetime | None]
    to_schedule_id: Mapped[UUID | None] = mapped_column(ForeignKey("schedules.id"))
    cancellation_id: Mapped[UUID | None] = mapped_column(ForeignKey("cancellations.id"))
    refund: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str | None] = mapped_column(String(300))
    claimed_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
