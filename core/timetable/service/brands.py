"""An operator's colour and logo, and the house's own. What screens show changes with the next page that is loaded."""

from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from core.kernel.activity import Actor, record
from core.kernel.db import transaction
from core.kernel.ids import new_id
from core.timetable import brand_rules
from core.timetable.logos import drawn_anew
from core.timetable.models import Brand, Operator
from core.timetable.service import records


def set_brand(
    operator_id: UUID | None,
    actor: Actor,
    *,
    colour: str | None,
    logo: bytes | None = None,
    keep_logo: bool = False,
) -> None:
    """The colour (None: the house's green) and the logo (None: none). No operator: the house's own.

    Raises RuleBroken `bad_colour`, `pale_colour`, BadLogo, NotFound.
    """
    values: dict[str, object] = {"colour": brand_rules.readable(colour) if colour else None}
    if not keep_logo:
        kept = None if logo is None else drawn_anew(logo)
        values |= {"logo": kept, "logo_mark": sha256(kept).hexdigest()[:16] if kept else None}
    with transaction() as session:
        if operator_id:
            records.lock(Operator, operator_id, "There is no such operator.")
        new = insert(Brand).values(id=new_id(), operator_id=operator_id)
        session.execute(new.on_conflict_do_nothing())
        mine = Brand.operator_id == operator_id if operator_id else Brand.operator_id.is_(None)
        row = session.execute(select(Brand).where(mine).with_for_update()).scalar_one()
        told = {name: value for name, value in values.items() if name != "logo"}
        before = {name: getattr(row, name) for name in told}
        changed = {name: value for name, value in told.items() if before[name] != value}
        if not changed:
            return
        for name, value in values.items():
            setattr(row, name, value)
        record(
            actor, "brand.changed", "brand", row.id, operator_id=operator_id,
            before={name: before[name] for name in changed}, after=changed,
        )  # fmt: skip
