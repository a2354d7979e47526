"""Dated runs, and the imports that made them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id
from core.timetable.models.business import Operator
from core.timetable.models.network import Pattern, Route
from core.timetable.models.vehicles import Layout, Vehicle
from core.timetable.words import ScheduleStatus


class Schedule(Base):
    """One dated run. `departure_at` is the planned departure at position 0; a stop's time is that plus its offset.

    The foreign keys say that pattern, route, operator, vehicle and currency belong together. `source_key` names the
    trip and day of the feed it came from, so that importing twice finds it again. `followed_at`: its bookings know that it
    has ended; `closed_at`: its tickets are over, too.
    """

    __tablename__ = "schedules"
    __table_args__ = (
        one_of("status", ScheduleStatus),
        UniqueConstraint("id", "layout_id"),
        UniqueConstraint("source_key"),
        ForeignKeyConstraint(["pattern_id", "route_id"], ["patterns.id", "patterns.route_id"]),
        ForeignKeyConstraint(["route_id", "operator_id"], ["routes.id", "routes.operator_id"]),
        ForeignKeyConstraint(["vehicle_id", "operator_id"], ["vehicles.id", "vehicles.operator_id"]),
        ForeignKeyConstraint(["operator_id", "currency"], ["operators.id", "operators.currency"]),
        CheckConstraint("arrival_at >= departure_at", name="arrives_after_departure"),
        Index("ix_schedules_pattern_departure", "pattern_id", "departure_at"),
        Index("ix_schedules_departure", "departure_at"),
        Index(
            "ix_schedules_not_followed",
            "arrival_at",
            postgresql_where=text("followed_at IS NULL AND status <> 'cancelled'"),
        ),
        Index(
            "ix_schedules_to_follow",
            "id",
            postgresql_where=text("followed_at IS NULL AND status = 'completed'"),
        ),
        Index(
            "ix_schedules_not_closed",
            "followed_at",
            postgresql_where=text("followed_at IS NOT NULL AND closed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    route_id: Mapped[UUID]
    pattern_id: Mapped[UUID]
    vehicle_id: Mapped[UUID | None]
    layout_id: Mapped[UUID] = mapped_column(ForeignKey("layouts.id"))
    number: Mapped[str | None] = mapped_column(String(40))
    service_date: Mapped[date]
    departure_at: Mapped[datetime]
    arrival_at: Mapped[datetime]
    estimated_departure_at: Mapped[datetime | None]
    platform: Mapped[str | None] = mapped_column(String(20))
    currency: Mapped[str] = mapped_column(String(3))
    status: Mapped[str] = mapped_column(String(12), server_default="scheduled")
    source_key: Mapped[str | None] = mapped_column(String(300))
    followed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    operator: Mapped[Operator] = relationship(
        primaryjoin="Schedule.operator_id == Operator.id", foreign_keys="Schedule.operator_id", viewonly=True
    )
    route: Mapped[Route] = relationship(
        primaryjoin="Schedule.route_id == Route.id", foreign_keys="Schedule.route_id", viewonly=True
    )
    pattern: Mapped[Pattern] = relationship(
        primaryjoin="Schedule.pattern_id == Pattern.id", foreign_keys="Schedule.pattern_id", viewonly=True
    )
    layout: Mapped[Layout] = relationship(foreign_keys="Schedule.layout_id", viewonly=True)
    vehicle: Mapped[Vehicle | None] = relationship(
        primaryjoin="Schedule.vehicle_id == Vehicle.id", foreign_keys="Schedule.vehicle_id", viewonly=True
    )


class TimetableImport(Base):
    """One run of an import: which feed, with which options, and its closing table."""

    __tablename__ = "timetable_imports"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    feed: Mapped[str] = mapped_column(String(200))
    feed_hash: Mapped[str] = mapped_column(String(64))
    options: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]]
