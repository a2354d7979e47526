"""Another vehicle for a departure: what it would do to whom first, then agreeing to just that with a reason."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from admin import access
from admin.base_views import attempt, reason_given
from admin.listing import as_uuid
from admin.views.live import hidden
from core.booking.swap import KEPT, MOVED, UNSEATED, WORSE, Line, SwapPreview, preview_swap, swap
from core.kernel.db import db
from core.kernel.errors import DomainError
from core.timetable.models import Layout, Schedule, Seat, Vehicle
from core.timetable.queries import ScheduleFacts, schedule_facts
from core.timetable.words import ON_SALE

_SHOWN = 500
_TONES = {KEPT: "quiet", MOVED: "go", WORSE: "warn", UNSEATED: "stop"}


class ScheduleVehicle:
    """Mixed into the schedules' view; `_one` keeps to the stations of the person who is signed in."""

    _one: Any
    render: Any

    def may_swap(self, run: Schedule) -> bool:
        """Whether the person who is signed in can send another vehicle for it."""
        return access.may("timetable.edit") and run.status in ON_SALE

    @expose("/<schedule_id>/vehicle")
    def vehicle(self, schedule_id: str) -> str:
        """The vehicles there are, and of the chosen one what it would do. Changes nothing."""
        access.require("timetable.edit")
        run, worse = self._one(schedule_id), request.args.get("worse") == "y"
        chosen = as_uuid(request.args.get("vehicle"))
        found = _looked(run.id, chosen, worse) if chosen else None
        page = self.render(
            "admin/schedule_vehicle.html",
            run=run,
            facts=schedule_facts(run.id),
            vehicles=_vehicles(run),
            chosen=chosen,
            worse=worse,
            found=found,
            rows=_rows(found, schedule_facts(run.id)) if found else [],
            most=_SHOWN,
            may_leave=access.may("payments.refund"),
        )
        return str(page)

    @expose("/<schedule_id>/vehicle", methods=("POST",))
    def send_vehicle(self, schedule_id: str) -> Any:
        """Send it as it was shown; whatever stands in the way is said over the same preview, as it is now."""
        access.require("timetable.edit")
        run, who, form = self._one(schedule_id), access.actor(), request.form
        leave, worse = form.get("leave") == "y", form.get("worse") == "y"
        if leave:
            access.require("payments.refund")
        chosen = as_uuid(form.get("vehicle"))

        def deed() -> SwapPreview | None:
            if chosen is None:
                flash(_("Please choose a vehicle."), "error")
                return None
            agreed, why = form.get("agreed", "")[:64], reason_given()
            return swap(run.id, chosen, why, who, agreed=agreed, leave_unseated=leave, allow_worse=worse)

        done = attempt(None, deed)
        if not done:
            again = url_for(
                "schedules.vehicle", schedule_id=run.id, vehicle=chosen, worse="y" if worse else None
            )
            return redirect(again, 303)
        flash(_said(done), "success")
        return redirect(url_for("schedules.seats", schedule_id=run.id), 303)


def _looked(schedule_id: UUID, vehicle_id: UUID, worse: bool) -> SwapPreview | None:
    try:
        return preview_swap(schedule_id, vehicle_id, allow_worse=worse)
    except DomainError as error:
        flash(error.message, "error")
        return None


def _vehicles(run: Schedule) -> list[tuple[str, str]]:
    """Other active vehicles of the operator, with what tells them apart."""
    seats = select(func.count()).where(Seat.layout_id == Layout.id).scalar_subquery()
    rows = db.session.execute(
        select(Vehicle.id, Vehicle.number, Layout.name, seats.label("seats"))
        .join(Layout, Layout.id == Vehicle.layout_id)
        .where(Vehicle.operator_id == run.operator_id, Vehicle.active, Vehicle.id != run.vehicle_id)
        .order_by(Vehicle.number)
    )
    return [
        (str(row.id), f"{row.number} · {row.name} · {ngettext('%(num)d seat', '%(num)d seats', row.seats)}")
        for row in rows
    ]


def _rows(found: SwapPreview, facts: ScheduleFacts) -> list[dict[str, Any]]:
    """Those for whom something changes, whoever is hit hardest first; tickets before holds."""
    hardest = (UNSEATED, WORSE, MOVED)
    lines = [line for line in (*found.lines, *found.holds) if line.what != KEPT]
    lines.sort(key=lambda line: (line.person.booking_id is None, hardest.index(line.what)))
    return [_row(line, facts) for line in lines[:_SHOWN]]


def _row(line: Line, facts: ScheduleFacts) -> dict[str, Any]:
    who, sold = line.person, line.person.booking_id is not None
    left = {True: _("finds no seat"), False: _("the hold ends")}[sold]
    words = {MOVED: _("another seat"), WORSE: _("a lower seat type"), UNSEATED: left}
    return {
        "was": who.seat.number,
        "to": line.to,
        "name": (who.name or "–") if sold else _("being bought"),
        "reference": who.reference,
        "booking": url_for("bookings.details", booking_id=who.booking_id) if sold else None,
        "holder": hidden(who.holder) if not sold and access.may("reservations.read") else "",
        "stretch": f"{facts.stop(who.from_position).name} → {facts.stop(who.to_position).name}",
        "what": words[line.what],
        "tone": _TONES[line.what],
    }


def _said(done: SwapPreview) -> str:
    parts = [_("%(vehicle)s runs now.", vehicle=done.vehicle_number)]
    changed = done.count(MOVED) + done.count(WORSE)
    if changed:
        parts.append(ngettext("%(num)d passenger has a new ticket.", "%(num)d passengers have new tickets.", changed))  # fmt: skip
    if done.bookings_left:
        left = len(done.bookings_left)
        parts.append(ngettext("%(num)d booking is asked what is to become of it.", "%(num)d bookings are asked what is to become of them.", left))  # fmt: skip
    return " ".join(map(str, parts))
