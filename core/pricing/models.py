"""Tables of prices. All amounts are minor units of the operator's currency."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.db import Base
from core.kernel.ids import new_id
from core.timetable.models import Operator, Place, Route


class Tariff(Base):
    """What an operator asks where no fare of its own is set: base + per kilometre, at least the minimum, rounded up to
    a multiple of `round_to`. `booking_fee` is per seat. `tax_per_mille` is the tax contained in the price.
    """

    __tablename__ = "tariffs"
    __table_args__ = (
        CheckConstraint(
            "base >= 0 AND per_km >= 0 AND minimum >= 0 AND booking_fee >= 0", name="amounts_positive"
        ),
        CheckConstraint("round_to >= 1", name="round_to_positive"),
        CheckConstraint("tax_per_mille BETWEEN 0 AND 500", name="tax_range"),
    )

    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    base: Mapped[int] = mapped_column(BigInteger)
    per_km: Mapped[int] = mapped_column(Integer)
    minimum: Mapped[int] = mapped_column(BigInteger, server_default="0")
    round_to: Mapped[int] = mapped_column(Integer, server_default="1")
    booking_fee: Mapped[int] = mapped_column(BigInteger, server_default="0")
    tax_per_mille: Mapped[int] = mapped_column(SmallInteger, server_default="0")

    operator: Mapped[Operator] = relationship()


class Fare(Base):
    """A fixed price of a route between two places, in that direction. It goes before the tariff."""

    __tablename__ = "fares"
    __table_args__ = (
        UniqueConstraint("route_id", "origin_id", "destination_id"),
        CheckConstraint("amount >= 0", name="amount_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    route_id: Mapped[UUID] = mapped_column(ForeignKey("routes.id"))
    origin_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"))
    destination_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"))
    amount: Mapped[int] = mapped_column(BigInteger)

    route: Mapped[Route] = relationship()
    origin: Mapped[Place] = relationship(foreign_keys=[origin_id])
    destination: Mapped[Place] = relationship(foreign_keys=[destination_id])


class RouteZone(Base):
    """Which zone a place is in for the fares of a route. Comes from a timetable feed, which may know a place's zone by
    name, by the stops on the way, or by the place alone.
    """

    __tablename__ = "route_zones"

    route_id: Mapped[UUID] = mapped_column(ForeignKey("routes.id"), primary_key=True)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"), primary_key=True)
    zone: Mapped[str] = mapped_column(String(80))


class ZoneFare(Base):
    """A feed's price of a route from one zone to another. A `Fare` set by staff goes before it, it before the tariff.

    `by_type`: passenger type -> amount, for types that the feed prices by themselves; the others pay `amount`, or the
    operator's per cent of it. An import keeps these rows like the feed.
    """

    __tablename__ = "zone_fares"
    __table_args__ = (CheckConstraint("amount >= 0", name="amount_positive"),)

    route_id: Mapped[UUID] = mapped_column(ForeignKey("routes.id"), primary_key=True)
    from_zone: Mapped[str] = mapped_column(String(80), primary_key=True)
    to_zone: Mapped[str] = mapped_column(String(80), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    by_type: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))


class SeatCharge(Base):
    """An addition (or, negative, a reduction) for a seat type or a seat feature, by name."""

    __tablename__ = "seat_charges"
    __table_args__ = (UniqueConstraint("operator_id", "subject"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    subject: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int] = mapped_column(BigInteger)

    operator: Mapped[Operator] = relationship()


class PassengerFare(Base):
    """What part of the fare a passenger type pays, in per cent; a type that is not listed pays all of it."""

    __tablename__ = "passenger_fares"
    __table_args__ = (CheckConstraint("percent BETWEEN 0 AND 100", name="percent_range"),)

    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    passenger_type: Mapped[str] = mapped_column(String(20), primary_key=True)
    percent: Mapped[int] = mapped_column(SmallInteger)

    operator: Mapped[Operator] = relationship()
