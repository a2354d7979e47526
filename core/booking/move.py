"""Moving a whole booking to another departure of the same operator, under its old reference.

New seats are taken and the old ones given up in one transaction, in the order of the schedules. A dearer departure is
paid for in cash at the counter, or before the move (`core.booking.difference`); of a cheaper one comes back what the
refund ladder says (see `move_rules`). The policy of the purchase goes on counting. What was partly cancelled or given back is not moved: it is cancelled and bought anew.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.booking.cancellation_facts import Bought, read_bought
from core.booking.change import check_open
from core.booking.companions import check_companions
from core.booking.difference_facts import ChangePreview
from core.booking.errors import DifferenceDue, NotChangeable, RefundChanged, SeatTaken, SeatTwice, UnknownSeat
from core.booking.giving_back import give_back
from core.booking.move_books import book_move, take_difference
from core.booking.move_rules import Settlement, settlement
from core.booking.offer import Offer, read_offer
from core.booking.rules import check_sales_open, journey_label
from core.booking.sale import Sale, lock_sale
from core.inventory.locks import Claim, free_sold, take_sold
from core.inventory.plans import PlanSeat, plan
from core.kernel.activity import Actor, record
from core.kernel.db import run, transaction
from core.kernel.errors import NotFound
from core.kernel.money import Money, portion
from core.kernel.outbox import publish
from core.pricing.rules import SeatToPrice, make_quote
from core.tickets.change import reissue_as
from core.tickets.models import TicketStatus

_LOCK_SCHEDULES = "SELECT 1 FROM schedules WHERE id = ANY(%(ids)s) ORDER BY id FOR KEY SHARE"
_SCHEDULE_OF = "SELECT schedule_id FROM bookings WHERE id = %(booking_id)s"
_LOCK_OWN = """
SELECT b.schedule_id FROM reservations r JOIN bookings b ON b.reservation_id = r.id WHERE b.id = %(booking_id)s
FOR UPDATE OF r
"""
_MOVE = """
WITH moved AS (
  UPDATE reservations SET schedule_id = %(schedule_id)s, from_position = %(first)s, to_position = %(last)s,
    total = %(total)s, quote = %(quote)s::jsonb WHERE id = %(reservation_id)s
)
UPDATE bookings SET schedule_id = %(schedule_id)s, total = %(total)s WHERE id = %(booking_id)s
"""
_UNSEAT = "UPDATE passengers SET seat_id = NULL WHERE reservation_id = %(reservation_id)s"
_SEAT = "UPDATE passengers SET seat_id = %(seat_id)s, amount = %(amount)s WHERE id = %(id)s"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a booking goes: a stretch of another schedule, with a seat for each passenger (by id)."""

    schedule_id: UUID
    from_position: int
    to_position: int
    seats: Mapping[UUID, UUID]


def preview_move(booking_id: UUID, to: Destination, *, waive: bool = False) -> ChangePreview:
    """What moving would come to now. Changes nothing. Raises what `move_booking` raises, except SeatTaken."""
    with transaction():
        bought = read_bought(booking_id)
        return MovePlan.make(bought, to, waive=waive).preview


def move_booking(
    booking_id: UUID,
    to: Destination,
    actor: Actor,
    *,
    cash: bool = False,
    waive: bool = False,
    agreed: Money | None = None,
    reason: str | None = None,
) -> ChangePreview:
    """Move a booking. ``cash``: the difference was counted at the counter. ``agreed`` is the difference that was shown.
    ``reason``: why staff do it, for the activity log.

    Raises NotFound, NotChangeable, NotOnSale, SalesClosed, BadStretch, UnknownSeat, SeatTwice, SeatTaken, NoPrice,
    CompanionNeedsWheelchair, DifferenceDue (more is to be paid and nobody has taken it), RefundChanged (another difference than was agreed to).
    """
    with transaction():
        lock_move(booking_id, to.schedule_id)
        bought = read_bought(booking_id)
        move = MovePlan.make(bought, to, waive=waive)
        shown = move.preview
        if agreed is not None and agreed != shown.due:
            raise RefundChanged("The price has changed in the meantime.", due=shown.due.as_json())
        if shown.due.amount and not cash:
            raise DifferenceDue(due=shown.due.as_json())
        move.carry_out(actor, reason)
        return shown


def lock_move(booking_id: UUID, schedule_id: UUID) -> None:
    """Both schedules in order, then the reservation. Raises NotFound, NotChangeable when it was moved meanwhile."""
    row = run(_SCHEDULE_OF, {"booking_id": booking_id}).fetchone()
    if row is None:
        raise NotFound("There is no such booking.")
    run(_LOCK_SCHEDULES, {"ids": sorted({row.schedule_id, schedule_id})})
    run(_LOCK_OWN, {"booking_id": booking_id})
    now = run(_SCHEDULE_OF, {"booking_id": booking_id}).fetchone()
    if now is None or now.schedule_id != row.schedule_id:
        raise NotChangeable("This booking was changed in the meantime.")


