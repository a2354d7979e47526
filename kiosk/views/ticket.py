"""Step 5: the tickets of the traveller's booking, as codes to show on the screen."""

from uuid import UUID

from flask import Response, jsonify
from sqlalchemy import select

from core.kernel.db import db
from core.tickets.models import Ticket
from kiosk.views.hold import own_reservation, paid_for
from kiosk.views.pay import picture
from kiosk.views.site import blueprint


@blueprint.get("/api/holds/<uuid:reservation_id>/tickets")
def show_tickets(reservation_id: UUID) -> Response:
    """One code a passenger, in the order of the seats; empty while they are being issued."""
    view = paid_for(own_reservation(reservation_id))
    if view is None:
        return jsonify(tickets=[])
    ids = [passenger.ticket_id for passenger in view.passengers if passenger.ticket_id]
    rows = db.session.execute(select(Ticket.id, Ticket.qr).where(Ticket.id.in_(ids)))
    codes = {row.id: row.qr for row in rows}
    shown = [
        {
            "seat": passenger.seat_number,
            "number": passenger.ticket_number,
            "qr": picture(codes[passenger.ticket_id]),
        }
        for passenger in view.passengers
        if passenger.ticket_id in codes
    ]
    return jsonify(tickets=shown)
