"""The disruption desk: who is affected and what it costs first, then agreeing with a reason, then who chose what."""

import csv
import io
from typing import Any, ClassVar
from uuid import UUID

from flask import Response, flash, g, jsonify, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from admin import access, formats
from admin.base_views import StaffList, attempted, reason_given
from admin.choices import word_choices
from admin.listing import Column, ListArgs, as_uuid, equals
from core.booking.disruption import Plan, disrupt, preview_disruption
from core.booking.disruption_choice import Wish, choose_for
from core.booking.disruption_models import Choice, Disruption, DisruptionKind
from core.booking.disruption_queries import Case, cases_of, settled_counts
from core.booking.disruption_queries import Disruption as Progress
from core.booking.disruption_queries import disruption as progress_of
from core.booking.rebooking import other_departures
from core.kernel.db import db
from core.kernel.errors import DomainError, NotFound
from core.kernel.money import Money
from core.timetable.models import Pattern, PatternStop, Schedule

_SHOWN = 500
_EXPORTED = 100_000
#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def run_of(row: Disruption) -> str:
    """Which departure it was, on its operator's clock."""
    run = row.schedule
    return f"{formats.when(run.departure_at, run.operator.timezone)} {run.route.name}"


def what(row: Any) -> str:
    """Called off, how late, or that another vehicle had too few seats."""
    if row.kind == DisruptionKind.CANCELLED:
        return str(_("called off"))
    if row.kind == DisruptionKind.SWAPPED:
        return str(_("another vehicle, too few seats"))
    return str(_("%(count)s min late", count=row.delay_minutes))


def settled(row: Disruption) -> str:
    """How many of its bookings are settled: read for a whole page of rows at once (`find`)."""
    done, cases = g.get("settled", {}).get(row.id, (0, 0))
    return str(_("%(done)s of %(cases)s", done=done, cases=cases))


class Disruptions(StaffList):
    """What was called off or late, the newest first. Agreeing gives money back, so it needs that permission."""

    permission = "payments.refund"
    by_time = True
    lead = _l(
        "Departures that were called off or late or had too few seats, and what became of their bookings."
    )
    empty = _l("Nothing was called off. Open a departure to call it off or delay it.")
    order = (Disruption.created_at.desc(), Disruption.id)
    columns: ClassVar = [
        Column("run", _l("Departure"), run_of),
        Column("what", _l("What"), what),
        Column("reason", _l("Why"), lambda d: d.reason),
        Column("settled", _l("Settled"), settled),
        Column("created_at", _l("Since"), lambda d: formats.when(d.created_at), Disruption.created_at),
    ]
    filters: ClassVar = [equals("kind", _l("What"), Disruption.kind, word_choices(DisruptionKind))]

    def rows(self) -> Select[Any]:
        run = joinedload(Disruption.schedule)
        return select(Disruption).options(run.joinedload(Schedule.route), run.joinedload(Schedule.operator))

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        own = access.stations()
        return statement.where(Disruption.schedule_id.in_(_calling_at(own))) if own else statement

    def find(self, args: ListArgs) -> tuple[list[Any], bool]:
        rows, more = super().find(args)
        g.settled = settled_counts([row.id for row in rows])
        return rows, more

    def row_url(self, row: Any) -> str | None:
        return url_for("disruptions.show", disruption_id=row.id)

    # -- planning one

    @expose("/plan")
    def plan(self) -> str:
        """Who is affected by calling a run off or delaying it, and what the refunds come to."""
        run = _run(request.args.get("schedule"))
        return str(
            self.render(
                "admin/disruption_plan.html", run=run, found=preview_disruption(run.id), starts=_starts(run)
            )
        )

    @expose("/plan", methods=("POST",))
    def agree(self) -> Any:
        """Agree to what was shown; when it has changed meanwhile it is shown again."""
        access.require("timetable.edit")
        run = _run(request.form.get("schedule"))
        minutes = request.form.get("delay_minutes", type=int)
        kind = request.form.get("kind", "")[:20]
        plan = Plan(kind, minutes if kind == DisruptionKind.DELAYED else None)
        try:
            made = disrupt(run.id, plan, reason_given(), access.actor(), agreed=_agreed())
        except DomainError as error:
            flash(error.message, "error")
            return redirect(url_for("disruptions.plan", schedule=run.id), 303)
        return redirect(url_for("disruptions.show", disruption_id=made), 303)

    # -- how far it is

    @expose("/<disruption_id>/")
    def show(self, disruption_id: str) -> str:
        """One disruption: figures, progress, who chose what, and choosing for those who wait."""
        found = self._one(disruption_id)
        page = self.render(
            "admin/disruption.html",
            found=found,
            cases=cases_of(found.id, limit=_SHOWN),
            what=what(found),
            shown=_progress(found),
            departures=_others(found.schedule_id),
            choices=_choices(found),
            most=_SHOWN,
        )
        return str(page)

    @expose("/<disruption_id>/progress.json")
    def progress(self, disruption_id: str) -> Response:
        """The figures and the cases as they are now."""
        found = self._one(disruption_id)
        cases = [_case_json(each) for each in cases_of(found.id, limit=_SHOWN)]
        return jsonify(**_progress(found), lines=cases)

    @expose("/<disruption_id>/choose", methods=("POST",))
    def choose(self, disruption_id: str) -> Any:
        """Choose for one booking, or for all that still wait."""
        found, case, who = self._one(disruption_id), as_uuid(request.form.get("case")), access.actor()
        if request.form.get("case") and case is None:
            raise NotFound
        wish = Wish(request.form.get("choice", "")[:20], as_uuid(request.form.get("to")))
        return attempted(
            _("Chosen. It is being carried out."),
            url_for("disruptions.show", disruption_id=found.id),
            lambda: choose_for(found.id, wish, who, [case] if case else None),
        )

    @expose("/<disruption_id>/cases.csv")
    def cases_csv(self, disruption_id: str) -> Response:
        """Who chose what, as a table for a spreadsheet."""
        found = self._one(disruption_id)
        answer = Response(_csv(cases_of(found.id, limit=_EXPORTED)), mimetype="text/csv")
        answer.headers["Content-Disposition"] = (
            f'attachment; filename="disruption-{found.departure_at:%Y-%m-%d}.csv"'
        )
        return answer

    def line(self, case: Case) -> dict[str, Any]:
        """A case as the template and its script show it."""
        return _case_json(case)

    def _one(self, disruption_id: str) -> Progress:
        row = self.get_one(disruption_id)
        if row is None:
            raise NotFound(_("There is no such disruption."))
        return progress_of(row.id)


