"""Reads of brands: whose colour and logo a screen shows."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from core.kernel.db import db, fetch
from core.timetable.models import Brand


@dataclass(frozen=True, slots=True)
class Shown:
    """A brand as a screen needs it; `name` is the operator's, None for the house. Without a colour the house's green counts."""

    name: str | None
    colour: str | None
    logo_mark: str | None


#: Who sells at a place: whoever calls there, or of these the ones that a kiosk is limited to.
_AT = """
WITH here AS (
  SELECT DISTINCT r.operator_id FROM pattern_stops s JOIN patterns p ON p.id = s.pattern_id JOIN routes r ON r.id = p.route_id
  JOIN operators o ON o.id = r.operator_id AND o.active
  WHERE s.place_id = %(place_id)s AND (%(all)s OR r.operator_id = ANY(%(operators)s)) LIMIT 2
)
SELECT o.name, b.colour, b.logo_mark FROM brands b LEFT JOIN operators o ON o.id = b.operator_id
WHERE b.operator_id IS NOT DISTINCT FROM (SELECT min(operator_id::text)::uuid FROM here HAVING count(*) = 1)
"""
_OF = """
SELECT o.name, b.colour, b.logo_mark FROM schedules s JOIN operators o ON o.id = s.operator_id
JOIN brands b ON b.operator_id = o.id WHERE s.id = %(schedule_id)s
"""
_NONE = Shown(None, None, None)


def brand_at(place_id: UUID, operators: Collection[UUID] = ()) -> Shown:
    """The brand of the one operator that sells there; where several do, the house's. ``operators``: none means all."""
    values = {"place_id": place_id, "all": not operators, "operators": list(operators)}
    rows = fetch(_AT, values)
    return Shown(*rows[0]) if rows else _NONE


def brand_of_run(schedule_id: UUID) -> Shown:
    """The brand of the operator of a departure, for a page about a journey with it."""
    rows = fetch(_OF, {"schedule_id": schedule_id})
    return Shown(*rows[0]) if rows else _NONE


def logo(mark: str) -> bytes | None:
    """The PNG with that mark, or None."""
    return db.session.scalar(select(Brand.logo).where(Brand.logo_mark == mark).limit(1))
