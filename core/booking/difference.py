"""A dearer seat or departure, paid for like any sale: the new seats are held as a reservation of their own meanwhile.

What is held is paid for through the one path there is (`core.booking.pay`, vouchers and parts included) and runs out like
any hold; the booking stays as it was until the money is here (`core.booking.difference_paid`). A booking waits for one such
change at a time: a new one gives up the one before.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.booking.cancellation_facts import Bought, lock_booking, read_bought
from core.booking.change import SeatPlan, plan_seats
from core.booking.difference_facts import NewSeat, standing
from core.booking.errors import ActiveReservationExists, NothingDue, RefundChanged
from core.booking.move import Destination, MovePlan, lock_move
from core.booking.offer import Offer, read_offer
from core.booking.parties import Holder
from core.booking.rules import check_sales_open, journey_label
from core.booking.sale import lock_sale
from core.booking.seat_price import with_seats
from core.booking.seating import seat_taken
from core.inventory.locks import Claim, give_up, hold_more
from core.inventory.plans import plan
from core.kernel.activity import Actor, record
from core.kernel.db import run, transaction
from core.kernel.ids import new_id
from core.kernel.money import Money
from core.kernel.outbox import publish
from core.pricing.rules import Quote, QuoteLine

_END = """
SELECT least(app_now() + %(hold)s, %(last_moment)s, %(leaves_at)s) AS expires_at
"""
_STALE = """
UPDATE reservations SET status = 'expired', closed_at = app_now(), closed_reason = 'time ran out'
WHERE schedule_id = %(schedule_id)s AND holder_kind = %(kind)s AND holder_id = %(id)s AND status = 'active'
  AND expires_at <= app_now()
"""
_WAITING = """
SELECT r.id, r.schedule_id, r.operator_id FROM booking_changes c JOIN reservations r ON r.id = c.reservation_id
WHERE c.booking_id = %(booking_id)s AND c.done_at IS NULL AND r.status = 'active' ORDER BY r.id FOR UPDATE OF r
"""
_CLOSE = """
UPDATE reservations SET status = 'cancelled', closed_at = app_now(), closed_reason = 'another change was begun'
WHERE id = %(id)s
"""
_HOLD = """
WITH held AS (
  INSERT INTO reservations (id, schedule_id, operator_id, policy_id, from_position, to_position, seat_count, channel,
    holder_kind, holder_id, holder_label, expires_at, currency, total, quote, contact_email, contact_phone, language)
  SELECT %(id)s, %(schedule_id)s, %(operator_id)s, %(policy_id)s, %(first)s, %(last)s, %(seat_count)s, %(channel)s,
    %(holder_kind)s, %(holder_id)s, %(holder_label)s, %(expires_at)s, %(currency)s, %(due)s, %(difference)s::jsonb,
    old.contact_email, old.contact_phone, old.language
  FROM reservations old WHERE old.id = %(old_id)s
), people AS (
  INSERT INTO passengers (id, reservation_id, place, seat_id, type, amount)
  SELECT id, %(id)s, place, seat_id, type, 0
  FROM jsonb_to_recordset(%(people)s::jsonb) AS x (id uuid, place int, seat_id uuid, type text)
)
INSERT INTO booking_changes (reservation_id, booking_id, seats, stood, quote, due)
VALUES (%(id)s, %(booking_id)s, %(seats)s::jsonb, %(stood)s::jsonb, %(quote)s::jsonb, %(due)s)
"""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who holds the new seats and pays the difference, and where they stand."""

    holder: Holder
    actor: Actor
    channel: str


