"""Writing one row with its entry in the activity log: what every edit of the timetable has in common."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from core.kernel.activity import PERSONAL, Actor, record
from core.kernel.db import Base, require_transaction
from core.kernel.errors import NotFound
from core.kernel.ids import new_id


def create(
    model: type[Base], kind: str, values: Mapping[str, Any], actor: Actor, operator_id: UUID | None = None
) -> UUID:
    """Insert a row under a new id and log `<kind>.created`. In the open transaction."""
    row_id = new_id()
    require_transaction().execute(insert(model).values(id=row_id, **values))
    record(
        actor, f"{kind}.created", kind, row_id,
        operator_id=operator_id or (row_id if kind == "operator" else None), after=told(kind, values),
    )  # fmt: skip
    return row_id


def lock(model: type[Any], row_id: UUID, sentence: str, *, beside_holds: bool = False) -> Any:
    """The row, locked for a change. Raises NotFound with that sentence. In the open transaction.

    `beside_holds` does not wait for those who have it locked `FOR KEY SHARE`, only for others who change it.
    """
    found = (
        require_transaction()
        .execute(
            select(model)
            .where(model.id == row_id)
            .with_for_update(key_share=beside_holds)
            .execution_options(populate_existing=True)
        )
        .scalar_one_or_none()
    )
    if found is None:
        raise NotFound(sentence)
    return found


def change(row: Any, kind: str, values: Mapping[str, Any], actor: Actor, **more: Any) -> bool:
    """Write what differs to a locked row and log `<kind>.changed` (or `action`) with before and after of just that.

    False when nothing differs. In the open transaction.
    """
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return False
    action = more.pop("action", "deactivated" if changed == {"active": False} else "changed")
    before = told(kind, {name: getattr(row, name) for name in changed})
    session = require_transaction()
    session.execute(
        update(type(row))
        .where(type(row).id == row.id)
        .values(**changed)
        .execution_options(synchronize_session=False)
    )
    session.expire(row)
    record(actor, f"{kind}.{action}", kind, row.id, before=before, after=told(kind, changed), **more)
    return True


def told(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the activity log keeps them: plain JSON. The name and contacts of a business are public, so they
    are told as `operator_name` and the like, where those of a person would be hidden.
    """
    return {f"{kind}_{name}" if name in PERSONAL else name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
