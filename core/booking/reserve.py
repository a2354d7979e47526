"""Hold seats for a limited time: all of them or none.

Two statements do it. The first locks the schedule and reads what is offered (`core.booking.offer`); the second writes
the reservation, its passengers, its seat locks, the activity and the outbox row together. As many seat locks back as
asked for: held. Fewer: everything is rolled back and the answer says which seats are gone.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.booking.contact import check_email, check_phone
from core.booking.errors import ActiveReservationExists, SeatTaken, UnknownSeat
from core.booking.offer import Offer, lock_offer
from core.booking.parties import Holder
from core.booking.requests import Held, HoldRequest
from core.booking.rules import check_passengers, check_required, check_sales_open, clean_text, journey_label
from core.inventory.locks import TAKE, Claim, missing
from core.inventory.plans import Plan, PlanSeat, plan
from core.kernel.activity import Actor
from core.kernel.db import db, require_transaction, transaction
from core.kernel.ids import new_id
from core.pricing.rules import Quote, SeatToPrice, make_quote
from core.trades.catalogue import trade_of

_HOLD = text(f"""
WITH reserved AS (
  INSERT INTO reservations (id, schedule_id, operator_id, policy_id, from_position, to_position, seat_count, channel,
    holder_kind, holder_id, holder_label, expires_at, currency, total, quote, contact_email, contact_phone, language)
  VALUES (:reservation_id, :schedule_id, :operator_id, :policy_id, :first_leg, :last_leg + 1, :seat_count, :channel,
    :holder_kind, :holder_id, :holder_label, :expires_at, :currency, :total, CAST(:quote AS jsonb),
    :contact_email, :contact_phone, :language)
), seated AS (
  INSERT INTO passengers (id, reservation_id, place, seat_id, type, full_name, details, amount)
  SELECT id, :reservation_id, place, seat_id, type, full_name, details, amount
  FROM jsonb_to_recordset(CAST(:passengers AS jsonb))
    AS x (id uuid, place int, seat_id uuid, type text, full_name text, details jsonb, amount bigint)
), noted AS (
  INSERT INTO activity_log (actor_kind, actor_id, actor_label, address, action, subject_kind, subject_id, operator_id,
    after)
  VALUES (:actor_kind, :actor_id, :actor_label, :address, 'reservation.created', 'reservation',
    CAST(:reservation_id AS text), :operator_id, CAST(:after AS jsonb))
), told AS (
  INSERT INTO outbox (kind, payload)
  VALUES ('seats.changed', jsonb_build_object('schedule_id', CAST(:schedule_id AS text)))
), taken AS ({TAKE})
SELECT seat_id FROM taken
""")  # noqa: S608 - TAKE is a constant

_CLOSE_STALE = text("""
UPDATE reservations SET status = 'expired', closed_at = app_now(), closed_reason = 'time ran out'
WHERE schedule_id = :schedule_id AND holder_kind = :kind AND holder_id = :id AND status = 'active'
  AND expires_at <= app_now()
