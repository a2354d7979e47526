"""Schedules: found by route, place and day; one with its live seat map and who holds what."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from flask import Response, jsonify, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from admin import access, formats
from admin.base_views import StaffList
from admin.choices import operator_choices, word_choices
from admin.fields import place_of
from admin.listing import BadFilter, Column, Filter, ListArgs, equals, on_day, references
from admin.views.live import countdown, hidden
from core.inventory.queries import seat_map
from core.kernel.clock import app_now, now
from core.kernel.errors import NotFound
from core.reporting.seats import Claim, seat_claims
from core.timetable.models import PatternStop, Route, Schedule
from core.timetable.queries import ScheduleFacts, schedule_facts
from core.timetable.words import ScheduleStatus

#: A run that started this long ago is still in the list.
_RECENT = timedelta(hours=2)


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
        formats.clock(run.estimated_departure_at, run.operator.timezone)
        if run.estimated_departure_at
        else "–"
    )


class Schedules(StaffList):
    """From now on unless a day is chosen; soonest first."""

    permission = "bookings.read"
    search_label = _l("Route or number")
    order = (Schedule.departure_at, Schedule.id)
    columns: ClassVar = [
        Column("departure_at", _l("Starts"), starts, Schedule.departure_at),
        Column("route", _l("Route"), lambda s: s.route.name),
        Column("headsign", _l("To"), lambda s: s.pattern.headsign or "–"),
        Column("operator", _l("Operator"), lambda s: s.operator.name),
        Column("platform", _l("Platform"), lambda s: s.platform or "–"),
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

    def row_url(self, row: Any) -> str | None:
        return url_for("schedules.seats", schedule_id=row.id)

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
            seats=seats_json(run.id, facts, first, last),
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


def stretch(facts: ScheduleFacts) -> tuple[int, int]:
    """The stops that the address names, or the whole run; whatever makes no sense is the whole run."""
    last = len(facts.stops) - 1
    first_asked = request.args.get("first", 0, type=int)
    last_asked = request.args.get("last", last, type=int)
    return (first_asked, last_asked) if 0 <= first_asked < last_asked <= last else (0, last)


def seats_json(schedule_id: UUID, facts: ScheduleFacts, first: int, last: int) -> dict[str, Any]:
    """Seat map and claims on one stretch, in words for people."""
    shown = seat_map(schedule_id, first, last).as_json()
    claims: dict[str, list[Claim]] = {}
    for claim in seat_claims(schedule_id):
        if claim.from_position < last and claim.to_position > first:
            claims.setdefault(str(claim.seat_id), []).append(claim)
    moment = now()
    for seat in shown["seats"]:
        found = claims.get(seat["id"], [])
        seat["claims"] = [_claim_json(claim, facts, moment) for claim in found]
        if len(found) >= 1 and not any(c.from_position <= first and c.to_position >= last for c in found):
            seat["partly"] = True
    shown["counts"] = {
        state: sum(seat["state"] == state for seat in shown["seats"])
        for state in ("available", "reserved", "booked")
    }
    return shown


def _claim_json(claim: Claim, facts: ScheduleFacts, moment: Any) -> dict[str, Any]:
    held = claim.kind == "hold" and claim.expires_at is not None
    names = f"{facts.stop(claim.from_position).name} → {facts.stop(claim.to_position).name}"
    shows_holder = access.may("reservations.read")
    return {
        "kind": {"hold": _("held"), "sold": _("sold"), "blocked": _("blocked")}[claim.kind],
        "stretch": names,
        "holder": hidden(claim.holder or "") if shows_holder else "",
        "reference": claim.reference if access.may("bookings.read") else None,
        "left": countdown(int((claim.expires_at - moment).total_seconds()))
        if held and claim.expires_at
        else None,
    }
