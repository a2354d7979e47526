"""The page of the letter after a disruption: money back or another departure, without an account, on a telephone first."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from core.booking.disruption_choice import Wish, choose
from core.booking.disruption_models import CaseState
from core.booking.disruption_queries import options
from core.booking.links import CHOICE, check_proof
from core.booking.queries import booking_view
from core.kernel.activity import Actor
from core.kernel.clock import now
from core.kernel.errors import DomainError, NotFound
from core.kernel.money import format_money
from core.kernel.web import language
from core.tickets.rules import grouped_reference
from core.timetable.brands import brand_of_run
from kiosk.views.brand import brand_links

page = Blueprint("choice", __name__, url_prefix="/choose")


@page.get("/<uuid:case_id>/<link>")
def show(case_id: UUID, link: str) -> Response:
    """What may be chosen, or what was. Raises NotFound for a link that was not made here."""
    check_proof(CHOICE, case_id, link)
    return _page(case_id)


@page.post("/<uuid:case_id>/<link>")
def make(case_id: UUID, link: str) -> Answer:
    """Choose; what stands in the way is said on the page, which offers what is left."""
    check_proof(CHOICE, case_id, link)
    actor = Actor("guest", f"choice-{case_id}", "the passenger", request.remote_addr)
    try:
        choose(case_id, Wish(request.form.get("choice", "")[:20], _schedule()), actor)
    except DomainError as error:
        return _page(case_id, error.message, error.status)
    return redirect(url_for("choice.show", case_id=case_id, link=link), 303)


def _schedule() -> UUID | None:
    try:
        return UUID(request.form.get("to", ""))
    except ValueError:
        return None


def _page(case_id: UUID, problem: str | None = None, status: int = 200) -> Response:
    found = options(case_id)
    booking = booking_view(found.case.booking_id)
    if booking is None:
        raise NotFound
    journey, spoken = booking.reservation.journey, language()
    zone = journey.origin_timezone
    closed = found.case.state == CaseState.WAITING and found.disruption.choose_by <= now()
    text = render_template(
        "service/choice.html",
        found=found,
        rides=sorted(found.rides, key=lambda ride: ride.departure_at),
        about=found.disruption,
        state=CaseState.DUE.value if closed else found.case.state,
        journey=journey,
        problem=problem,
        brand=brand_links(brand_of_run(journey.schedule_id)),
        reference=grouped_reference(found.case.reference),
        refund=format_money(found.case.refund or found.refund, spoken),
        when=lambda moment: _when(moment, zone, spoken),
    )
    answer = make_response(text, status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _when(moment: datetime, zone: str, spoken: str) -> str:
    """Day and time on the clock of the place where one gets on."""
    return format_datetime(moment.astimezone(ZoneInfo(zone)), "EEE d MMM, HH:mm", locale=spoken)
