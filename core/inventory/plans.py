"""Seat plans as they are needed on hot paths: read once per process, because a layout in use is immutable."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from core.kernel.db import db
from core.timetable.models import Layout, Seat

_KEPT = 2_000
_plans: dict[UUID, "Plan"] = {}


@dataclass(frozen=True, slots=True)
class PlanSeat:
    """A seat of a plan; `row` and `column` count from 0 on the grid of its deck."""

    id: UUID
    number: str
    deck: int
    row: int
    column: int
    type: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A layout with its seats in reading order (deck, row, column)."""

    layout_id: UUID
    name: str
    rows: int
    columns: int
    decks: int
    fixtures: tuple[Mapping[str, Any], ...]
    seats: tuple[PlanSeat, ...]
    by_id: Mapping[UUID, PlanSeat]


def plan(layout_id: UUID) -> Plan:
    """The plan of a layout that a schedule uses. Call it with a schedule's `layout_id` only: others may still change."""
    found = _plans.get(layout_id)
    if found is None:
        found = _read(layout_id)
        if len(_plans) >= _KEPT:
            _plans.clear()
        _plans[layout_id] = found
    return found


def plan_of_now(layout_id: UUID) -> Plan:
    """The plan of a layout that may still be changed: read, and not remembered."""
    return _read(layout_id)


def _read(layout_id: UUID) -> Plan:
    layout = db.session.execute(
        select(Layout.name, Layout.rows, Layout.columns, Layout.decks, Layout.fixtures).where(
            Layout.id == layout_id
        )
    ).one()
    rows = db.session.execute(
        select(Seat.id, Seat.number, Seat.deck, Seat.row, Seat.column, Seat.type, Seat.features)
        .where(Seat.layout_id == layout_id)
        .order_by(Seat.deck, Seat.row, Seat.column)
    )
    seats = tuple(PlanSeat(*row[:6], tuple(row.features)) for row in rows)
    by_id = {seat.id: seat for seat in seats}
    return Plan(
        layout_id,
        layout.name,
        layout.rows,
        layout.columns,
        layout.decks,
        tuple(layout.fixtures),
        seats,
        by_id,
    )
