"""All shifts, and one as a report: what came, what went, what should have been there and what was."""

from typing import Any, ClassVar

from flask import Response, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import Select, select
from wtforms.validators import ValidationError

from admin import access, formats
from admin.base_views import StaffList, attempted, reason_given
from admin.fields import major, read_amount
from admin.listing import Column, Filter, on_day, references
from core.accounts.models import Kiosk, KioskStatus, User
from core.kernel.db import db
from core.kernel.errors import DomainError, NotFound
from core.reporting.office import currencies
from core.reporting.shift_pdf import file_name, shift_pdf
from core.reporting.shifts import ShiftReport, shift_report
from core.till.approve import approve_variance
from core.till.limits import limit_of, set_limit
from core.till.models import Shift, ShiftApproval
from core.till.queries import visible_to, with_names
from core.till.words import ShiftState

GROUP_WORDS = {
    "float": _l("Float"),
    "sales": _l("Sold for cash"),
    "vouchers": _l("Vouchers sold"),
    "refunds": _l("Refunds handed out"),
    "put_in": _l("Put in"),
    "taken_out": _l("Taken out"),
    "inserted": _l("Put in by travellers beyond the price"),
    "paid_out": _l("Change and money given back"),
}


def difference(shift: Shift) -> str:
    """Over or short in words: ``+2.00``, ``−5.00``, or that it is right; a dash while it is open."""
    if shift.variance is None:
        return "–"
    if not shift.variance:
        return _("none")
    return ("+" if shift.variance > 0 else "") + formats.signed(shift.variance, shift.currency)


def visible(statement: Select[Any]) -> Select[Any]:
    """Shifts that the person who is signed in may see: an agent their own, a manager those of the stations, too."""
    manages = access.may("till.manage")
    return visible_to(statement, current_user.id, access.stations(), manages=manages)


def _kiosk_choices() -> list[tuple[str, str]]:
    return _named(Kiosk, Shift.kiosk_id)


def _clerk_choices() -> list[tuple[str, str]]:
    return _named(User, Shift.user_id)


def _named(model: type[Kiosk | User], column: Any) -> list[tuple[str, str]]:
    had_one = model.id.in_(visible(select(column).where(column.is_not(None))))
    rows = db.session.execute(select(model.id, model.name).where(had_one).order_by(model.name))
    return [(str(row.id), row.name) for row in rows]


def _in_state(statement: Select[Any], value: str) -> Select[Any]:
    beyond = (Shift.counted - Shift.expected > Shift.variance_limit) | (
        Shift.expected - Shift.counted > Shift.variance_limit
    )
    approved = Shift.id.in_(select(ShiftApproval.shift_id))
    states = {
        ShiftState.OPEN: Shift.closed_at.is_(None),
        ShiftState.CLOSED: Shift.closed_at.is_not(None),
        ShiftState.TO_APPROVE: beyond & ~approved,
        ShiftState.APPROVED: approved,
    }
    return statement.where(states[ShiftState(value)]) if value in set(ShiftState) else statement


def _state_choices() -> list[tuple[str, str]]:
    return [(state.value, formats.words(state)) for state in ShiftState]


