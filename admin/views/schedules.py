"""Schedules: found by route, place and day; one with its live seat map and who holds what."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from flask import Response, flash, g, jsonify, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from admin import access, formats
from admin.base_views import StaffList, attempt, attempted
from admin.choices import operator_choices, word_choices
from admin.fields import place_of
from admin.listing import BadFilter, Column, Filter, ListArgs, as_uuid, equals, on_day, references, tidy
from admin.views.schedule_blocks import block_or_unblock
from admin.views.schedule_forms import NewScheduleForm, ScheduleForm, on_clock, to_utc
from admin.views.schedule_seats import seats_json, stretch
from admin.views.schedule_vehicle import ScheduleVehicle
from core.booking.disruption_queries import disruption_of
from core.booking.waiting_queries import line_of
from core.kernel.clock import app_now
from core.kernel.db import db
from core.kernel.errors import NotFound, RuleBroken
from core.timetable.models import Pattern, PatternStop, Place, Route, Schedule
from core.timetable.queries import schedule_facts
from core.timetable.service import schedules as service
from core.timetable.words import ON_SALE, ScheduleStatus

#: Statuses that a person sets; calling off has a desk of its own.
_SETTABLE = ("scheduled", "boarding", "departed", "arrived", "completed")
#: A run that started this long ago is still in the list: somebody may want to write down that it has left.
_RECENT = timedelta(minutes=15)


def _calls_at(statement: Select[Any], value: str) -> Select[Any]:
    place = place_of(value)
    if place is None:
        raise BadFilter(_("please choose a place from the list."))
    calls = select(PatternStop.pattern_id).where(PatternStop.place_id == place)
    return statement.where(Schedule.pattern_id.in_(calls))


def starts(run: Schedule) -> str:
    """Planned departure on the operator's clock."""
    return formats.when(run.departure_at, run.operator.timezone)


def expected(run: Schedule) -> str:
    """The estimated departure, where one was given."""
    return (
        formats.clock(run.estimated_departure_at, run.operator.timezone) if run.estimated_departure_at else ""
    )


def bound_for(run: Schedule) -> str:
    """What the front of the vehicle says, else its last stop: read for a whole page of rows at once (`find`)."""
    last: dict[UUID, str] = g.get("last_stops", {})
    return run.pattern.headsign or last.get(run.pattern_id, "")


def last_stops(patterns: set[UUID]) -> dict[UUID, str]:
    """The name of the last stop of each pattern."""
    if not patterns:
        return {}
    ends = (
        select(PatternStop.pattern_id, Place.name)
        .join(Pattern, Pattern.id == PatternStop.pattern_id)
        .join(Place, Place.id == PatternStop.place_id)
        .where(PatternStop.pattern_id.in_(patterns), PatternStop.position == Pattern.legs)
    )
    return {row.pattern_id: row.name for row in db.session.execute(ends)}


