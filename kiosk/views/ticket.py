"""Step 5: the tickets of the traveller's booking, as codes to show on the screen."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from sqlalchemy import select

from core.booking.views import ReservationView
from core.kernel.db import db
from core.tickets.models import Ticket
from kiosk.held import own_hold, paid_for
from kiosk.views.pay import picture
from kiosk.views.site import blueprint


@blueprint.get("/api/holds/<uuid:reservation_id>/tickets")
def show_tickets(reservation_id: UUID) -> Response:
    """One code a passenger and way, in the order of travel and of the seats; empty while they are being issued."""
    bought = [found for found in map(paid_for, own_hold(reservation_id).legs) if found]
    by_leg = [_tickets(view) for view in bought]
    shown = [{**ticket, "leg": leg} for leg, tickets in enumerate(by_leg) for ticket in tickets]
    return jsonify(tickets=shown if all(by_leg) else [])


def _tickets(view: ReservationView) -> list[dict[str, Any]]:
    ids = [passenger.ticket_id for passenger in view.passengers if passenger.ticket_id]
    rows = db.session.execute(select(Ticket.id, Ticket.qr).where(Ticket.id.in_(ids)))
    codes = {row.id: row.qr for row in rows}
    return [
        {
            "seat": passenger.seat_number,
            "number": passenger.ticket_number,
            "qr": picture(codes[passenger.ticket_id]),
        }
        for passenger in view.passengers
        if passenger.ticket_id in codes
    ]
