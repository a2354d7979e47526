"""Tables of sales: reservations, their passengers, and the bookings that paid ones become."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id
from core.timetable.models import Operator, Policy, Schedule, Seat


class ReservationStatus(StrEnum):
    """The stored word; whether an active one has run out is derived from `expires_at` and the clock."""

    ACTIVE = "active"
    EXPIRED = "expired"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class BookingStatus(StrEnum):
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Channel(StrEnum):
    KIOSK = "kiosk"
    WEB = "web"
    API = "api"
    COUNTER = "counter"


class HolderKind(StrEnum):
    USER = "user"
    GUEST = "guest"
    KIOSK = "kiosk"
    API = "api"


class Reservation(Base):
    """Seats held for a limited time before payment. Legs `from_position` to `to_position` - 1 of the pattern are held.

    `quote` is the itemised price, frozen (see `core.pricing.rules.Quote`). `policy_id` is the policy it was made under. Reservations with one `basket_id` were held together, or not at all.
    """

    __tablename__ = "reservations"
    __table_args__ = (
        one_of("status", ReservationStatus),
        one_of("channel", Channel),
        one_of("holder_kind", HolderKind),
        CheckConstraint("from_position >= 0 AND to_position > from_position", name="stretch_forward"),
        CheckConstraint("seat_count >= 1", name="has_seats"),
        CheckConstraint("total >= 0", name="total_positive"),
        Index(
            "uq_reservations_one_active",
            "schedule_id",
            "holder_kind",
            "holder_id",
            unique=True,
            postgresql_where=text("status = 'active'"),
        ),
        Index(
            "ix_reservations_sold_to",
            "holder_kind",
            "holder_id",
            postgresql_where=text("status = 'confirmed'"),
        ),
        Index(
            "ix_reservations_kiosk",
            text("split_part(holder_id, ':', 1)"),
            "created_at",
            postgresql_where=text("holder_kind = 'kiosk' AND status = 'confirmed'"),
        ),
        Index("ix_reservations_active", "expires_at", postgresql_where=text("status = 'active'")),
        Index(
            "ix_reservations_contact_email",
            text("lower(contact_email)"),
            postgresql_where=text("contact_email IS NOT NULL"),
        ),
        Index("ix_reservations_schedule", "schedule_id"),
        Index("ix_reservations_basket", "basket_id", postgresql_where=text("basket_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("schedules.id"))
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policies.id"))
    from_position: Mapped[int] = mapped_column(SmallInteger)
    to_position: Mapped[int] = mapped_column(SmallInteger)
    seat_count: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str] = mapped_column(String(10), server_default="active")
    channel: Mapped[str] = mapped_column(String(8))
    holder_kind: Mapped[str] = mapped_column(String(6))
    holder_id: Mapped[str] = mapped_column(String(80))
    holder_label: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    expires_at: Mapped[datetime]
    extensions: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    grace_used: Mapped[bool] = mapped_column(server_default=text("false"))
    currency: Mapped[str] = mapped_column(String(3))
    total: Mapped[int] = mapped_column(BigInteger)
    quote: Mapped[dict[str, Any]]
    contact_email: Mapped[str | None] = mapped_column(String(254))
    contact_phone: Mapped[str | None] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(10), server_default="en")
    closed_at: Mapped[datetime | None]
    closed_reason: Mapped[str | None] = mapped_column(String(300))
    basket_id: Mapped[UUID | None]

    schedule: Mapped[Schedule] = relationship(viewonly=True)
    operator: Mapped[Operator] = relationship(viewonly=True)
    policy: Mapped[Policy] = relationship(viewonly=True)
    passengers: Mapped[list["Passenger"]] = relationship(order_by="Passenger.place", viewonly=True)


class Passenger(Base):
    """Who sits on a seat (a lap infant on none). `place` is the order in the reservation; `details` are what the
    policy asked for beyond the name. One who was cancelled keeps the seat's number; the seat itself is free.
    """

    __tablename__ = "passengers"
    __table_args__ = (
        UniqueConstraint("reservation_id", "place"),
        Index(
            "uq_passengers_reservation_id_seat_id",
            "reservation_id",
            "seat_id",
            unique=True,
            postgresql_where=text("cancellation_id IS NULL"),
        ),
        Index(
            "ix_passengers_name_words",
            text("to_tsvector('simple', full_name)"),
            postgresql_using="gin",
            postgresql_where=text("full_name IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reservation_id: Mapped[UUID] = mapped_column(ForeignKey("reservations.id"))
    place: Mapped[int] = mapped_column(SmallInteger)
    seat_id: Mapped[UUID | None] = mapped_column(ForeignKey("seats.id"))
    type: Mapped[str] = mapped_column(String(20), server_default="adult")
    full_name: Mapped[str | None] = mapped_column(String(200))
    details: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    amount: Mapped[int] = mapped_column(BigInteger)
    cancellation_id: Mapped[UUID | None] = mapped_column(ForeignKey("cancellations.id"))

    seat: Mapped[Seat | None] = relationship(viewonly=True)


class Booking(Base):
    """A paid reservation. One a reservation: a second completed payment is refunded."""

    __tablename__ = "bookings"
    __table_args__ = (
        one_of("status", BookingStatus),
        Index("ix_bookings_schedule", "schedule_id"),
        Index("ix_bookings_confirmed_at", "confirmed_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    reservation_id: Mapped[UUID] = mapped_column(ForeignKey("reservations.id"), unique=True)
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("schedules.id"))
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    status: Mapped[str] = mapped_column(String(10), server_default="confirmed")
    confirmed_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    total: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    cancelled_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    reservation: Mapped[Reservation] = relationship(viewonly=True)
    schedule: Mapped[Schedule] = relationship(viewonly=True)
    operator: Mapped[Operator] = relationship(viewonly=True)


class Cancellation(Base):
    """All or some passengers of a booking gave up their seats; `passengers.cancellation_id` says which.

    `percent` and `fee` (for each passenger) are the step of the frozen refund ladder that applied; `waived` means that
    everything went back whatever the ladder says. `lines`: [{passenger_id, place, seat_number, paid, refund, kept}].
    """

    __tablename__ = "cancellations"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_range"),
        CheckConstraint("refund >= 0 AND kept >= 0 AND fee >= 0", name="amounts_positive"),
        Index("ix_cancellations_booking", "booking_id"),
        Index("ix_cancellations_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    whole: Mapped[bool]
    waived: Mapped[bool]
    percent: Mapped[int] = mapped_column(SmallInteger)
    fee: Mapped[int] = mapped_column(BigInteger)
    refund: Mapped[int] = mapped_column(BigInteger)
    kept: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    reason: Mapped[str | None] = mapped_column(String(300))
    lines: Mapped[list[dict[str, Any]]]

    booking: Mapped[Booking] = relationship(viewonly=True)


class BookingChange(Base):
    """Other seats or another departure for a booking, once `due` was paid: `reservation_id` holds the new seats meanwhile.

    `seats` says which passenger (id) gets which seat, `stood` how the booking was when this was agreed: a booking that has
    changed since is left as it is. `quote` is the price afterwards. Never carried out without `done_at`.
    """

    __tablename__ = "booking_changes"
    __table_args__ = (
        CheckConstraint("due > 0", name="due_positive"),
        Index("ix_booking_changes_booking", "booking_id"),
    )

    reservation_id: Mapped[UUID] = mapped_column(ForeignKey("reservations.id"), primary_key=True)
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"))
    seats: Mapped[dict[str, Any]]
    stood: Mapped[dict[str, Any]]
    quote: Mapped[dict[str, Any]]
    due: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    done_at: Mapped[datetime | None]
