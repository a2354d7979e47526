"""Places: where one can go."""

from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from core.api.cursors import as_id, read_cursor, write_cursor
from core.api.endpoints import NOBODY_ASKED, endpoint
from core.api.schemas.timetable import PlaceFilter, PlaceList, PlaceOut
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.timetable.models import Place
from core.timetable.queries import find_places

_FIELDS = tuple(PlaceOut.model_fields)


@endpoint("GET", "/places", access=NOBODY_ASKED, query=PlaceFilter, answer=PlaceList, errors=(400,))
def index(query: PlaceFilter) -> Any:
    """Places by name, or those that somebody may mean by `q`, best match first."""
    if query.q is not None:
        return {
            "places": [place_json(place) for place in find_places(query.q, query.limit)],
            "next_cursor": None,
        }
    wanted = select(Place).where(Place.active).order_by(Place.search_name, Place.id).limit(query.limit + 1)
    if query.cursor:
        name, place_id = read_cursor(query.cursor, str, str)
        wanted = wanted.where(tuple_(Place.search_name, Place.id) > tuple_(name, as_id(place_id)))
    found = list(db.session.execute(wanted).scalars())
    page = found[: query.limit]
    more = write_cursor(page[-1].search_name, str(page[-1].id)) if len(found) > query.limit else None
    return {"places": [place_json(place) for place in page], "next_cursor": more}


@endpoint("GET", "/places/<uuid:place_id>", access=NOBODY_ASKED, answer=PlaceOut, errors=(404,))
def show(place_id: UUID) -> Any:
    """One place."""
    place = db.session.get(Place, place_id)
    if place is None:
        raise NotFound
    return place_json(place)


def place_json(place: Any) -> dict[str, Any]:
    """A place, or what a search found of it, as `PlaceOut`."""
    return {**{name: getattr(place, name) for name in _FIELDS}, "id": str(place.id)}


def place_id_of(word: str) -> UUID:
    """The place of an id or a code. Raises NotFound."""
    try:
        chosen = Place.id == UUID(word)
    except ValueError:
        chosen = Place.code == word
    found = db.session.execute(select(Place.id).where(chosen, Place.active)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"There is no place {word}.", code="unknown_place")
    return found
