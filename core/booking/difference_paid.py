"""The money for a change of a booking is here: the seats that were held for it become the booking's, or nothing changes.

Everything happens in the caller's transaction. Money that comes after the hold ran out still counts while its seats are
free and on sale, like any late money; a booking that has changed since is left alone, and the money goes back.
"""

import json
from typing import Any
from uuid import UUID

from core.booking.cancellation_facts import Bought, read_bought
from core.booking.change import check_open
from core.booking.confirm import SeatsGone, confirm
from core.booking.difference_facts import standing
from core.booking.errors import NotChangeable
from core.booking.move_books import book_move
from core.booking.sale import Sale, lock_sale
from core.inventory.locks import free_sold, hand_over, take_sold
from core.kernel.activity import SYSTEM, Actor, record
from core.kernel.db import run
from core.kernel.outbox import publish
from core.payments import ledger
from core.payments.rules import PostingKind, part_of_sale_lines
from core.payments.words import Account
from core.pricing.rules import Quote
from core.tickets.change import reissue_as
from core.tickets.models import TicketStatus

_CHANGED = "SELECT booking_id FROM booking_changes WHERE reservation_id = %(reservation_id)s"
_LOCK_SCHEDULES = """
SELECT 1 FROM schedules WHERE id IN (
  SELECT schedule_id FROM reservations WHERE id = %(reservation_id)s
  UNION SELECT schedule_id FROM bookings WHERE id = %(booking_id)s)
ORDER BY id FOR KEY SHARE
"""
_LOCK_BOOKED = """
SELECT 1 FROM reservations r JOIN bookings b ON b.reservation_id = r.id WHERE b.id = %(booking_id)s FOR UPDATE OF r
"""
_CHANGE = """
SELECT booking_id, seats, stood, quote, due FROM booking_changes
WHERE reservation_id = %(reservation_id)s AND done_at IS NULL
"""
_WRITE = """
WITH sold AS (
  UPDATE reservations SET schedule_id = %(schedule_id)s, from_position = %(first)s, to_position = %(last)s,
    total = %(total)s, quote = %(quote)s::jsonb WHERE id = %(old_id)s
), booked AS (
  UPDATE bookings SET schedule_id = %(schedule_id)s, total = %(total)s WHERE id = %(booking_id)s
), held AS (
  UPDATE reservations SET status = 'confirmed', closed_at = app_now(), closed_reason = NULL WHERE id = %(id)s
), paid AS (
  UPDATE payments SET reservation_id = %(old_id)s
  WHERE reservation_id = %(id)s AND (id = %(payment_id)s
    OR split_id = (SELECT split_id FROM payments WHERE id = %(payment_id)s))
)
UPDATE booking_changes SET done_at = app_now() WHERE reservation_id = %(id)s
"""
_UNSEAT = "UPDATE passengers SET seat_id = NULL WHERE id = ANY(%(ids)s)"
_SEAT = "UPDATE passengers SET seat_id = %(seat_id)s WHERE id = %(id)s"
_AMOUNTS = """
UPDATE passengers p SET amount = x.amount
FROM jsonb_to_recordset(%(amounts)s::jsonb) AS x (id uuid, amount bigint) WHERE p.id = x.id
"""


def lock_changed(reservation_id: UUID) -> None:
    """Where a reservation holds seats for a change of a booking: lock both schedules in order, then the booking's own
    reservation. Before the reservation itself is locked, as everybody takes locks.
    """
    found = run(_CHANGED, {"reservation_id": reservation_id}).fetchone()
    if found is not None:
        lock_both(reservation_id, found.booking_id)


def lock_both(reservation_id: UUID, booking_id: UUID) -> None:
    """The same, where the booking is known."""
    values = {"reservation_id": reservation_id, "booking_id": booking_id}
    run(_LOCK_SCHEDULES, values)
    run(_LOCK_BOOKED, values)


def make_good(
    sale: Sale, payment_id: UUID, received_in: Account, actor: Actor = SYSTEM, *, shift_id: UUID | None = None
) -> UUID:
    """What was paid for is done: a booking is made, or changed; returns its id. Raises SeatsGone when it cannot be.

    Cash has come into the drawer of a shift.
    """
    if sale.row.changes_booking_id is None:
        return confirm(sale, payment_id, received_in, actor, shift_id=shift_id)
    change = run(_CHANGE, {"reservation_id": sale.row.id}).fetchone()
    if change is None or change.due != sale.row.total:
        raise SeatsGone
    bought = read_bought(change.booking_id)
    _check(bought, change)
    paid = _Paid(sale, bought, change, payment_id)
    paid.exchange_seats()
    paid.write()
    paid.book(received_in, shift_id)
    paid.tell(actor)
    return UUID(str(bought.row.id))


