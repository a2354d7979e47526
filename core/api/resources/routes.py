"""Routes: the lines that the public knows."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, text, tuple_

from core.api.cursors import as_id, read_cursor, write_cursor
from core.api.endpoints import NOBODY_ASKED, endpoint
from core.api.schemas.timetable import RouteDetails, RouteFilter, RouteList
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.timetable.models import Operator, Route

_COLUMNS = (Route.id, Route.operator_id, Operator.name.label("operator_name"), Route.code, Route.name, Route.color,
            Route.distance_m)  # fmt: skip

_PATTERNS = text("""
SELECT pt.id, pt.headsign,
  jsonb_agg(jsonb_build_object('position', ps.position, 'place_id', ps.place_id, 'name', p.name,
    'arrival_offset', ps.arrival_offset, 'departure_offset', ps.departure_offset, 'boarding', ps.boarding,
    'alighting', ps.alighting) ORDER BY ps.position) AS stops
FROM (SELECT id, headsign, legs FROM patterns WHERE route_id = :route_id ORDER BY legs DESC, id LIMIT 20) pt
JOIN pattern_stops ps ON ps.pattern_id = pt.id
JOIN places p ON p.id = ps.place_id
GROUP BY pt.id, pt.headsign, pt.legs
ORDER BY pt.legs DESC, pt.id
""")


@endpoint("GET", "/routes", access=NOBODY_ASKED, query=RouteFilter, answer=RouteList, errors=(400,))
def index(query: RouteFilter) -> Any:
    """Routes by name."""
    wanted = select(*_COLUMNS).join(Operator, Operator.id == Route.operator_id).where(Route.active)
    if query.operator_id is not None:
        wanted = wanted.where(Route.operator_id == query.operator_id)
    if query.cursor:
        name, route_id = read_cursor(query.cursor, str, str)
        wanted = wanted.where(tuple_(Route.name, Route.id) > tuple_(name, as_id(route_id)))
    found = db.session.execute(wanted.order_by(Route.name, Route.id).limit(query.limit + 1)).all()
    page = found[: query.limit]
    more = write_cursor(page[-1].name, str(page[-1].id)) if len(found) > query.limit else None
    return {"routes": [_json(row) for row in page], "next_cursor": more}


@endpoint("GET", "/routes/<uuid:route_id>", access=NOBODY_ASKED, answer=RouteDetails, errors=(404,))
def show(route_id: UUID) -> Any:
    """One route with the patterns of stops that it runs."""
    wanted = select(*_COLUMNS).join(Operator, Operator.id == Route.operator_id).where(Route.id == route_id)
    row = db.session.execute(wanted).one_or_none()
    if row is None:
        raise NotFound
    patterns = db.session.execute(_PATTERNS, {"route_id": route_id})
    shown = [{"id": str(each.id), "headsign": each.headsign, "stops": each.stops} for each in patterns]
    return {**_json(row), "patterns": shown}


def _json(row: Any) -> dict[str, Any]:
    return {**row._asdict(), "id": str(row.id), "operator_id": str(row.operator_id)}
