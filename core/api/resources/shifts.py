"""Shifts: drawers are opened with a counted float and closed by a blind count. An agent has their own, a manager those of
the stations.
"""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response
from sqlalchemy import select, tuple_

from core.accounts.callers import Caller, require
from core.accounts.models import Kiosk
from core.accounts.rules import require_scope
from core.api.cursors import as_id, as_instant, read_cursor, write_cursor
from core.api.endpoints import endpoint
from core.api.schemas.shifts import (
    ApproveBody,
    CountBody,
    MovementBody,
    OpenBody,
    ShiftFilter,
    ShiftList,
    ShiftReportOut,
    pieces_by_denomination,
    report_json,
    shift_json,
)
from core.kernel.db import db
from core.kernel.errors import NotFound
from core.reporting.office import office_timezone
from core.reporting.shift_pdf import file_name, shift_pdf
from core.reporting.shifts import ShiftReport, shift_report
from core.till.approve import approve_variance
from core.till.close import close_shift
from core.till.drawer import Drawer
from core.till.models import Shift
from core.till.move import move_cash
from core.till.open import Opening, open_shift
from core.till.queries import visible_to, with_names
from core.till.words import DrawerKind


@endpoint("GET", "/shifts", access="till.own", query=ShiftFilter, answer=ShiftList)
def index(caller: Caller, query: ShiftFilter) -> Any:
    """Shifts, the newest first."""
    statement = _visible(caller, with_names(select(Shift)))
    if query.kiosk_id:
        statement = statement.where(Shift.kiosk_id == query.kiosk_id)
    if query.user_id:
        statement = statement.where(Shift.user_id == query.user_id)
    if query.open is not None:
        statement = statement.where(Shift.closed_at.is_(None) if query.open else Shift.closed_at.is_not(None))
    if query.cursor:
        at, last = read_cursor(query.cursor, str, str)
        statement = statement.where(tuple_(Shift.opened_at, Shift.id) < (as_instant(at), as_id(last)))
    newest = statement.order_by(Shift.opened_at.desc(), Shift.id.desc()).limit(query.limit + 1)
    found = list(db.session.scalars(newest))
    shown = found[: query.limit]
    more = (
        write_cursor(shown[-1].opened_at.isoformat(), str(shown[-1].id)) if len(found) > len(shown) else None
    )
    return {"shifts": [shift_json(shift) for shift in shown], "next_cursor": more}


@endpoint("POST", "/shifts", access="till.own", body=OpenBody, answer=ShiftReportOut, status=201, once=True, errors=(403, 404, 409))  # fmt: skip
def create(caller: Caller, body: OpenBody) -> Any:
    """Open a shift with the counted float: the caller's own drawer, or for managers a kiosk's cash box."""
    if body.place_id is not None:
        require_scope(caller.stations, [body.place_id])
    wanted = Opening(_drawer(caller, body), body.currency, pieces_by_denomination(body.float), body.place_id)
    return _answer(open_shift(wanted, caller.actor))


@endpoint("GET", "/shifts/<uuid:shift_id>", access="till.own", answer=ShiftReportOut, errors=(404,))
def show(caller: Caller, shift_id: UUID) -> Any:
    """One shift; once it was counted with everything that came and went."""
    return report_json(_report(caller, shift_id))


@endpoint("GET", "/shifts/<uuid:shift_id>/report", access="till.own", content_type="application/pdf", errors=(404,))  # fmt: skip
def report(caller: Caller, shift_id: UUID) -> Response:
    """The report of a shift to print: a PDF of A4 pages."""
    found, zone = _report(caller, shift_id), ZoneInfo(office_timezone())
    answer = Response(shift_pdf(found, zone), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=file_name(found, zone))
    return answer


@endpoint("POST", "/shifts/<uuid:shift_id>/movements", access="till.own", body=MovementBody, status=204, once=True, errors=(404, 409))  # fmt: skip
def move(caller: Caller, shift_id: UUID, body: MovementBody) -> None:
    """Cash was put into the drawer or taken out of it, and why."""
    _report(caller, shift_id)
    move_cash(shift_id, body.kind, body.amount, body.reason, caller.actor)


@endpoint("POST", "/shifts/<uuid:shift_id>/close", access="till.own", body=CountBody, answer=ShiftReportOut, once=True, errors=(404, 409))  # fmt: skip
def close(caller: Caller, shift_id: UUID, body: CountBody) -> Any:
    """Close a shift with what was counted; the answer says what should have been there."""
    _report(caller, shift_id)
    close_shift(shift_id, pieces_by_denomination(body.count), caller.actor)
    return _answer(shift_id)


@endpoint("POST", "/shifts/<uuid:shift_id>/approve", access="till.manage", body=ApproveBody, status=204, once=True, errors=(404, 409))  # fmt: skip
def approve(caller: Caller, shift_id: UUID, body: ApproveBody) -> None:
    """Accept a difference above the limit; never one's own count."""
    _report(caller, shift_id)
    approve_variance(shift_id, body.reason, caller.actor)


def _visible(caller: Caller, statement: Any) -> Any:
    return visible_to(statement, caller.user_id, caller.stations, manages=caller.may("till.manage"))


def _report(caller: Caller, shift_id: UUID) -> ShiftReport:
    known = db.session.scalar(_visible(caller, select(Shift.id).where(Shift.id == shift_id)))
    found = shift_report(known) if known else None
    if found is None:
        raise NotFound("There is no such shift.")
    return found


def _answer(shift_id: UUID) -> dict[str, Any]:
    db.session.expire_all()
    found = shift_report(shift_id)
    assert found is not None  # noqa: S101 - it was written just now
    return report_json(found)


def _drawer(caller: Caller, body: OpenBody) -> Drawer:
    assert caller.user_id is not None  # noqa: S101 - the permission is people's
    if body.drawer is None or body.drawer.id == caller.user_id:
        return Drawer(DrawerKind.CLERK, caller.user_id)
    require(caller, "till.manage")
    if body.drawer.kind == DrawerKind.CLERK:
        raise NotFound("There is no such drawer.")
    place = db.session.scalar(select(Kiosk.place_id).where(Kiosk.id == body.drawer.id))
    if place is None:
        raise NotFound("There is no such drawer.")
    require_scope(caller.stations, [place])
    return Drawer(DrawerKind.KIOSK, body.drawer.id)