RETURNING id
""")

_ACTIVE = text("""
SELECT id FROM reservations
WHERE schedule_id = :schedule_id AND holder_kind = :kind AND holder_id = :id AND status = 'active'
""")


def reserve(request: HoldRequest, holder: Holder, actor: Actor) -> Held:
    """Hold the seats of ``request`` for ``holder``.

    Raises NotFound, NotOnSale, SalesClosed, BadStretch, UnknownSeat, SeatTwice, TooManySeats, BadPassenger, NoPrice,
    SeatTaken (with the seats' numbers) and ActiveReservationExists (with its id).
    """
    try:
        return _hold(request, holder, actor)
    except ActiveReservationExists:
        if not _close_stale(request.schedule_id, holder):
            raise ActiveReservationExists(reservation_id=_active_id(request.schedule_id, holder)) from None
    return _hold(request, holder, actor)


def _hold(request: HoldRequest, holder: Holder, actor: Actor) -> Held:
    contact = {
        "contact_email": check_email(request.contact_email),
        "contact_phone": check_phone(request.contact_phone),
    }
    with transaction() as session:
        offer = lock_offer(request.schedule_id, request.from_position, request.to_position)
        _check(request, offer)
        layout = plan(offer.layout_id)
        seats = [_seat(layout, passenger.seat_id) for passenger in request.passengers]
        quote = _quote(request, offer, seats)
        claim = _claim(request, offer)
        values = _parameters(request, holder, actor, offer, quote, claim) | contact
        rows = session.execute(_HOLD, values)
        gone = missing(claim, [row.seat_id for row in rows])
        if gone:
            raise _taken(layout, gone)
    return Held(claim.reservation_id, offer.now + offer.hold, quote)


def _check(request: HoldRequest, offer: Offer) -> None:
    check_passengers(request.passengers, offer.max_seats, trade_of(offer.trade).passenger_types)
    asked = offer.passenger_fields.get(request.channel, [])
    for place, passenger in enumerate(request.passengers):
        check_required(asked, passenger, place)
    check_sales_open(offer.now, offer.boarding_at, offer.sales_close_minutes)


def _seat(layout: Plan, seat_id: UUID) -> PlanSeat:
    seat = layout.by_id.get(seat_id)
    if seat is None:
        raise UnknownSeat(seat=str(seat_id))
    return seat


def _quote(request: HoldRequest, offer: Offer, seats: Sequence[PlanSeat]) -> Quote:
    pairs = zip(seats, request.passengers, strict=True)
    priced = [SeatToPrice(seat.number, seat.type, seat.features, who.type) for seat, who in pairs]
    return make_quote(offer.prices, priced, journey_label(offer.origin, offer.destination))


def _claim(request: HoldRequest, offer: Offer) -> Claim:
    return Claim(
        schedule_id=request.schedule_id,
        layout_id=offer.layout_id,
        seat_ids=tuple(passenger.seat_id for passenger in request.passengers),
        from_position=request.from_position,
        to_position=request.to_position,
        reservation_id=new_id(),
    )


def _parameters(
    request: HoldRequest, holder: Holder, actor: Actor, offer: Offer, quote: Quote, claim: Claim
) -> dict[str, Any]:
    after = {
        "seats": len(claim.seat_ids),
        "total": quote.total,
        "currency": quote.currency,
        "holder": holder.label,
    }
    return {
        **claim.parameters(),
        "operator_id": offer.operator_id,
        "policy_id": offer.policy_id,
        "seat_count": len(claim.seat_ids),
        "channel": request.channel,
        "holder_kind": holder.kind,
        "holder_id": holder.id,
        "holder_label": holder.label[:120],
        "kind": "hold",
        "expires_at": offer.now + offer.hold,
        "currency": quote.currency,
        "total": quote.total,
        "quote": json.dumps(quote.as_json()),
        "language": request.language,
        "passengers": json.dumps(_passengers(request, quote)),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label[:120],
        "address": actor.address,
        "after": json.dumps(after),
    }


def _passengers(request: HoldRequest, quote: Quote) -> list[dict[str, Any]]:
    return [
        {
            "id": str(new_id()),
            "place": place,
            "seat_id": str(passenger.seat_id),
            "type": passenger.type,
            "full_name": clean_text(passenger.full_name, "full_name"),
            "details": {k: clean_text(v, k) for k, v in passenger.details.items()},
            "amount": quote.of_passenger(place),
        }
        for place, passenger in enumerate(request.passengers)
    ]


def _taken(layout: Plan, gone: frozenset[UUID]) -> SeatTaken:
    numbers = sorted(layout.by_id[seat_id].number for seat_id in gone)
    word = "seat" if len(numbers) == 1 else "seats"
    message = f"Somebody else was a moment faster: {word} {', '.join(numbers)} cannot be had any more."
    return SeatTaken(message, seats=numbers)


def _close_stale(schedule_id: UUID, holder: Holder) -> bool:
    """Close the holder's own reservation of this schedule if it has run out; whether there was one."""
    with transaction():
        found = {"schedule_id": schedule_id, "kind": holder.kind, "id": holder.id}
        closed = require_transaction().execute(_CLOSE_STALE, found).all()
    return bool(closed)


def _active_id(schedule_id: UUID, holder: Holder) -> str | None:
    found = {"schedule_id": schedule_id, "kind": holder.kind, "id": holder.id}
    reservation_id = db.session.execute(_ACTIVE, found).scalar()
    return str(reservation_id) if reservation_id else None