@dataclass(frozen=True, slots=True)
class MovePlan:
    """A move that may be made."""

    bought: Bought
    to: Destination
    offer: Offer
    seats: tuple[PlanSeat, ...]
    settled: Settlement
    price: int

    @classmethod
    def make(cls, bought: Bought, to: Destination, *, waive: bool) -> "MovePlan":
        """Work it out. Raises what `move_booking` raises, except SeatTaken."""
        _check_whole(bought, to, waive=waive)
        offer = read_offer((to.schedule_id, to.from_position, to.to_position))
        if (offer.operator_id, offer.currency) != (bought.row.operator_id, bought.row.currency):
            raise NotChangeable("This departure is another operator's: please cancel, and buy anew.")
        check_sales_open(offer.read_at, offer.boarding_at, offer.sales_close_minutes)
        seats = _seats(bought, to, offer)
        pairs = zip(seats, bought.passengers, strict=True)
        priced = [SeatToPrice(seat.number, seat.type, seat.features, who.type) for seat, who in pairs]
        quote = make_quote(offer.prices, priced, journey_label(offer.origin, offer.destination))
        settled = settlement(quote, bought.row.total, waive=waive, back=_back(bought))
        return cls(bought, to, offer, seats, settled, quote.total)

    @property
    def preview(self) -> ChangePreview:
        """As it is shown."""
        amounts = (self.price, self.bought.row.total, self.settled.due, self.settled.back)
        return ChangePreview(*(self.bought.money(amount) for amount in amounts))

    def carry_out(self, actor: Actor, reason: str | None = None) -> None:
        """Seats, rows, tickets, books, and who is told; all under lock."""
        row = self.bought.row
        self._exchange_seats()
        self._write()
        sale = lock_sale(row.reservation_id)
        _reissue(sale, row)
        quote = self.settled.quote.as_json()
        book_move(row, quote, sale.row.route_id)
        if self.settled.due:
            take_difference(row, quote, self.settled.due, sale.row.route_id, actor)
        for part in self.bought.parts(self.settled.back):
            give_back(row, quote, part, "The new departure is cheaper.", actor)
        self._note(sale, actor, reason)

    def _exchange_seats(self) -> None:
        """In the order of the schedules, as everybody takes locks."""
        row, to = self.bought.row, self.to
        claim = Claim(
            to.schedule_id,
            self.offer.layout_id,
            tuple(seat.id for seat in self.seats),
            to.from_position,
            to.to_position,
            row.reservation_id,
        )
        old = [person.seat_id for person in self.bought.passengers if person.seat_id]
        if row.schedule_id < to.schedule_id:
            free_sold(row.reservation_id, old, row.schedule_id)
        gone = take_sold(claim)
        if gone:
            raise SeatTaken(seats=sorted(seat.number for seat in self.seats if seat.id in gone))
        if row.schedule_id > to.schedule_id:
            free_sold(row.reservation_id, old, row.schedule_id)

    def _write(self) -> None:
        row, to, quote = self.bought.row, self.to, self.settled.quote
        values = {
            "booking_id": row.id,
            "reservation_id": row.reservation_id,
            "schedule_id": to.schedule_id,
            "first": to.from_position,
            "last": to.to_position,
            "total": quote.total,
            "quote": json.dumps(quote.as_json()),
        }
        run(_MOVE, values)
        run(_UNSEAT, values)
        for person, seat in zip(self.bought.passengers, self.seats, strict=True):
            amount = quote.of_passenger(person.place)
            run(_SEAT, {"id": person.id, "seat_id": seat.id, "amount": amount})

    def _note(self, sale: Sale, actor: Actor, reason: str | None) -> None:
        row = self.bought.row
        before = {"schedule_id": str(row.schedule_id), "total": row.total}
        before["seats"] = [person.seat_number for person in self.bought.passengers]
        after = {"schedule_id": str(self.to.schedule_id), "total": self.settled.quote.total}
        after["seats"] = [person.number for person in sale.passengers]
        change = {"operator_id": row.operator_id, "before": before, "after": after, "reason": reason}
        record(actor, "booking.moved", "booking", row.id, **change)
        publish("booking.changed", {"booking_id": str(row.id)})
        for schedule_id in (row.schedule_id, self.to.schedule_id):
            publish("seats.changed", {"schedule_id": str(schedule_id)})


def _check_whole(bought: Bought, to: Destination, *, waive: bool) -> None:
    check_open(bought, anyway=waive)
    if to.schedule_id == bought.row.schedule_id:
        raise NotChangeable("This is the departure that was booked.")
    if bought.given_back or len(bought.travelling) < len(bought.passengers):
        raise NotChangeable("Part of this booking was cancelled or given back: please cancel, and buy anew.")
    if any(person.ticket_status != TicketStatus.VALID for person in bought.passengers):
        raise NotChangeable("A ticket that was used cannot be changed.")


def _seats(bought: Bought, to: Destination, offer: Offer) -> tuple[PlanSeat, ...]:
    """The new seats in the order of the passengers. Raises UnknownSeat, SeatTwice, NotFound, CompanionNeedsWheelchair."""
    if to.seats.keys() != {person.id for person in bought.passengers}:
        raise NotFound("Please choose a seat for each passenger of the booking.")
    layout = plan(offer.layout_id)
    by_id = layout.by_id
    chosen = [to.seats[person.id] for person in bought.passengers]
    if len(set(chosen)) < len(chosen):
        raise SeatTwice
    unknown = [seat for seat in chosen if seat not in by_id]
    if unknown:
        raise UnknownSeat(seat=str(unknown[0]))
    check_companions(chosen, layout)
    return tuple(by_id[seat] for seat in chosen)


def _back(bought: Bought) -> Callable[[int], int]:
    """What comes back of a difference: by the ladder's step of now, less its fee for each passenger."""
    terms = bought.step()
    return lambda less: max(0, portion(less, terms.percent, 100) - terms.fee * len(bought.travelling))


def _reissue(sale: Sale, booking: Any) -> None:
    """New codes with the facts of the new journey."""
    for facts in sale.ticket_facts(booking.id, booking.reference):
        reissue_as(facts)
