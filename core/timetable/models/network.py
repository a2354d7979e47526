"""Where one can go: places, routes, and the immutable patterns of stops that schedules run."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.db import Base, one_of
from core.kernel.ids import new_id
from core.timetable.models.business import Operator
from core.timetable.words import PlaceKind


class Place(Base):
    """A station, stop, airport or cinema. `search_name` is the name folded to plain letters, for finding it.

    `languages` are the codes that its kiosks offer, in that order, with spaces between; None for all that there are.
    """

    __tablename__ = "places"
    __table_args__ = (
        one_of("kind", PlaceKind),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude_range"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude_range"),
        Index("ix_places_search_name", "search_name", postgresql_ops={"search_name": "text_pattern_ops"}),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    search_name: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(10), server_default="stop")
    city: Mapped[str | None] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(60))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    languages: Mapped[str | None] = mapped_column(String(60))
    active: Mapped[bool] = mapped_column(server_default=text("true"))

    def __str__(self) -> str:
        return self.name


class Route(Base):
    """A line that the public knows. `gtfs_type` keeps the extended route type it was imported with."""

    __tablename__ = "routes"
    __table_args__ = (
        UniqueConstraint("operator_id", "code"),
        UniqueConstraint("id", "operator_id"),
        CheckConstraint("distance_m >= 0", name="distance_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    code: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(300))
    gtfs_type: Mapped[int | None] = mapped_column(SmallInteger)
    color: Mapped[str | None] = mapped_column(String(6))
    distance_m: Mapped[int | None] = mapped_column(Integer)
    active: Mapped[bool] = mapped_column(server_default=text("true"))

    operator: Mapped[Operator] = relationship()

    def __str__(self) -> str:
        return self.name


class Pattern(Base):
    """An immutable ordered list of stops of a route; a changed timetable is a new pattern.

    `fingerprint` is a hash over the stops, so that an import finds the pattern it made before.
    `legs` is the number of legs: stops less one. Triggers refuse any change (`patterns_immutable`).
    """

    __tablename__ = "patterns"
    __table_args__ = (
        UniqueConstraint("route_id", "fingerprint"),
        UniqueConstraint("id", "route_id"),
        CheckConstraint("legs >= 1", name="has_legs"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    route_id: Mapped[UUID] = mapped_column(ForeignKey("routes.id"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    headsign: Mapped[str | None] = mapped_column(String(200))
    legs: Mapped[int] = mapped_column(SmallInteger)

    route: Mapped[Route] = relationship()
    stops: Mapped[list["PatternStop"]] = relationship(order_by="PatternStop.position", viewonly=True)


class PatternStop(Base):
    """One call at a place. Offsets are elapsed seconds from the departure at position 0, so that a change to
    summer time on the way cannot bend them. Position p is where leg p begins and leg p-1 ends. A place may occur twice.
    """

    __tablename__ = "pattern_stops"
    __table_args__ = (
        CheckConstraint("position >= 0", name="position_positive"),
        CheckConstraint("departure_offset >= arrival_offset", name="departs_after_arrival"),
        CheckConstraint("distance_m >= 0", name="distance_positive"),
        Index("ix_pattern_stops_place", "place_id", "pattern_id", "position"),
    )

    pattern_id: Mapped[UUID] = mapped_column(ForeignKey("patterns.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"))
    arrival_offset: Mapped[int]
    departure_offset: Mapped[int]
    boarding: Mapped[bool] = mapped_column(server_default=text("true"))
    alighting: Mapped[bool] = mapped_column(server_default=text("true"))
    on_request: Mapped[bool] = mapped_column(server_default=text("false"))
    distance_m: Mapped[int | None] = mapped_column(Integer)
    rules: Mapped[dict[str, Any] | None]

    place: Mapped[Place] = relationship()
