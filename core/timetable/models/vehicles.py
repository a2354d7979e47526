"""Seat plans and what carries them. A layout is immutable once a schedule uses it: a change is a new version."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.kernel.db import Base
from core.kernel.ids import new_id
from core.timetable.models.business import Operator


class Layout(Base):
    """A seat plan: a grid of `rows` x `columns` on `decks`. `fixtures`: [{kind, deck, row, column}], kind one of
    driver, door, toilet, stairs, table, galley, screen. Trigger `layouts_immutable` refuses changes after first use.
    """

    __tablename__ = "layouts"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("rows BETWEEN 1 AND 200 AND columns BETWEEN 1 AND 100", name="grid_size"),
        CheckConstraint("decks BETWEEN 1 AND 3", name="deck_count"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(server_default="1")
    name: Mapped[str] = mapped_column(String(120))
    operator_id: Mapped[UUID | None] = mapped_column(ForeignKey("operators.id"))
    rows: Mapped[int] = mapped_column(SmallInteger)
    columns: Mapped[int] = mapped_column(SmallInteger)
    decks: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    fixtures: Mapped[list[dict[str, Any]]]
    active: Mapped[bool] = mapped_column(server_default=text("true"))

    seats: Mapped[list["Seat"]] = relationship(order_by="Seat.deck, Seat.row, Seat.column", viewonly=True)

    def __str__(self) -> str:
        return f"{self.name} (v{self.version})"


class Seat(Base):
    """A numbered seat. `row` and `column` are grid places from 0; `features`: window, aisle, legroom, wheelchair,
    companion, table, front, facing_back.
    """

    __tablename__ = "seats"
    __table_args__ = (
        UniqueConstraint("layout_id", "number"),
        UniqueConstraint("layout_id", "deck", "row", "column"),
        UniqueConstraint("layout_id", "id"),
        CheckConstraint('"row" >= 0 AND "column" >= 0 AND deck >= 0', name="grid_place"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    layout_id: Mapped[UUID] = mapped_column(ForeignKey("layouts.id"))
    number: Mapped[str] = mapped_column(String(12))
    deck: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    row: Mapped[int] = mapped_column(SmallInteger)
    column: Mapped[int] = mapped_column(SmallInteger)
    type: Mapped[str] = mapped_column(String(20), server_default="standard")
    features: Mapped[list[str]]

    layout: Mapped[Layout] = relationship()

    def __str__(self) -> str:
        return self.number


class Vehicle(Base):
    """A bus, an aircraft or a cinema screen."""

    __tablename__ = "vehicles"
    __table_args__ = (UniqueConstraint("operator_id", "number"), UniqueConstraint("id", "operator_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey("operators.id"))
    layout_id: Mapped[UUID] = mapped_column(ForeignKey("layouts.id"))
    number: Mapped[str] = mapped_column(String(40))
    standard: Mapped[str] = mapped_column(String(20), server_default="standard")
    maker: Mapped[str | None] = mapped_column(String(80))
    amenities: Mapped[list[str]] = mapped_column(server_default=text("'[]'::jsonb"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))

    operator: Mapped[Operator] = relationship()
    layout: Mapped[Layout] = relationship()

    def __str__(self) -> str:
        return self.number
