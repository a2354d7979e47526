"""Which stations and which operator a page is about: chosen at its top, kept for the session, within one's own stations."""

from dataclasses import dataclass
from uuid import UUID

from flask import request, session
from flask_babel import gettext as _

from admin import access, formats
from admin.listing import as_uuid
from core.reporting.office import Scope, operators, staffed_stations


@dataclass(frozen=True, slots=True)
class Picked:
    """The scope with what the pickers show."""

    scope: Scope
    stations: list[tuple[str, str]]
    operators: list[tuple[str, str]]
    station: str
    operator: str


def picked() -> Picked:
    """Read the pickers' values from the address, else what was picked before; what one may not see is left out."""
    own = access.stations()
    known = [found for found in staffed_stations() if not own or found[0] in own]
    companies = operators()
    station = _remembered("station", {place for place, _name, _zone in known})
    operator = _remembered("operator", {company for company, _name in companies})
    timezone = next((zone for place, _name, zone in known if place == station), None) or formats.zone().key
    everything = _("My stations") if own else _("All stations")
    return Picked(
        Scope(operator, (station,) if station else own, timezone),
        [("", everything), *((str(place), name) for place, name, _zone in known)],
        [("", _("All operators")), *((str(company), name) for company, name in companies)],
        str(station or ""),
        str(operator or ""),
    )


def _remembered(key: str, known: set[UUID]) -> UUID | None:
    kept = f"admin_{key}"
    if key in request.args:
        found = as_uuid(request.args.get(key))
        session[kept] = str(found) if found in known else ""
    found = as_uuid(session.get(kept))
    return found if found in known else None