class Schedules(ScheduleVehicle, StaffList):
    """From now on unless a day is chosen; soonest first."""

    permission = "bookings.read"
    edit_permission = "timetable.edit"
    can_create = True
    can_edit = True
    list_template = "admin/schedules.html"
    new_label = _l("Plan a departure")
    search_label = _l("Route or number")
    lead = _l("What leaves from now on; a day shows all of it. Times are local, where the run starts.")
    order = (Schedule.departure_at, Schedule.id)
    columns: ClassVar = [
        Column("departure_at", _l("Starts"), starts, Schedule.departure_at),
        Column("route", _l("Route"), lambda s: s.route.name),
        Column("headsign", _l("To"), bound_for),
        Column("operator", _l("Operator"), lambda s: s.operator.name),
        Column("platform", _l("Platform"), lambda s: s.platform or ""),
        Column("expected", _l("Expected"), expected),
        Column("status", _l("Status"), lambda s: formats.state(s.status)),
    ]
    filters: ClassVar = [
        on_day("day", _l("Day"), Schedule.departure_at),
        Filter("at", _l("Calls at"), _calls_at, kind="text"),
        references("operator", _l("Operator"), Schedule.operator_id, operator_choices),
        equals("status", _l("Status"), Schedule.status, word_choices(ScheduleStatus)),
    ]

    def rows(self) -> Select[Any]:
        return select(Schedule).options(
            joinedload(Schedule.route), joinedload(Schedule.operator), joinedload(Schedule.pattern)
        )

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        own = access.stations()
        if not own:
            return statement
        calls = select(PatternStop.pattern_id).where(PatternStop.place_id.in_(own))
        return statement.where(Schedule.pattern_id.in_(calls))

    def default(self, statement: Select[Any], args: ListArgs) -> Select[Any]:
        """What has gone is shown only for a day that was asked for."""
        return (
            statement
            if "day" in args.filters
            else statement.where(Schedule.departure_at >= app_now() - _RECENT)
        )

    def search(self, statement: Select[Any], text: str) -> Select[Any]:
        named = select(Route.id).where(Route.name.icontains(text, autoescape=True) | (Route.code == text))
        return statement.where(Schedule.route_id.in_(named) | (Schedule.number == text))

    def find(self, args: ListArgs) -> tuple[list[Any], bool]:
        rows, more = super().find(args)
        g.last_stops = last_stops({run.pattern_id for run in rows if not run.pattern.headsign})
        return rows, more

    def row_url(self, row: Any) -> str | None:
        return url_for("schedules.seats", schedule_id=row.id)

    # -- planning and changing

    def form_title(self, run: Any) -> str:
        return f"{starts(run)} {run.route.name}"

    def get_create_form(self) -> Any:
        return NewScheduleForm

    def get_edit_form(self) -> Any:
        return ScheduleForm

    def on_form_prefill(self, form: Any, id: Any) -> None:
        if form.errors:
            return
        run = self.get_one(id)
        form.vehicle_id.data = str(run.vehicle_id or "")
        for name in ("departure_at", "estimated_departure_at"):
            form[name].data = on_clock(getattr(run, name), run.operator.timezone)

    def render(self, template: str, **kwargs: Any) -> str:
        if template == self.create_template and "model" not in kwargs:
            kwargs["pattern"] = planned_pattern()
            template = "admin/schedule_new.html"
        elif template == self.edit_template:
            template = "admin/schedule_edit.html"
            kwargs["may_disrupt"] = self.may_disrupt()
            kwargs["next_words"] = [word for word in _SETTABLE if word != kwargs["model"].status]
        return str(super().render(template, **kwargs))

    def create(self, form: Any) -> UUID:
        pattern = planned_pattern()
        if pattern is None:
            raise RuleBroken(_("Choose a route first, and one of its patterns."))
        return service.create_schedule(
            pattern_id=pattern.id,
            departure_at=to_utc(form.departure_at.data, pattern.route.operator.timezone),
            vehicle_id=as_uuid(form.vehicle_id.data),
            layout_id=as_uuid(form.layout_id.data),
            number=form.number.data or None,
            platform=form.platform.data or None,
            actor=access.actor(),
        )

    def save(self, form: Any, model: Any) -> None:
        clock, expected_at = model.operator.timezone, form.estimated_departure_at.data
        wanted = {
            "platform": form.platform.data or None,
            "number": form.number.data or None,
            "vehicle_id": as_uuid(form.vehicle_id.data),
            "estimated_departure_at": to_utc(expected_at, clock) if expected_at else None,
            "departure_at": to_utc(form.departure_at.data, clock),
        }
        # A form shows whole minutes, and not which of two equal times when summer time ends: what shows the same stays the same.
        for name in ("departure_at", "estimated_departure_at"):
            shown = on_clock(getattr(model, name), clock)
            if shown and shown.replace(second=0, microsecond=0, fold=0) == form[name].data:
                wanted.pop(name)
        changes = {name: value for name, value in wanted.items() if getattr(model, name) != value}
        service.change_schedule(model.id, access.actor(), **changes)

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:
        if is_created or not getattr(model, "id", None):
            return url_for("schedules.index_view")
        return url_for("schedules.seats", schedule_id=model.id)

    @expose("/<schedule_id>/status", methods=("POST",))
    def status(self, schedule_id: str) -> Any:
        """The next status of a run."""
        access.require("timetable.edit")
        found, word, who = self._one(schedule_id).id, tidy(request.form.get("status")), access.actor()
        back = url_for("schedules.seats", schedule_id=schedule_id)
        return attempted(_("The status is changed."), back, lambda: service.set_status(found, word, who))

    def may_disrupt(self) -> bool:
        """Whether the person who is signed in calls runs off: that gives money back."""
        return self.may_edit() and access.may("payments.refund")

    # -- the seats

    @expose("/<schedule_id>/block", methods=("POST",))
    def block(self, schedule_id: str) -> Any:
        """Take the chosen seats out of sale, or sell them again."""
        access.require("timetable.edit")
        run, who = self._one(schedule_id), access.actor()
        first, last = (request.form.get(name, type=int) for name in ("first", "last"))
        done = attempt(None, lambda: block_or_unblock(run, who))
        if done:
            flash(done, "success")
        return redirect(url_for("schedules.seats", schedule_id=run.id, first=first, last=last), 303)

    @expose("/<schedule_id>/")
    def seats(self, schedule_id: str) -> str:
        """One departure: its stops, its live seat map, who holds what."""
        run = self._one(schedule_id)
        facts = schedule_facts(run.id)
        first, last = stretch(facts)
        page = self.render(
            "admin/schedule.html",
            run=run,
            facts=facts,
            first=first,
            last=last,
            may_block=run.status in ON_SALE,
            seats=seats_json(run.id, facts, first, last),
            line=line_of(run.id) if access.may("reservations.read") else [],
            disruption=disruption_of(run.id) if self.may_disrupt() else None,
        )
        return str(page)

    @expose("/<schedule_id>/seats.json")
    def seats_live(self, schedule_id: str) -> Response:
        """The seat map's states as they are now."""
        run = self._one(schedule_id)
        facts = schedule_facts(run.id)
        return jsonify(seats_json(run.id, facts, *stretch(facts)))

    def _one(self, schedule_id: str) -> Schedule:
        run: Schedule | None = self.get_one(schedule_id)
        if run is None:
            raise NotFound(_("There is no such departure."))
        return run


def planned_pattern() -> Pattern | None:
    """The pattern that the address names, or the one of the departure that a new one is to be like."""
    like = as_uuid(request.args.get("like"))
    named = as_uuid(request.args.get("pattern"))
    if like:
        named = db.session.scalar(select(Schedule.pattern_id).where(Schedule.id == like))
    whole = joinedload(Pattern.route).joinedload(Route.operator)
    statement = select(Pattern).options(whole, joinedload(Pattern.stops)).where(Pattern.id == named)
    return db.session.execute(statement).unique().scalar() if named else None
