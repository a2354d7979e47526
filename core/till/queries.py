"""Shifts as screens and programs read them. What is in an open drawer is nobody's to know: it is counted blind."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from core.kernel.db import db
from core.till.drawer import Drawer
from core.till.models import Shift


def open_shift_at(drawer: Drawer) -> Shift | None:
    """The shift that is open at a drawer now."""
    at = func.coalesce(Shift.kiosk_id, Shift.user_id) == drawer.id
    return db.session.execute(select(Shift).where(at, Shift.closed_at.is_(None))).scalar()


def shift_of(shift_id: UUID) -> Shift | None:
    """A shift with its movements, its approval and the names that belong to it."""
    whole = with_names(select(Shift)).options(joinedload(Shift.movements)).where(Shift.id == shift_id)
    return db.session.execute(whole).unique().scalar()


def with_names(statement: Select[Any]) -> Select[Any]:
    """Let a statement about shifts read what lists show of them."""
    names = (joinedload(Shift.kiosk), joinedload(Shift.user), joinedload(Shift.place))
    return statement.options(*names, joinedload(Shift.approval))


def visible_to(
    statement: Select[Any], user_id: UUID | None, stations: Collection[UUID], *, manages: bool
) -> Select[Any]:
    """Shifts that somebody may see: their own; who manages, those of the stations too (none means all)."""
    own = Shift.user_id == user_id
    if not manages:
        return statement.where(own)
    return statement.where(own | Shift.place_id.in_(stations)) if stations else statement
