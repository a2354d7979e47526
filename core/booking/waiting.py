"""The waiting list of a sold-out run: joining it and leaving it. Who is served when is `waiting_serve`'s business."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core.booking.cancel import cancel
from core.booking.contact import check_email, check_phone
from core.booking.errors import BadPassenger, NotActive
from core.booking.offer import Offer, read_offer
from core.booking.parties import Holder
from core.booking.requests import PassengerRequest
from core.booking.rules import check_passengers, check_required, check_sales_open, clean_text
from core.inventory.best import best_available
from core.inventory.queries import seat_map
from core.kernel.activity import Actor, record
from core.kernel.db import fetch, run, transaction
from core.kernel.errors import Conflict, NotFound, RuleBroken, constraint_error
from core.kernel.ids import new_id
from core.trades.catalogue import trade_of

_MOST_IN_LINE = 500
_MOST_LINES = 10

_LINE = "INSERT INTO waiting_lines (schedule_id) VALUES (%(schedule_id)s) ON CONFLICT DO NOTHING"
_LOCK_LINE = "SELECT 1 FROM waiting_lines WHERE schedule_id = %(schedule_id)s FOR UPDATE"
_COUNTS = """
SELECT (SELECT count(*) FROM waiting_entries WHERE schedule_id = %(schedule_id)s
    AND status IN ('waiting', 'offered')) AS in_line,
  (SELECT count(*) FROM waiting_entries WHERE lower(contact_email) = lower(%(contact_email)s)
    AND status IN ('waiting', 'offered')) AS lines
"""
_JOIN = """
INSERT INTO waiting_entries (id, schedule_id, operator_id, from_position, to_position, seat_count, passengers, channel,
  contact_email, contact_phone, language)
VALUES (%(id)s, %(schedule_id)s, %(operator_id)s, %(first)s, %(last)s, %(seat_count)s, %(passengers)s::jsonb, %(channel)s,
  %(contact_email)s, %(contact_phone)s, %(language)s)
"""
_ENTRY = "SELECT id, operator_id, status, reservation_id FROM waiting_entries WHERE id = %(id)s"
_LEAVE = """
UPDATE waiting_entries SET status = 'left', closed_at = app_now()
WHERE id = %(id)s AND status IN ('waiting', 'offered') RETURNING id
"""


class SeatsFree(Conflict):
    """There is nothing to wait for."""

    code = "seats_free"
    message = "There are seats: please buy them right away."


class AlreadyWaiting(Conflict):
    """This address waits for this run already."""

    code = "already_waiting"
    message = "You are on this waiting list already."


constraint_error("uq_waiting_entries_contact", AlreadyWaiting)


@dataclass(frozen=True, slots=True)
class Traveller:
    """One of those who want to go: as a `PassengerRequest`, without a seat."""

    type: str = "adult"
    full_name: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """Seats for these travellers on a stretch of a run. The e-mail address is where the offer goes."""

    schedule_id: UUID
    from_position: int
    to_position: int
    travellers: tuple[Traveller, ...]
    channel: str
    contact_email: str
    contact_phone: str | None = None
    language: str = "en"


def holder_of(entry_id: UUID) -> Holder:
    """Who holds the seats that are offered to an entry: nobody else ever does, so nobody is served twice."""
    return Holder("guest", f"waiting-{entry_id.hex}", "Waiting list")


def join(request: JoinRequest, actor: Actor) -> UUID:
    """Stand in line; returns the entry's id. Raises NotFound, NotOnSale, BadStretch, SalesClosed, TooManySeats,
    BadPassenger, SeatsFree, AlreadyWaiting, RuleBroken `line_full`, `too_many_lines`.
    """
    stretch = (request.schedule_id, request.from_position, request.to_position)
    offer = read_offer(stretch)
    values = _checked(request, offer)
    if best_available(seat_map(*stretch).seats, len(request.travellers)):
        raise SeatsFree
    with transaction():
        run(_LINE, values)
        run(_LOCK_LINE, values)
        counts = run(_COUNTS, values).fetchone()
        if counts is not None and counts.in_line >= _MOST_IN_LINE:
            raise RuleBroken("This waiting list is full.", code="line_full")
        if counts is not None and counts.lines >= _MOST_LINES:
            raise RuleBroken("You are on too many waiting lists already.", code="too_many_lines")
        run(_JOIN, values)
        after = {"schedule_id": str(request.schedule_id), "seats": values["seat_count"]}
        record(
            actor, "waiting.joined", "waiting_entry", values["id"], operator_id=offer.operator_id, after=after
        )
    entry_id: UUID = values["id"]
    return entry_id


def leave(entry_id: UUID, actor: Actor) -> None:
    """Leave the line; seats that were offered are free at once. Doing it again changes nothing.

    Raises NotFound, NotActive (the seats were paid for).
    """
    rows = fetch(_ENTRY, {"id": entry_id})
    if not rows:
        raise NotFound("There is no such place on a waiting list.")
    entry = rows[0]
    if entry.status == "served":
        raise NotActive("These seats are paid for.")
    if entry.reservation_id is not None and entry.status == "offered":
        cancel(entry.reservation_id, holder_of(entry_id), actor)
    with transaction():
        if run(_LEAVE, {"id": entry_id}).fetchone():
            change = {"before": {"status": entry.status}, "after": {"status": "left"}}
            record(actor, "waiting.left", "waiting_entry", entry_id, operator_id=entry.operator_id, **change)


def _checked(request: JoinRequest, offer: Offer) -> dict[str, Any]:
    """The entry's columns, checked as a hold would check them."""
    people = tuple(PassengerRequest(new_id(), t.type, t.full_name, t.details) for t in request.travellers)
    check_passengers(people, offer.max_seats, trade_of(offer.trade).passenger_types)
    for place, person in enumerate(people):
        check_required(offer.passenger_fields.get(request.channel, []), person, place)
    check_sales_open(offer.read_at, offer.boarding_at, offer.sales_close_minutes)
    email = check_email(request.contact_email)
    if email is None:
        raise BadPassenger("Please say where we can write to you.", field="contact_email")
    return {
        "id": new_id(),
        "schedule_id": request.schedule_id,
        "operator_id": offer.operator_id,
        "first": request.from_position,
        "last": request.to_position,
        "seat_count": len(people),
        "passengers": json.dumps([_kept(person) for person in people]),
        "channel": request.channel,
        "contact_email": email,
        "contact_phone": check_phone(request.contact_phone),
        "language": request.language[:10],
    }


def _kept(person: PassengerRequest) -> dict[str, Any]:
    details = {name: clean_text(value, name) for name, value in person.details.items()}
    return {"type": person.type, "full_name": clean_text(person.full_name, "full_name"), "details": details}
