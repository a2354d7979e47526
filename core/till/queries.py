"""Shifts as screens and programs read them. What is in an open drawer is nobody's to know: it is counted blind."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from core.kernel.db import db
from core.till.drawer import Drawer
from core.till.models import Shift, TillLimit


def open_shift_at(drawer: Drawer) -> Shift | None:
    """The shift that is open at a drawer now."""
    at = func.coalesce(Shift.kiosk_id, Shift.user_id) == drawer.id
    return db.session.execute(select(Shift).where(at, Shift.closed_at.is_(None))).scalar()


def shift_of(shift_id: UUID) -> Shift | None:
    """A shift with its movements, its approval and the names that belong to it."""
    whole = select(Shift).where(Shift.id == shift_id).options(
        joinedload(Shift.kiosk), joinedload(Shift.user), joinedload(Shift.place), joinedload(Shift.approval),
        joinedload(Shift.movements),
    )  # fmt: skip
    return db.session.execute(whole).unique().scalar()


def limits() -> dict[str, int]:
    """The limits that managers have set, by currency."""
    rows = db.session.execute(select(TillLimit.currency, TillLimit.amount).order_by(TillLimit.currency))
    return {row.currency: row.amount for row in rows}
