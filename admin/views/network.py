"""Places and routes. What is referred to is never deleted: it becomes inactive."""

from typing import Any, ClassVar
from uuid import UUID

from flask import Response, jsonify, request, url_for
from flask_admin import expose
from flask_admin.form import BaseForm
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload
from wtforms import DecimalField
from wtforms.validators import NumberRange, Optional, StopValidation

from admin import access
from admin.base_views import StaffList
from admin.choices import active_choices, active_operator_choices, operator_choices, word_choices
from admin.fields import choice, line, place_text, tick, whole
from admin.formats import link, state, words
from admin.listing import Column, equals, references, tidy, yes_or_no
from admin.views import patterns
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.timetable.models import Place, Route
from core.timetable.rules import fold
from core.timetable.service import network
from core.timetable.words import PlaceKind

_PLACE = ("name", "code", "kind", "city", "country", "timezone", "latitude", "longitude", "languages")
_SUGGESTIONS = 12


def _degrees(label: Any, limit: int) -> DecimalField:
    bounds = NumberRange(-limit, limit, _l("Please give a number from %(min)s to %(max)s."))
    return DecimalField(
        label, [Optional(), _a_number, bounds], places=6, render_kw={"inputmode": "decimal", "maxlength": 20}
    )


def _a_number(_form: Any, field: Any) -> None:
    """`NumberRange` fails on what is no number but can be read as a decimal, such as sNaN."""
    if field.data is not None and not field.data.is_finite():
        raise StopValidation(_l("Please give a number."))


class PlaceForm(BaseForm):
    name = line(_l("Name"), 200)
    code = line(_l("Code"), 80)
    kind = choice(_l("Kind"), word_choices(PlaceKind))
    timezone = line(_l("Time zone"), 60, help=_l("Such as Europe/Bucharest."))
    city = line(_l("City"), 120, required=False)
    country = line(_l("Country"), 2, required=False, help=_l("Two letters, such as RO."))
    latitude = _degrees(_l("Latitude"), 90)
    longitude = _degrees(_l("Longitude"), 180)
    languages = line(
        _l("Languages of its kiosks"),
        60,
        required=False,
        wide=True,
        help=_l("In their order, such as: ro en de. Empty: all."),
    )


class PlaceEditForm(PlaceForm):
    active = tick(_l("In use"))


def _board(place: Place) -> Any:
    """Where its board for a wall is, which anybody may open."""
    return link(url_for("wall.show", code=place.code), _("Open")) if place.active else "–"


class Places(StaffList):
    """Stations, stops, airports and cinemas."""

    permission = "timetable.edit"
    edit_permission = "timetable.edit"
    can_create = True
    can_edit = True
    new_label = _l("Add a place")
    search_label = _l("Name or code")
    order = (Place.search_name, Place.id)
    columns: ClassVar = [
        Column("name", _l("Name"), lambda p: p.name, Place.search_name),
        Column("code", _l("Code"), lambda p: p.code, Place.code),
        Column("kind", _l("Kind"), lambda p: words(p.kind)),
        Column("city", _l("City"), lambda p: p.city or "–"),
        Column("country", _l("Country"), lambda p: p.country or "–"),
        Column("timezone", _l("Time zone"), lambda p: p.timezone),
        Column("board", _l("Departure board"), _board),
        Column("active", _l("In use"), lambda p: state("active" if p.active else "inactive")),
    ]
    filters: ClassVar = [
        equals("kind", _l("Kind"), Place.kind, word_choices(PlaceKind)),
        yes_or_no("active", _l("In use"), Place.active, active_choices),
    ]

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        return statement.where(Place.search_name.contains(fold(text), autoescape=True) | (Place.code == text))

    def form_title(self, place: Any) -> str:
        return str(place.name)

    def get_create_form(self) -> Any:
        return PlaceForm

    def get_edit_form(self) -> Any:
        return PlaceEditForm

    def create(self, form: Any) -> Any:
        return network.create_place(actor=access.actor(), **_place_values(form))

    def save(self, form: Any, model: Any) -> None:
        network.change_place(model.id, access.actor(), **_place_values(form), active=form.active.data)

    @expose("/suggest.json")
    def suggest(self) -> Response:
        """Places whose name begins with, or has a word that begins with, what was typed."""
        text = fold(tidy(request.args.get("q")))
        if len(text) < 2:
            return jsonify([])
        begins = Place.search_name.startswith(text, autoescape=True)
        later = Place.search_name.contains(" " + text, autoescape=True)
        statement = select(Place).where(Place.active, begins | later | (Place.code == text))
        found = db.session.scalars(
            statement.order_by(~begins, func.length(Place.name), Place.name).limit(_SUGGESTIONS)
        )
        return jsonify([place_text(place) for place in found])


