"""New stops and times for a route. Patterns never change, so a new one begins empty or as a copy of another."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin import access
from admin.base_views import attempt, done
from admin.listing import as_uuid
from admin.views.pattern_forms import PatternForm, planned_stops, rows_like
from core.kernel.db import db
from core.timetable.models import Pattern, PatternStop, Route, Schedule
from core.timetable.service.network import create_pattern

_MOST_SHOWN = 50
#: When the run that a copy is shown for leaves, where no departure of the pattern says so: at eight.
_EIGHT = 8 * 3600


def patterns_of(route_id: UUID) -> list[Pattern]:
    """The route's patterns with their stops, the newest first: a changed timetable is what people look for."""
    statement = (
        select(Pattern)
        .options(joinedload(Pattern.stops).joinedload(PatternStop.place))
        .where(Pattern.route_id == route_id)
        .order_by(Pattern.id.desc())
        .limit(_MOST_SHOWN)
    )
    return list(db.session.scalars(statement).unique())


def form_of(route: Route) -> PatternForm:
    """What was sent; else the pattern that the address names as a model; else nothing filled in."""
    if request.method == "POST":
        return PatternForm(request.form)
    model = _model(route.id)
    if model is None:
        return PatternForm()
    rows = rows_like(model.stops, _leaves(model.id, ZoneInfo(route.operator.timezone)))
    return PatternForm(data={"headsign": model.headsign, "stops": rows})


def save(route: Route, form: PatternForm) -> Any:
    """Make the pattern and go back to the route; None when something is wrong, said at its field."""
    if not form.validate():
        return None
    before = set(db.session.scalars(select(Pattern.id).where(Pattern.route_id == route.id)))
    route_id, who = route.id, access.actor()
    made = attempt(
        form,
        lambda: create_pattern(
            route_id=route_id,
            stops=planned_stops(form.stops.data),
            headsign=form.headsign.data or None,
            actor=who,
        ),
    )
    if made is False:
        return None
    there = _("These stops and times are there already.")
    message = there if made in before else _("Saved. Departures can be planned with these stops and times.")
    return done(message, url_for("routes.edit_view", id=route_id, _anchor=f"pattern-{made}"))


def _model(route_id: UUID) -> Pattern | None:
    named = as_uuid(request.args.get("like"))
    if named is None:
        return None
    statement = (
        select(Pattern)
        .options(joinedload(Pattern.stops).joinedload(PatternStop.place))
        .where(Pattern.id == named, Pattern.route_id == route_id)
    )
    return db.session.scalars(statement).unique().one_or_none()


def _leaves(pattern_id: UUID, clock: ZoneInfo) -> int:
    """Seconds after midnight at which the pattern's last departure leaves: clock times that people know."""
    latest = select(Schedule.departure_at).where(Schedule.pattern_id == pattern_id)
    moment = db.session.scalar(latest.order_by(Schedule.departure_at.desc()).limit(1))
    if moment is None:
        return _EIGHT
    local = moment.astimezone(clock)
    return local.hour * 3600 + local.minute * 60
