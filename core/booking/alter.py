"""Other seats and other passengers while the seats are held.

The new seats are taken before the old ones are given up, all or none: one statement takes what is new and touches what
is kept, in the order of the house, so that two who swap cannot wait for each other; what nobody sits on any more is
given up after it, in the same transaction. A lost race leaves everything as it was. The end of the hold stays, the price
is made anew and frozen. Once a payment has begun nothing can be changed: somebody is paying the price that was shown.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from core.booking.errors import BadPassenger, HoldExpired, PaymentBegun
from core.booking.offer import read_offer
from core.booking.own import Locked, lock_reservation
from core.booking.parties import Holder
from core.booking.requests import Held, PassengerRequest, Seating
from core.booking.sale import Sale, lock_sale
from core.booking.seating import check_seating, passenger_rows, quote_of, seat_taken
from core.inventory.locks import Claim, give_up_seats, hold_more
from core.inventory.plans import Plan, plan
from core.kernel.activity import Actor, record
from core.kernel.db import run, transaction
from core.kernel.outbox import publish
from core.pricing.rules import Quote

_BEGUN = """
SELECT 1 FROM payments WHERE reservation_id = %(id)s AND status IN ('pending', 'completed') LIMIT 1
"""
_PASSENGERS = """
SELECT p.id, p.seat_id, s.number, p.type, p.full_name, p.details
FROM passengers p LEFT JOIN seats s ON s.id = p.seat_id WHERE p.reservation_id = %(id)s ORDER BY p.place
"""
_LEAVE = "DELETE FROM passengers WHERE reservation_id = %(id)s"
_SEAT = """
WITH priced AS (
  UPDATE reservations SET seat_count = %(seat_count)s, total = %(total)s, quote = %(quote)s::jsonb WHERE id = %(id)s
)
INSERT INTO passengers (id, reservation_id, place, seat_id, type, full_name, details, amount)
SELECT id, %(id)s, place, seat_id, type, full_name, details, amount FROM jsonb_to_recordset(%(passengers)s::jsonb)
  AS x (id uuid, place int, seat_id uuid, type text, full_name text, details jsonb, amount bigint)
"""


def alter(reservation_id: UUID, holder: Holder, actor: Actor, wanted: Sequence[Seating]) -> Held:
    """Let exactly ``wanted`` sit where they want; passengers who are not named leave. The hold ends when it did before.

    Raises NotFound, HoldExpired, NotActive, PaymentBegun, SeatTaken (the old seats stay), and what `reserve` raises
    about seats and passengers.
    """
    with transaction():
        sale = lock_sale(reservation_id)
        locked = lock_reservation(reservation_id, holder)
        _require_unpaid(sale, locked)
        before = run(_PASSENGERS, {"id": reservation_id}).fetchall()
        after = _seated(before, wanted)
        if _same(before, wanted, after):
            return Held(reservation_id, locked.row.expires_at, Quote.from_json(locked.row.quote))
        quote = _exchange(sale, locked, before, after)
        _write(reservation_id, after, quote, [seating.passenger_id for seating in wanted])
        _note(sale, before, after, quote, actor)
        publish("seats.changed", {"schedule_id": str(sale.row.schedule_id)})
    return Held(reservation_id, locked.row.expires_at, quote)


def _require_unpaid(sale: Sale, locked: Locked) -> None:
    locked.require_open()
    if sale.row.changes_booking_id:
        raise PaymentBegun("These seats are held for a change of your booking, as it was shown.")
    if run(_BEGUN, {"id": locked.row.id}).fetchone():
        raise PaymentBegun


def _seated(before: Sequence[Any], wanted: Sequence[Seating]) -> tuple[PassengerRequest, ...]:
    """Everybody as they will be; what is not said of a passenger who stays is as it was."""
    known = {person.id: person for person in before}
    ids = [seating.passenger_id for seating in wanted if seating.passenger_id]
    if len(set(ids)) < len(ids) or set(ids) - known.keys():
        raise BadPassenger("This reservation has no such passenger.", field="seats", code="unknown_passenger")
    return tuple(_person(seating, known) for seating in wanted)


def _person(seating: Seating, known: Mapping[UUID, Any]) -> PassengerRequest:
    if seating.passenger_id is None:
        details = seating.details or {}
        return PassengerRequest(seating.seat_id, seating.type or "adult", seating.full_name, details)
    was = known[seating.passenger_id]
    name = was.full_name if seating.full_name is None else seating.full_name
    details = was.details if seating.details is None else seating.details
    return PassengerRequest(seating.seat_id, seating.type or was.type, name, details)


def _same(before: Sequence[Any], wanted: Sequence[Seating], after: Sequence[PassengerRequest]) -> bool:
    present = [(p.id, p.seat_id, p.type, p.full_name, p.details) for p in before]
    future = [
        (seating.passenger_id, p.seat_id, p.type, p.full_name, p.details)
        for seating, p in zip(wanted, after, strict=True)
    ]
    return present == future


def _exchange(sale: Sale, locked: Locked, before: Sequence[Any], after: Sequence[PassengerRequest]) -> Quote:
    """Take, then give up; returns the new price."""
    row = sale.row
    offer = read_offer((row.schedule_id, row.from_position, row.to_position))
    layout = plan(offer.layout_id)
    check_seating(after, row.channel, offer, layout)
    quote = quote_of(after, offer, layout)
    old = {person.seat_id for person in before}
    new = {person.seat_id for person in after}
    claim = Claim(
        row.schedule_id, row.layout_id, tuple(old | new), row.from_position, row.to_position, row.id
    )
    _refuse(layout, old, hold_more(claim, locked.row.expires_at))
    give_up_seats(row.id, old - new)
    return quote


def _refuse(layout: Plan, old: set[UUID], gone: frozenset[UUID]) -> None:
    """An own seat that is gone was taken over in the last instant of the hold; another one was simply taken."""
    if gone & old:
        raise HoldExpired
    if gone:
        raise seat_taken(layout, gone)


def _write(
    reservation_id: UUID, after: Sequence[PassengerRequest], quote: Quote, ids: Sequence[UUID | None]
) -> None:
    run(_LEAVE, {"id": reservation_id})
    values = {
        "id": reservation_id,
        "seat_count": len(after),
        "total": quote.total,
        "quote": json.dumps(quote.as_json()),
        "passengers": json.dumps(passenger_rows(after, quote, ids)),
    }
    run(_SEAT, values)


def _note(
    sale: Sale, before: Sequence[Any], after: Sequence[PassengerRequest], quote: Quote, actor: Actor
) -> None:
    row = sale.row
    numbers = plan(row.layout_id).by_id
    old = [{"seat": p.number, "type": p.type} for p in before]
    new = [{"seat": numbers[p.seat_id].number, "type": p.type} for p in after]
    change = {
        "before": {"passengers": old, "total": row.total, "currency": row.currency},
        "after": {"passengers": new, "total": quote.total, "currency": quote.currency},
    }
    record(actor, "reservation.changed", "reservation", row.id, operator_id=row.operator_id, **change)