def _calling_at(places: Any) -> Select[Any]:
    return (
        select(Schedule.id)
        .join(PatternStop, PatternStop.pattern_id == Schedule.pattern_id)
        .where(PatternStop.place_id.in_(places))
    )


def _run(text: str | None) -> Schedule:
    statement = select(Schedule).where(Schedule.id == as_uuid(text))
    if access.stations():
        statement = statement.where(Schedule.id.in_(_calling_at(access.stations())))
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound(_("There is no such departure."))
    return found


def _starts(run: Schedule) -> str:
    return f"{formats.when(run.departure_at, run.operator.timezone)} {run.route.name}"


def _agreed() -> list[Money]:
    """The refunds that were shown, as `1200 EUR`; what cannot be read agrees to nothing that there is."""
    pairs = [value.split() for value in request.form.getlist("agreed")]
    good = [pair for pair in pairs if len(pair) == 2 and pair[0].isdecimal() and len(pair[0]) < 16]
    return [Money(int(amount), currency[:3]) for amount, currency in good]


def _others(schedule_id: UUID) -> list[tuple[str, str]]:
    """Departures of the same line that are on sale, to move people to."""
    legs = (
        select(Pattern.legs)
        .join(Schedule, Schedule.pattern_id == Pattern.id)
        .where(Schedule.id == schedule_id)
    )
    run = db.session.get(Schedule, schedule_id)
    rides = other_departures((schedule_id, 0, db.session.scalars(legs).one()), 1)
    zone = run.operator.timezone if run else None
    return [
        (str(ride.schedule_id), _("%(when)s, %(count)s free", when=formats.when(ride.departure_at, zone), count=ride.seats_left))
        for ride in sorted(rides, key=lambda each: each.departure_at)
    ]  # fmt: skip


def _choices(found: Progress) -> list[tuple[str, str]]:
    words = [(Choice.REFUND.value, _("Money back")), (Choice.REBOOK.value, _("Another departure"))]
    return words + ([(Choice.KEEP.value, _("Stay on it"))] if found.kind == DisruptionKind.DELAYED else [])


def _progress(found: Progress) -> dict[str, Any]:
    """Figures and bar as the page and its script show them; shares in per cent."""
    whole = max(1, found.cases)
    names = (Choice.REFUND, Choice.REBOOK, Choice.KEEP, "waiting", "due", "failed")
    return {
        "cases": found.cases,
        "done": found.done,
        "working": found.working,
        "share": round(100 * found.done / whole, 1),
        "refunded": ", ".join(formats.money(each.amount, each.currency) for each in found.refunded),
        "released": found.released,
        **{str(name): found.counts.get(name, 0) for name in names},
    }


def _case_json(case: Case) -> dict[str, Any]:
    return {
        "id": str(case.id),
        "state": formats.words(case.state),
        "tone": tone(case),
        "outcome": outcome(case),
    }


def tone(case: Case) -> str:
    """The colour class of its state."""
    return {"done": "go", "failed": "stop", "due": "quiet", "waiting": "warn"}[case.state]


def outcome(case: Case) -> str:
    """What came of it, in words."""
    said = {
        Choice.REFUND: _("money back"),
        Choice.REBOOK: _("another departure"),
        Choice.KEEP: _("stays on it"),
    }
    parts = [str(said[Choice(case.choice)])] if case.choice else []
    if case.refund:
        parts.append(formats.money(case.refund.amount, case.refund.currency))
    if case.to_departure_at and case.choice == Choice.REBOOK:
        parts.append(formats.when(case.to_departure_at))
    return " · ".join([*parts, *([case.note] if case.note else [])])


def _csv(cases: list[Case]) -> str:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["reference", "passengers", "names", "email", "phone", "state", "choice", "chosen_by", "chosen_at",
                    "refund", "currency", "new_departure", "note"])  # fmt: skip
    for each in cases:
        money = (each.refund.amount, each.refund.currency) if each.refund else ("", "")
        to = each.to_departure_at.isoformat() if each.to_departure_at else ""
        at = each.chosen_at.isoformat() if each.chosen_at else ""
        row = [each.reference, each.passengers, each.names, each.contact_email, each.contact_phone, each.state,
               each.choice, each.chosen_by, at, *money, to, each.note]  # fmt: skip
        table.writerow([_harmless(value) for value in row])
    return out.getvalue()


def _harmless(value: object) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