@dataclass(frozen=True, slots=True)
class DifferenceHeld:
    """New seats that are held until `expires_at`; paying `due` for this reservation carries the change out."""

    reservation_id: UUID
    expires_at: datetime
    due: Money


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is to be held: these passengers on new seats of this stretch, for what is due."""

    stretch: tuple[UUID, int, int]
    new: Sequence[NewSeat]
    seats: Mapping[UUID, UUID]
    quote: Quote
    difference: tuple[QuoteLine, ...]
    due: int


def hold_move(
    booking_id: UUID, to: Destination, buyer: Buyer, *, agreed: Money | None = None
) -> DifferenceHeld:
    """Hold seats of a dearer departure while the difference is paid. ``agreed`` is the difference that was shown.

    Raises what `move_booking` raises, but not DifferenceDue; NothingDue, ActiveReservationExists.
    """
    with transaction():
        lock_move(booking_id, to.schedule_id)
        bought = read_bought(booking_id)
        move = MovePlan.make(bought, to, waive=False)
        due = move.settled.due
        offer = move.offer
        label = f"Difference: {journey_label(offer.origin, offer.destination)}"
        pairs = zip(bought.passengers, move.seats, strict=True)
        new = [NewSeat(person.place, seat.id, person.type) for person, seat in pairs]
        stretch = (to.schedule_id, to.from_position, to.to_position)
        line = QuoteLine("fare", label, due)
        return _hold(
            bought, offer, _Wanted(stretch, new, to.seats, move.settled.quote, (line,), due), buyer, agreed
        )


def hold_seats(
    booking_id: UUID, seats: Mapping[UUID, UUID], buyer: Buyer, *, agreed: Money | None = None
) -> DifferenceHeld:
    """Hold dearer seats (passenger's id -> seat) on the same departure while the difference is paid.

    Raises what `change_passengers` raises, but not SeatCostsMore; NothingDue, SalesClosed, ActiveReservationExists.
    """
    with transaction():
        lock_booking(booking_id)
        bought = read_bought(booking_id)
        sale = lock_sale(bought.row.reservation_id)
        wanted = plan_seats(bought, sale, seats)
        row = sale.row
        stretch = (row.schedule_id, row.from_position, row.to_position)
        offer = read_offer(stretch)
        check_sales_open(offer.read_at, offer.boarding_at, offer.sales_close_minutes)
        return _hold(bought, offer, _of_seats(bought, wanted, stretch), buyer, agreed)


def _of_seats(bought: Bought, wanted: SeatPlan, stretch: tuple[UUID, int, int]) -> _Wanted:
    own = {person.seat_id for person in bought.travelling}
    seats = {move.was.id: move.seat_id for move in wanted.moves if move.seat_id}
    new = [
        NewSeat(m.was.place, m.seat_id, m.was.type)
        for m in wanted.moves
        if m.seat_id and m.seat_id not in own
    ]
    quote = with_seats(bought, wanted.lines)
    return _Wanted(stretch, new, seats, quote, wanted.lines, wanted.difference)


def _hold(
    bought: Bought, offer: Offer, wanted: _Wanted, buyer: Buyer, agreed: Money | None
) -> DifferenceHeld:
    due = bought.money(wanted.due)
    if due.amount <= 0:
        raise NothingDue
    if agreed is not None and agreed != due:
        raise RefundChanged("The price has changed in the meantime.", due=due.as_json())
    _give_up_earlier(bought.row.id)
    schedule_id, first, last = wanted.stretch
    run(_STALE, {"schedule_id": schedule_id, "kind": buyer.holder.kind, "id": buyer.holder.id})
    seats = tuple(each.seat_id for each in wanted.new)
    claim = Claim(schedule_id, offer.layout_id, seats, first, last, new_id())
    values = {"hold": offer.hold, "last_moment": offer.last_moment, "leaves_at": bought.row.boarding_at}
    (end,) = run(_END, values).fetchall()
    _write(bought, offer, wanted, buyer, claim, end.expires_at)
    gone = hold_more(claim, end.expires_at)
    if gone:
        raise seat_taken(plan(offer.layout_id), gone)
    _tell(bought, claim, due, buyer.actor)
    return DifferenceHeld(claim.reservation_id, end.expires_at, due)


def _give_up_earlier(booking_id: UUID) -> None:
    """Money that should still come for an earlier one goes back, like for any hold that was given up."""
    for row in run(_WAITING, {"booking_id": booking_id}).fetchall():
        give_up(row.id)
        run(_CLOSE, {"id": row.id})
        publish("seats.changed", {"schedule_id": str(row.schedule_id)})


def _write(
    bought: Bought, offer: Offer, wanted: _Wanted, buyer: Buyer, claim: Claim, expires_at: datetime
) -> None:
    people = [
        {"id": str(new_id()), "place": each.place, "seat_id": str(each.seat_id), "type": each.type}
        for each in wanted.new
    ]
    difference = Quote(bought.row.currency, wanted.difference, wanted.due)
    values: dict[str, Any] = {
        "id": claim.reservation_id,
        "old_id": bought.row.reservation_id,
        "booking_id": bought.row.id,
        "schedule_id": claim.schedule_id,
        "operator_id": bought.row.operator_id,
        "policy_id": offer.policy_id,
        "first": claim.from_position,
        "last": claim.to_position,
        "seat_count": len(claim.seat_ids),
        "channel": buyer.channel,
        "holder_kind": buyer.holder.kind,
        "holder_id": buyer.holder.id,
        "holder_label": buyer.holder.label[:120],
        "expires_at": expires_at,
        "currency": bought.row.currency,
        "due": wanted.due,
        "difference": json.dumps(difference.as_json()),
        "people": json.dumps(people),
        "seats": json.dumps({str(person): str(seat) for person, seat in wanted.seats.items()}),
        "stood": json.dumps(standing(bought)),
        "quote": json.dumps(wanted.quote.as_json()),
    }
    try:
        run(_HOLD, values)
    except ActiveReservationExists:
        raise ActiveReservationExists(
            "You are already holding seats on that departure. Please give them up first."
        ) from None


def _tell(bought: Bought, claim: Claim, due: Money, actor: Actor) -> None:
    row = bought.row
    after = {
        "reservation_id": str(claim.reservation_id),
        "schedule_id": str(claim.schedule_id),
        "seats": len(claim.seat_ids),
        "due": due.amount,
        "currency": due.currency,
    }
    change = {"before": {"schedule_id": str(row.schedule_id), "total": row.total}, "after": after}
    record(actor, "booking.change_begun", "booking", row.id, operator_id=row.operator_id, **change)
    publish("seats.changed", {"schedule_id": str(claim.schedule_id)})