def _check(bought: Bought, change: Any) -> None:
    """Whether the booking still stands as it did. Raises SeatsGone."""
    try:
        check_open(bought)
    except NotChangeable:
        raise SeatsGone from None
    used = any(
        str(person.id) in change.seats and person.ticket_status != TicketStatus.VALID
        for person in bought.travelling
    )
    if used or standing(bought) != change.stood:
        raise SeatsGone


class _Paid:
    """A change that is being carried out, under lock."""

    def __init__(self, sale: Sale, bought: Bought, change: Any, payment_id: UUID) -> None:
        self._held = sale
        self._bought = bought
        self._quote = change.quote
        self._due = change.due
        self._payment_id = payment_id
        by_place = {person.place: person.seat_id for person in sale.passengers}
        places = {person.id: person.place for person in bought.travelling}
        wanted = {UUID(person): UUID(seat) for person, seat in change.seats.items()}
        #: A swap of the vehicle gives the hold a seat of the new layout (`swap_stood`).
        self._seats = {person: by_place.get(places[person], seat) for person, seat in wanted.items()}

    def exchange_seats(self) -> None:
        """In the order of the schedules. Raises SeatsGone."""
        old, new = self._bought.row, self._held.row
        before = {person.seat_id for person in self._bought.travelling if person.seat_id}
        if old.schedule_id == new.schedule_id:
            kept = {self._seats.get(p.id, p.seat_id) for p in self._bought.travelling}
            self._take()
            free_sold(old.reservation_id, before - kept, old.schedule_id)
            return
        if old.schedule_id < new.schedule_id:
            free_sold(old.reservation_id, before, old.schedule_id)
        self._take()
        if old.schedule_id > new.schedule_id:
            free_sold(old.reservation_id, before, old.schedule_id)

    def _take(self) -> None:
        if take_sold(self._held.claim()):
            raise SeatsGone
        hand_over(self._held.row.id, self._bought.row.reservation_id)

    def write(self) -> None:
        """The rows, and new codes for who is seated anew."""
        row, held = self._bought.row, self._held.row
        values = {
            "id": held.id,
            "old_id": row.reservation_id,
            "booking_id": row.id,
            "schedule_id": held.schedule_id,
            "first": held.from_position,
            "last": held.to_position,
            "total": self._quote["total"],
            "quote": json.dumps(self._quote),
            "payment_id": self._payment_id,
        }
        run(_WRITE, values)
        run(_UNSEAT, {"ids": sorted(self._seats)})
        for person, seat in self._seats.items():
            run(_SEAT, {"id": person, "seat_id": seat})
        run(_AMOUNTS, {"amounts": json.dumps(self._amounts())})
        changed = lock_sale(row.reservation_id)
        for facts in changed.ticket_facts(row.id, row.reference):
            if facts.passenger_id in self._seats:
                reissue_as(facts)

    def _amounts(self) -> list[dict[str, Any]]:
        quote = Quote.from_json(self._quote)
        return [{"id": str(p.id), "amount": quote.of_passenger(p.place)} for p in self._bought.passengers]

    def book(self, received_in: Account, shift_id: UUID | None) -> None:
        """The old sale out, the new one in, and the difference that came."""
        row, route_id = self._bought.row, self._held.row.route_id
        book_move(row, self._quote, route_id)
        lines = part_of_sale_lines(self._quote, row.total, self._due, received_in)
        links = {
            "payment_id": self._payment_id,
            "reservation_id": row.reservation_id,
            "route_id": route_id,
            "shift_id": shift_id,
        }
        ledger.post(PostingKind.SALE, row.operator_id, row.currency, lines, **links)
        publish("invoice.due", {"booking_id": str(row.id)})

    def tell(self, actor: Actor) -> None:
        """The log, the letter, and everybody who watches the seats."""
        row, held = self._bought.row, self._held.row
        numbers = {person.place: person.number for person in self._held.passengers}
        before = {"schedule_id": str(row.schedule_id), "total": row.total}
        before["seats"] = [person.seat_number for person in self._bought.travelling]
        after = {"schedule_id": str(held.schedule_id), "total": self._quote["total"]}
        after["seats"] = [numbers.get(p.place, p.seat_number) for p in self._bought.travelling]
        change = {"operator_id": row.operator_id, "before": before, "after": after}
        moved = row.schedule_id != held.schedule_id
        record(actor, "booking.moved" if moved else "booking.changed", "booking", row.id, **change)
        publish("booking.changed", {"booking_id": str(row.id)})
        for schedule_id in sorted({row.schedule_id, held.schedule_id}):
            publish("seats.changed", {"schedule_id": str(schedule_id)})
