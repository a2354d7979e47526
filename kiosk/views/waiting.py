"""The page of a waiting list's letter: one's place in line, paying for the seats that are offered, leaving."""

from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from core.booking.links import WAITING, check_proof, waiting_address
from core.booking.pay import begin_payment
from core.booking.queries import reservation_view
from core.booking.waiting import holder_of, leave
from core.booking.waiting_queries import waiting_entry
from core.kernel.activity import Actor
from core.kernel.errors import DomainError, NotFound
from core.kernel.money import Money, format_money
from core.kernel.web import language
from core.timetable.brands import brand_of_run
from kiosk.views.brand import brand_links

page = Blueprint("waiting", __name__, url_prefix="/waiting")


@page.get("/<uuid:entry_id>/<link>")
def show(entry_id: UUID, link: str) -> Response:
    """One's place in line, or the seats that are held. Raises NotFound for a link that was not made here."""
    check_proof(WAITING, entry_id, link)
    return _page(entry_id, link)


@page.post("/<uuid:entry_id>/<link>/pay")
def pay(entry_id: UUID, link: str) -> Answer:
    """Go and pay for the seats by card."""
    check_proof(WAITING, entry_id, link)
    found, back = waiting_entry(entry_id), waiting_address(entry_id)
    if found.reservation_id is None:
        raise NotFound
    try:
        started = begin_payment(
            found.reservation_id, holder_of(entry_id), _actor(entry_id), "card", return_url=back
        )
    except DomainError as error:
        return _page(entry_id, link, error.message, error.status)
    return redirect(started.pay_url or back, 303)


@page.post("/<uuid:entry_id>/<link>/leave")
def go(entry_id: UUID, link: str) -> Answer:
    """Leave the line."""
    check_proof(WAITING, entry_id, link)
    try:
        leave(entry_id, _actor(entry_id))
    except DomainError as error:
        return _page(entry_id, link, error.message, error.status)
    return redirect(url_for("waiting.show", entry_id=entry_id, link=link), 303)


def _actor(entry_id: UUID) -> Actor:
    return Actor("guest", holder_of(entry_id).id, "Waiting list", request.remote_addr)


def _page(entry_id: UUID, link: str, problem: str | None = None, status: int = 200) -> Response:
    found, spoken = waiting_entry(entry_id), language()
    held = reservation_view(found.reservation_id) if found.reservation_id else None
    zone = ZoneInfo(found.timezone)
    text = render_template(
        "service/waiting.html",
        found=found,
        link=link,
        problem=problem,
        brand=brand_links(brand_of_run(found.schedule_id)),
        seats=", ".join(p.seat_number or "" for p in held.passengers) if held else "",
        total=format_money(Money(held.quote.total, held.quote.currency), spoken) if held else "",
        when=lambda moment: format_datetime(moment.astimezone(zone), "EEE d MMM, HH:mm", locale=spoken),
    )
    answer = make_response(text, status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
