"""Stores seat plans as layouts. A changed plan is a new version; what schedules use never changes."""

from uuid import UUID

from sqlalchemy import func, insert, select

from core.kernel.db import require_transaction
from core.kernel.ids import new_id
from core.timetable.layouts import SeatPlan
from core.timetable.models import Layout, Seat
from core.timetable.shipped import SHIPPED


def shipped_layout(plan: SeatPlan) -> UUID:
    """The newest layout made of a shipped plan, made now if there is none. In the open transaction."""
    session = require_transaction()
    newest = select(Layout.id).where(Layout.code == plan.code).order_by(Layout.version.desc()).limit(1)
    found: UUID | None = session.execute(newest).scalar()
    return found or store_plan(plan)


def shipped_layouts() -> dict[str, UUID]:
    """Every shipped plan's layout by its code. In the open transaction."""
    return {plan.code: shipped_layout(plan) for plan in SHIPPED}


def store_plan(plan: SeatPlan, operator_id: UUID | None = None) -> UUID:
    """Store a plan as the next version of its code. In the open transaction."""
    session = require_transaction()
    newest = session.execute(select(func.max(Layout.version)).where(Layout.code == plan.code)).scalar()
    layout_id = new_id()
    session.execute(
        insert(Layout).values(
            id=layout_id,
            code=plan.code,
            version=(newest or 0) + 1,
            name=plan.name,
            operator_id=operator_id,
            rows=plan.rows,
            columns=plan.columns,
            decks=plan.decks,
            fixtures=[fixture.as_json() for fixture in plan.fixtures],
        )
    )
    session.execute(insert(Seat), [_seat_row(layout_id, plan, n) for n in range(len(plan.seats))])
    return layout_id


def _seat_row(layout_id: UUID, plan: SeatPlan, number: int) -> dict[str, object]:
    seat = plan.seats[number]
    return {
        "id": new_id(),
        "layout_id": layout_id,
        "number": seat.number,
        "deck": seat.deck,
        "row": seat.row,
        "column": seat.column,
        "type": seat.type,
        "features": list(seat.features),
    }
