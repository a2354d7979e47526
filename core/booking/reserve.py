"""Hold seats for a limited time: all of them or none, in one statement.

It locks the schedule `FOR KEY SHARE`, so that cancelling and swapping the vehicle (which lock `FOR UPDATE`) wait for it,
checks under that lock what the offer depends on, and writes the reservation, its passengers, its seat locks, the
activity and the outbox row together. As many seat locks back as asked for: held. Fewer: the statement refuses itself
(`all_or_nothing`), so that nothing of it stays, and the answer says which seats are gone. Nothing offered: the offer has
changed and is read again. Who comes for seats that are seen to be gone is told without writing first: in a rush that is
nearly everybody. The primary key of the locks alone decides who gets a seat.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text

from core.booking.contact import check_email, check_phone
from core.booking.errors import ActiveReservationExists, UnknownSeat
from core.booking.offer import Offer, read_offer, remembered_offer
from core.booking.parties import Holder
from core.booking.requests import Held, HoldRequest
from core.booking.seating import check_seating, passenger_rows, quote_of, seat_taken
from core.inventory.locks import NOT_ALL, Claim, missing, take_statement, taken_of
from core.inventory.models import LockKind
from core.inventory.plans import plan
from core.kernel.activity import SYSTEM, Actor, record
from core.kernel.db import db, require_transaction, run_alone, transaction
from core.kernel.errors import Busy
from core.kernel.ids import new_id
from core.pricing.rules import Quote
from core.timetable.words import ON_SALE

#: How often an offer is read before somebody is told to try again.
_LOOKS = 3
_ON_SALE = ", ".join(f"'{status.value}'" for status in ON_SALE)

_HOLD = f"""
WITH asked AS MATERIALIZED (
  SELECT least(app_now() + %(hold)s, %(last_moment)s) AS expires_at FROM schedules s JOIN operators o ON o.id = s.operator_id
  WHERE s.id = %(schedule_id)s AND s.status IN ({_ON_SALE}) AND s.departure_at = %(departure_at)s
    AND s.layout_id = %(layout_id)s AND o.active AND o.terms_version = %(terms_version)s
    AND app_now() < %(closes_at)s
  FOR KEY SHARE OF s
), gone AS MATERIALIZED (
  SELECT l.seat_id FROM asked, seat_locks l LEFT JOIN reservations r ON r.id = l.reservation_id
  WHERE l.schedule_id = %(schedule_id)s AND l.seat_id = ANY(%(seat_ids)s::uuid[])
    AND l.leg BETWEEN %(first_leg)s AND %(last_leg)s AND (l.expires_at IS NULL OR l.expires_at > app_now())
    AND (r.holder_kind, r.holder_id) IS DISTINCT FROM (%(holder_kind)s, %(holder_id)s)
), offered AS MATERIALIZED (
  SELECT expires_at FROM asked WHERE NOT EXISTS (SELECT 1 FROM gone)
), reserved AS (
  INSERT INTO reservations (id, schedule_id, operator_id, policy_id, from_position, to_position, seat_count, channel,
    holder_kind, holder_id, holder_label, expires_at, currency, total, quote, contact_email, contact_phone, language)
  SELECT %(reservation_id)s, %(schedule_id)s, %(operator_id)s, %(policy_id)s, %(first_leg)s, %(last_leg)s + 1,
    %(seat_count)s, %(channel)s, %(holder_kind)s, %(holder_id)s, %(holder_label)s, expires_at, %(currency)s,
    %(total)s, %(quote)s::jsonb, %(contact_email)s, %(contact_phone)s, %(language)s
  FROM offered
), seated AS (
  INSERT INTO passengers (id, reservation_id, place, seat_id, type, full_name, details, amount)
  SELECT id, %(reservation_id)s, place, seat_id, type, full_name, details, amount
  FROM offered, jsonb_to_recordset(%(passengers)s::jsonb)
    AS x (id uuid, place int, seat_id uuid, type text, full_name text, details jsonb, amount bigint)
), noted AS (
  INSERT INTO activity_log (actor_kind, actor_id, actor_label, address, action, subject_kind, subject_id, operator_id,
    after)
  SELECT %(actor_kind)s, %(actor_id)s, %(actor_label)s, %(address)s, 'reservation.created', 'reservation',
    %(reservation_id)s::text, %(operator_id)s, %(after)s::jsonb
  FROM offered
), told AS (
  INSERT INTO outbox (kind, payload)
  SELECT 'seats.changed', jsonb_build_object('schedule_id', %(schedule_id)s::text) FROM offered
), taken AS ({take_statement(LockKind.HOLD, expires_at="offered.expires_at", source="offered CROSS JOIN ")})
SELECT asked.expires_at, (SELECT array_agg(DISTINCT seat_id) FROM gone) AS gone,
  offered.expires_at IS NOT NULL AND all_or_nothing((SELECT array_agg(seat_id) FROM taken), %(lock_count)s) AS held
