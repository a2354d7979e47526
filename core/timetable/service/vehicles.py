"""Layouts and vehicles. A layout is never changed once a schedule uses it: an edit makes its next version."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from core.kernel.activity import Actor, record
from core.kernel.db import require_transaction, transaction
from core.kernel.errors import Conflict, NotFound, constraint_error
from core.timetable.layouts import SeatPlan, plan
from core.timetable.models import Layout, Operator, Seat, Vehicle
from core.timetable.service import checks, records
from core.timetable.service.plans import store_plan
from core.trades.catalogue import trade_of

_MOST_SEATS = 2000
_MOST_AMENITIES = 20


class LayoutInUse(Conflict):
    """Seats that have been offered stay what they are."""

    code = "layout_in_use"
    message = "This layout is in use and cannot be changed. Save it as a new version."


constraint_error("layouts_immutable", LayoutInUse)


def create_layout(
    *, code: str, name: str, decks: Sequence[Sequence[str]], actor: Actor, operator_id: UUID | None = None,
    lettered: bool = False,
) -> UUID:  # fmt: skip
    """Store a plan drawn in lines of text (see `core.timetable.layouts`) as the next version of its code.

    Raises RuleBroken `invalid_<field>`.
    """
    code = checks.code(code, "code", 60)
    name = checks.text(name, "name", 120)
    if not 1 <= len(decks) <= 3 or any(
        len(lines) > 200 or any(len(line) > 100 for line in lines) for lines in decks
    ):
        checks.refuse("decks", "A layout has at most 3 decks of 200 rows and 100 columns.")
    try:
        drawn = plan(code, name, *decks, lettered=lettered)
    except (ValueError, IndexError) as error:
        checks.refuse("decks", f"The plan cannot be read: {error}.")
    return store_layout(drawn, actor, operator_id)


def store_layout(drawn: SeatPlan, actor: Actor, operator_id: UUID | None = None) -> UUID:
    """Store a plan as the next version of its code. Raises RuleBroken `invalid_decks`, `invalid_seats`, NotFound."""
    numbers = [seat.number for seat in drawn.seats]
    if not 1 <= len(numbers) <= _MOST_SEATS or len(set(numbers)) < len(numbers):
        checks.refuse("seats", f"A layout has 1 to {_MOST_SEATS} seats, each with a number of its own.")
    with transaction():
        if operator_id:
            records.lock(Operator, operator_id, "There is no such operator.")
        layout_id = store_plan(drawn, operator_id)
        after = {"code": drawn.code, "seats": len(numbers)}
        record(actor, "layout.created", "layout", layout_id, operator_id=operator_id, after=after)
    return layout_id


def change_layout(
    layout_id: UUID, actor: Actor, *, name: str | None = None, active: bool | None = None
) -> None:
    """Rename a layout, or take it out of the choices. Raises NotFound, RuleBroken."""
    values: dict[str, Any] = {}
    if name is not None:
        values["name"] = checks.text(name, "name", 120)
    if active is not None:
        values["active"] = checks.yes_no(active, "active")
    with transaction():
        layout = records.lock(Layout, layout_id, "There is no such layout.")
        records.change(layout, "layout", values, actor, operator_id=layout.operator_id)


def seat_count(layout_id: UUID) -> int:
    """How many seats a layout has."""
    counted = select(func.count()).select_from(Seat).where(Seat.layout_id == layout_id)
    return require_transaction().execute(counted).scalar_one()


def create_vehicle(*, operator_id: UUID, number: str, layout_id: UUID, actor: Actor, **more: Any) -> UUID:
    """A new vehicle of an operator. Raises NotFound, RuleBroken `invalid_<field>`, CodeTaken."""
    with transaction():
        operator = records.lock(Operator, operator_id, "There is no such operator.")
        values = _checked({"number": number, "layout_id": layout_id, **more}, operator)
        return records.create(Vehicle, "vehicle", {"operator_id": operator_id, **values}, actor, operator_id)


def change_vehicle(vehicle_id: UUID, actor: Actor, **changes: Any) -> None:
    """Change what is given. Another layout counts for departures planned from now on. Raises NotFound, RuleBroken."""
    with transaction() as session:
        vehicle = records.lock(Vehicle, vehicle_id, "There is no such vehicle.")
        operator = session.get(Operator, vehicle.operator_id)
        records.change(
            vehicle, "vehicle", _checked(changes, operator), actor, operator_id=vehicle.operator_id
        )


def _checked(values: dict[str, Any], operator: Any) -> dict[str, Any]:
    standards = trade_of(operator.trade).vehicle_standards
    known: dict[str, Callable[[Any], Any]] = {
        "number": lambda v: checks.text(v, "number", 40),
        "layout_id": _layout,
        "standard": lambda v: _one_of(v, standards),
        "maker": lambda v: checks.optional_text(v, "maker", 80),
        "amenities": _amenities,
        "active": lambda v: checks.yes_no(v, "active"),
    }
    checks.known_fields(values, known)
    return {name: known[name](value) for name, value in values.items()}


def _layout(layout_id: Any) -> UUID:
    found = (
        require_transaction().execute(select(Layout.id).where(Layout.id == layout_id, Layout.active)).scalar()
    )
    if found is None:
        raise NotFound("There is no such layout.")
    return found


def _one_of(value: Any, standards: Sequence[str]) -> str:
    if value not in standards:
        checks.refuse("standard", f"The standard is one of {', '.join(standards)}.")
    return str(value)


def _amenities(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > _MOST_AMENITIES:
        checks.refuse("amenities", f"This is a list of at most {_MOST_AMENITIES} words.")
    return [checks.text(item, "amenities", 40) for item in value]