class Shifts(StaffList):
    """An agent sees their own, a manager those of their stations."""

    permission = "till.own"
    list_template = "admin/shifts.html"
    by_time = True
    lead = _l("Every drawer's shifts. What should be in a drawer is shown once it has been counted.")
    order = (Shift.opened_at.desc(),)
    columns: ClassVar = [
        Column("opened_at", _l("Opened"), lambda s: formats.when(s.opened_at), Shift.opened_at),
        Column("drawer", _l("Drawer"), lambda s: s.drawer_name),
        Column("place", _l("Station"), lambda s: s.place.name if s.place else "–"),
        Column("closed_at", _l("Closed"), lambda s: formats.when(s.closed_at)),
        Column("float", _l("Float"), lambda s: formats.money(s.float_amount, s.currency), align="r"),
        Column(
            "counted",
            _l("Counted"),
            lambda s: "–" if s.counted is None else formats.money(s.counted, s.currency),
            align="r",
        ),
        Column("difference", _l("Over or short"), difference, align="r"),
        Column("state", _l("State"), lambda s: formats.state(s.state)),
    ]
    filters: ClassVar = [
        references("kiosk", _l("Kiosk"), Shift.kiosk_id, _kiosk_choices),
        references("clerk", _l("Clerk"), Shift.user_id, _clerk_choices),
        Filter("state", _l("State"), _in_state, choices=_state_choices),
        on_day("day", _l("Opened on"), Shift.opened_at),
    ]

    def rows(self) -> Select[Any]:
        return with_names(select(Shift))

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        return visible(statement)

    def row_url(self, row: Any) -> str | None:
        return url_for("shifts.report", shift_id=row.id)

    def list_extras(self) -> dict[str, Any]:
        manages = access.may("till.manage")
        return {
            "kiosks": _kiosks() if manages else [],
            "limits": {code: major(limit_of(code), code) for code in currencies()} if manages else {},
        }

    @expose("/<shift_id>/")
    def report(self, shift_id: str) -> str:
        """One shift."""
        found = self._report(shift_id)
        shift = found.shift
        own = str(current_user.id) in {shift.closed_by, str(shift.user_id)}
        page = self.render(
            "admin/shift.html",
            report=found,
            shift=shift,
            words=GROUP_WORDS,
            difference=difference(shift),
            may_approve=shift.state == ShiftState.TO_APPROVE and access.may("till.manage") and not own,
            own=own,
        )
        return str(page)

    @expose("/<shift_id>/report.pdf")
    def pdf(self, shift_id: str) -> Response:
        """The report on paper."""
        found = self._report(shift_id)
        answer = Response(shift_pdf(found, formats.zone(), formats.language()), mimetype="application/pdf")
        answer.headers.set("Content-Disposition", "inline", filename=file_name(found, formats.zone()))
        return answer

    @expose("/<shift_id>/approve", methods=("POST",))
    def approve(self, shift_id: str) -> Any:
        """A manager has looked at the difference."""
        access.require("till.manage")
        found, who = self._report(shift_id).shift.id, access.actor()
        return attempted(
            _("Approved. Your note stays with the shift."),
            url_for("shifts.report", shift_id=found),
            lambda: approve_variance(found, reason_given(), who),
        )

    @expose("/limit", methods=("POST",))
    def limit(self) -> Any:
        """How much over or short needs nobody's approval from now on."""
        access.require("till.manage")
        currency, who = request.form.get("currency", ""), access.actor()
        if currency not in currencies():
            raise NotFound
        try:
            set_limit(currency, read_amount(request.form.get("amount"), currency), who)
            flash(_("Saved. It counts for shifts that are closed from now on."), "success")
        except ValidationError as error:
            flash(str(error), "error")
        except DomainError as error:
            flash(error.message, "error")
        answer: Response = redirect(url_for("shifts.index_view"), 303)  # type: ignore[assignment]  # Flask's redirect is typed as Werkzeug's response
        return answer

    def _report(self, shift_id: str) -> ShiftReport:
        shift = self.get_one(shift_id)
        found = shift_report(shift.id) if shift else None
        if found is None:
            raise NotFound(_("There is no such shift."))
        return found


def _kiosks() -> list[tuple[str, str, bool]]:
    """Kiosks of the person's stations: id, name, and whether a shift is open there."""
    statement = select(Kiosk.id, Kiosk.name, Shift.id.label("shift")).outerjoin(
        Shift, (Shift.kiosk_id == Kiosk.id) & Shift.closed_at.is_(None)
    )
    statement = statement.where(Kiosk.status == KioskStatus.ACTIVE).order_by(Kiosk.name, Kiosk.id)
    own = access.stations()
    if own:
        statement = statement.where(Kiosk.place_id.in_(own))
    return [(str(row.id), row.name, row.shift is not None) for row in db.session.execute(statement)]