def _place_values(form: Any) -> dict[str, Any]:
    values = {name: form[name].data for name in _PLACE}
    for name in ("latitude", "longitude"):
        values[name] = None if values[name] is None else float(values[name])
    return {name: None if value == "" else value for name, value in values.items()}


class RouteForm(BaseForm):
    operator = choice(_l("Operator"), active_operator_choices)
    code = line(_l("Code"), 80)
    name = line(_l("Name"), 300, wide=True)
    distance_m = whole(_l("Distance, metres"), 0, 50_000_000, required=False)
    color = line(_l("Colour"), 7, required=False, help=_l("Six digits such as 00664F."))


class RouteEditForm(RouteForm):
    operator = None
    active = tick(_l("In use"))


class Routes(StaffList):
    """Lines that the public knows."""

    permission = "timetable.edit"
    edit_permission = "timetable.edit"
    can_create = True
    can_edit = True
    edit_template = "admin/route.html"
    new_label = _l("Add a route")
    search_label = _l("Name or code")
    order = (Route.name, Route.id)
    columns: ClassVar = [
        Column("name", _l("Name"), lambda r: r.name),
        Column("code", _l("Code"), lambda r: r.code),
        Column("operator", _l("Operator"), lambda r: r.operator.name),
        Column(
            "distance",
            _l("Distance"),
            lambda r: f"{r.distance_m / 1000:.0f} km" if r.distance_m else "–",
            align="r",
        ),
        Column("active", _l("In use"), lambda r: state("active" if r.active else "inactive")),
    ]
    filters: ClassVar = [
        references("operator", _l("Operator"), Route.operator_id, operator_choices),
        yes_or_no("active", _l("In use"), Route.active, active_choices),
    ]

    def rows(self) -> Select[Any]:
        return select(Route).options(joinedload(Route.operator))

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        return statement.where(Route.name.icontains(text, autoescape=True) | (Route.code == text))

    def form_title(self, route: Any) -> str:
        return str(route.name)

    def get_create_form(self) -> Any:
        return RouteForm

    def get_edit_form(self) -> Any:
        return RouteEditForm

    def create(self, form: Any) -> Any:
        return network.create_route(
            operator_id=UUID(form.operator.data), actor=access.actor(), **_route_values(form)
        )

    def save(self, form: Any, model: Any) -> None:
        network.change_route(model.id, access.actor(), **_route_values(form), active=form.active.data)

    def render(self, template: str, **kwargs: Any) -> str:
        if template == self.edit_template:
            kwargs["patterns"] = patterns.patterns_of(kwargs["model"].id)
        return str(super().render(template, **kwargs))

    @expose("/<route_id>/patterns/new/", methods=("GET", "POST"))
    def new_pattern(self, route_id: str) -> Any:
        """New stops and times of a route."""
        access.require("timetable.edit")
        route = self.get_one(route_id)
        if route is None:
            raise NotFound(_("There is no such route."))
        form = patterns.form_of(route)
        saved = patterns.save(route, form) if request.method == "POST" else None
        return saved or self.render("admin/pattern.html", route=route, form=form)


def _route_values(form: Any) -> dict[str, Any]:
    values = {name: form[name].data for name in ("code", "name", "distance_m", "color")}
    return {name: None if value == "" else value for name, value in values.items()}