FROM asked LEFT JOIN offered ON true
"""  # noqa: S608 - put together from constants

_CLOSE_STALE = text("""
UPDATE reservations SET status = 'expired', closed_at = app_now(), closed_reason = 'time ran out'
WHERE schedule_id = :schedule_id AND holder_kind = :kind AND holder_id = :id AND status = 'active'
  AND expires_at <= app_now()
RETURNING id, operator_id
""")

_ACTIVE = text("""
SELECT id FROM reservations
WHERE schedule_id = :schedule_id AND holder_kind = :kind AND holder_id = :id AND status = 'active'
""")


Execute = Callable[[str, Mapping[str, Any]], list[Any]]


def reserve(request: HoldRequest, holder: Holder, actor: Actor) -> Held:
    """Hold the seats of ``request`` for ``holder``.

    Raises NotFound, NotOnSale, SalesClosed, BadStretch, UnknownSeat, SeatTwice, TooManySeats, BadPassenger, NoPrice,
    CompanionNeedsWheelchair, SeatTaken (both with the seats' numbers) and ActiveReservationExists (with its id).
    """
    try:
        return _hold(request, holder, actor)
    except ActiveReservationExists:
        if not _close_stale(request.schedule_id, holder):
            raise ActiveReservationExists(reservation_id=active_id(request.schedule_id, holder)) from None
    return _hold(request, holder, actor)


def _hold(request: HoldRequest, holder: Holder, actor: Actor) -> Held:
    """An offer that changes between being read and being taken is read again: its new state has the better answer."""
    held = _hold_as_remembered(request, holder, actor)
    for _ in range(_LOOKS):
        held = held or take(request, holder, actor, read_offer(request.stretch))
    if held is None:
        raise Busy
    return held


def _hold_as_remembered(request: HoldRequest, holder: Holder, actor: Actor) -> Held | None:
    """The same under an offer that is not read anew; a seat that it does not know may be another vehicle's by now."""
    offer = remembered_offer(request.stretch)
    try:
        return take(request, holder, actor, offer) if offer else None
    except UnknownSeat:
        return None


def take(
    request: HoldRequest, holder: Holder, actor: Actor, offer: Offer, execute: Execute = run_alone
) -> Held | None:
    """Hold under this offer; None when it is no longer true. Raises SeatTaken and what `reserve` says, and what the
    database says when the holder has seats of this schedule already. ``execute`` runs the statement: by itself, or in the
    open transaction, which a refusal has then to end.
    """
    contact = {
        "contact_email": check_email(request.contact_email),
        "contact_phone": check_phone(request.contact_phone),
    }
    layout = plan(offer.layout_id)
    check_seating(request.passengers, request.channel, offer, layout)
    quote = quote_of(request.passengers, offer, layout)
    claim = _claim(request, offer)
    values = _parameters(request, holder, actor, offer, quote, claim) | contact
    try:
        rows = execute(_HOLD, values)
    except psycopg.DatabaseError as error:
        if error.sqlstate != NOT_ALL:
            raise
        raise seat_taken(layout, missing(claim, taken_of(error))) from None
    if rows and not rows[0].held:
        raise seat_taken(layout, frozenset(rows[0].gone))
    return Held(claim.reservation_id, rows[0].expires_at, quote) if rows else None


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
        "lock_count": claim.size,
        "channel": request.channel,
        "holder_kind": holder.kind,
        "holder_id": holder.id,
        "holder_label": holder.label[:120],
        "terms_version": offer.terms_version,
        "departure_at": offer.departure_at,
        "closes_at": offer.closes_at,
        "hold": offer.hold,
        "last_moment": offer.last_moment,
        "currency": quote.currency,
        "total": quote.total,
        "quote": json.dumps(quote.as_json()),
        "language": request.language,
        "passengers": json.dumps(passenger_rows(request.passengers, quote)),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label[:120],
        "address": actor.address,
        "after": json.dumps(after),
    }


def _close_stale(schedule_id: UUID, holder: Holder) -> bool:
    """Close the holder's own reservation of this schedule if it has run out; whether there was one."""
    with transaction():
        return close_stale(schedule_id, holder)


def close_stale(schedule_id: UUID, holder: Holder) -> bool:
    """The same in the open transaction."""
    found = {"schedule_id": schedule_id, "kind": holder.kind, "id": holder.id}
    closed = require_transaction().execute(_CLOSE_STALE, found).all()
    for row in closed:
        change = {"before": {"status": "active"}, "after": {"status": "expired"}}
        record(SYSTEM, "reservation.expired", "reservation", row.id, operator_id=row.operator_id, **change)
    return bool(closed)


def active_id(schedule_id: UUID, holder: Holder) -> str | None:
    """The holder's own running reservation of this schedule, if there is one."""
    found = {"schedule_id": schedule_id, "kind": holder.kind, "id": holder.id}
    reservation_id = db.session.execute(_ACTIVE, found).scalar()
    return str(reservation_id) if reservation_id else None
