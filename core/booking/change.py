"""Another seat or another name after the sale.

New seats are taken before the old ones are given up, all or none; whoever is re-seated or renamed gets a new code, and the
old one stops counting. What a dearer seat costs more is paid at the counter, or before the change (`core.booking.difference`),
unless staff give it free of charge; of what a cheaper one costs less comes back what the refund ladder says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from core.booking.cancellation_facts import Bought, lock_booking, read_bought
from core.booking.companions import check_companions
from core.booking.contact import check_email, check_phone
from core.booking.difference_facts import ChangePreview
from core.booking.errors import NotChangeable, SeatCostsMore, SeatTaken, SeatTwice, UnknownSeat
from core.booking.giving_back import give_back
from core.booking.models import BookingStatus
from core.booking.rules import clean_text
from core.booking.sale import Sale, lock_sale
from core.booking.seat_price import SeatSwap, comes_back, differences, take_cash_for
from core.inventory.locks import Claim, free_sold, take_sold
from core.inventory.plans import Plan, plan
from core.kernel.activity import Actor, record
from core.kernel.db import run, transaction
from core.kernel.errors import NotFound
from core.kernel.money import format_money
from core.kernel.outbox import publish
from core.pricing.rules import QuoteLine
from core.tickets.change import reissue
from core.tickets.facts import TicketFacts
from core.tickets.models import TicketStatus
from core.timetable.words import ON_SALE

_UNSEAT = "UPDATE passengers SET seat_id = NULL WHERE id = ANY(%(ids)s)"
_SEAT = "UPDATE passengers SET seat_id = %(seat_id)s, full_name = %(name)s WHERE id = %(id)s"
_OLD_CONTACT = text("SELECT contact_email, contact_phone FROM reservations WHERE id = :id")
_CONTACT = text("UPDATE reservations SET contact_email = :email, contact_phone = :phone WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to become of one passenger; None leaves it as it is."""

    seat_id: UUID | None = None
    full_name: str | None = None


def change_passengers(
    booking_id: UUID,
    wishes: Mapping[UUID, Wish],
    actor: Actor,
    *,
    cash: bool = False,
    free_of_charge: bool = False,
) -> None:
    """Re-seat and rename passengers (by id) of a booking that has not left yet; what is so already is left alone.

    ``cash``: what dearer seats cost more was counted at the counter.

    Raises NotFound, NotChangeable, UnknownSeat, SeatTwice, SeatTaken (with the numbers), SeatCostsMore, BadPassenger,
    CompanionNeedsWheelchair (with the numbers).
    """
    names = {person: clean_text(wish.full_name, "full_name") for person, wish in wishes.items()}
    with transaction():
        lock_booking(booking_id)
        bought = read_bought(booking_id)
        sale = lock_sale(bought.row.reservation_id)
        moves = _moves(bought, sale, wishes, names)
        if not moves:
            return
        seated = any(move.seat_id != move.was.seat_id for move in moves)
        if seated:
            found = _priced(bought, sale, moves)
            _settle_price(bought, found, actor, cash=cash, free_of_charge=free_of_charge)
            _exchange(bought, sale, moves)
        _write(moves)
        _note(bought, moves, actor)
        publish("booking.changed", {"booking_id": str(booking_id)})
        if seated:
            publish("seats.changed", {"schedule_id": str(bought.row.schedule_id)})


def change_contact(booking_id: UUID, email: str | None, phone: str | None, actor: Actor) -> None:
    """Where the tickets and all further messages go. Raises NotFound, BadPassenger."""
    contact = {"email": check_email(email), "phone": check_phone(phone)}
    with transaction() as session:
        lock_booking(booking_id)
        row = read_bought(booking_id).row
        was = session.execute(_OLD_CONTACT, {"id": row.reservation_id}).one()
        session.execute(_CONTACT, {**contact, "id": row.reservation_id})
        after = {"contact_email": contact["email"], "contact_phone": contact["phone"]}
        change = {"before": dict(was._mapping), "after": after}
        record(actor, "booking.contact_changed", "booking", row.id, operator_id=row.operator_id, **change)


@dataclass(frozen=True, slots=True)
class _Move:
    """One passenger as they were, and as they will be."""

    was: Any
    seat_id: UUID | None
    seat_number: str | None
    name: str | None

    def on_ticket(self, kept: TicketFacts) -> TicketFacts:
        """The ticket's facts afterwards."""
        return replace(kept, seat_id=self.seat_id, seat_number=self.seat_number, passenger_name=self.name)


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """New seats and what they come to: the lines of other prices, their sum, and what of a lower price comes ``back``."""

    moves: tuple[_Move, ...]
    lines: tuple[QuoteLine, ...]
    difference: int
    back: int


def _moves(
    bought: Bought, sale: Sale, wishes: Mapping[UUID, Wish], names: Mapping[UUID, str | None]
) -> list[_Move]:
    check_open(bought)
    people = {person.id: person for person in bought.travelling}
    if wishes.keys() - people.keys():
        raise NotFound("This booking has no such passenger.")
    layout = plan(sale.row.layout_id)
    moves = []
    for person_id in sorted(wishes):
        was, seat_id = people[person_id], wishes[person_id].seat_id
        name = names.get(person_id) or was.full_name
        if (seat_id in (None, was.seat_id)) and name == was.full_name:
            continue
        if was.ticket_status != TicketStatus.VALID:
            raise NotChangeable("A ticket that was used cannot be changed.")
        moves.append(_Move(was, seat_id or was.seat_id, _number(layout, seat_id) or was.seat_number, name))
    return moves


def check_open(bought: Bought, *, anyway: bool = False) -> None:
    """Refuse what is past changing. ``anyway``: the operator may, also when the departure does not run or has left."""
    row = bought.row
    if row.status not in (BookingStatus.CONFIRMED, BookingStatus.CHECKED_IN):
        raise NotChangeable(booking_status=row.status)
    if not anyway and (row.schedule_status not in ON_SALE or row.now >= row.boarding_at):
        raise NotChangeable("This departure has left or does not run, so nothing can be changed.")
    if not anyway and bought.unseated:
        raise NotChangeable(
            "Another vehicle runs, and it has no seat for this booking: please choose the money back or another departure."
        )


def _number(layout: Plan, seat_id: UUID | None) -> str | None:
    if seat_id is None:
        return None
    seat = layout.by_id.get(seat_id)
    if seat is None:
        raise UnknownSeat(seat=str(seat_id))
    return seat.number


def plan_seats(bought: Bought, sale: Sale, seats: Mapping[UUID, UUID]) -> SeatPlan:
    """What re-seating these passengers (id -> seat) comes to. Raises what `change_passengers` raises, except SeatTaken."""
    moves = _moves(bought, sale, {person: Wish(seat) for person, seat in seats.items()}, {})
    _check_seats(bought, sale, moves)
    return _priced(bought, sale, moves)


def preview_seats(booking_id: UUID, seats: Mapping[UUID, UUID]) -> ChangePreview:
    """What re-seating these passengers would come to now. Changes nothing. Raises what `plan_seats` raises, NotFound."""
    with transaction():
        lock_booking(booking_id)
        bought = read_bought(booking_id)
        found = plan_seats(bought, lock_sale(bought.row.reservation_id), seats)
        return ChangePreview(
            price=bought.money(bought.row.total + found.difference),
            paid=bought.money(bought.row.total),
            due=bought.money(max(0, found.difference)),
            back=bought.money(found.back),
        )


def _priced(bought: Bought, sale: Sale, moves: list[_Move]) -> SeatPlan:
    swaps = [
        SeatSwap(m.was.place, m.was.seat_id, m.was.seat_number, m.seat_id, m.seat_number or "")
        for m in moves
        if m.seat_id and m.was.seat_id
    ]
    lines = differences(sale, swaps)
    difference = sum(line.amount for line in lines)
    if difference > 0 and bought.given_back:
        raise NotChangeable("Part of the price of this booking went back already.")
    back = comes_back(bought, [swap.place for swap in swaps], -difference) if difference < 0 else 0
    return SeatPlan(tuple(moves), lines, difference, back)


def _settle_price(bought: Bought, found: SeatPlan, actor: Actor, *, cash: bool, free_of_charge: bool) -> None:
    for part in bought.parts(found.back):
        give_back(bought.row, bought.row.quote, part, "The new seats cost less.", actor)
    more = bought.money(found.difference)
    if more.amount <= 0 or free_of_charge:
        return
    if not cash:
        raise SeatCostsMore(
            f"This costs {format_money(more)} more than the seats that were bought.",
            difference=more.as_json(),
        )
    take_cash_for(bought, found.lines, actor)


def _check_seats(bought: Bought, sale: Sale, moves: list[_Move]) -> list[UUID]:
    """The seats of the whole booking afterwards. Raises SeatTwice, CompanionNeedsWheelchair."""
    moved = {move.was.id: move.seat_id for move in moves}
    after = [moved.get(person.id, person.seat_id) for person in bought.travelling]
    seats = [seat for seat in after if seat]
    if len(set(seats)) < len(seats):
        raise SeatTwice
    check_companions(seats, plan(sale.row.layout_id))
    return seats


def _exchange(bought: Bought, sale: Sale, moves: list[_Move]) -> None:
    """Take what is new, then give up what nobody of the booking sits on any more."""
    seats = _check_seats(bought, sale, moves)
    before = {person.seat_id for person in bought.travelling if person.seat_id}
    new = tuple(set(seats) - before)
    row = sale.row
    claim = Claim(row.schedule_id, row.layout_id, new, row.from_position, row.to_position, row.id)
    gone = take_sold(claim) if new else frozenset()
    if gone:
        numbers = sorted(plan(row.layout_id).by_id[seat].number for seat in gone)
        raise SeatTaken(seats=numbers)
    free_sold(row.id, before - set(seats))


def _write(moves: list[_Move]) -> None:
    run(_UNSEAT, {"ids": [move.was.id for move in moves]})
    for move in moves:
        run(_SEAT, {"id": move.was.id, "seat_id": move.seat_id, "name": move.name})
        reissue(move.was.id, move.on_ticket)


def _note(bought: Bought, moves: list[_Move], actor: Actor) -> None:
    before = [{"place": m.was.place, "seat": m.was.seat_number, "full_name": m.was.full_name} for m in moves]
    after = [{"place": m.was.place, "seat": m.seat_number, "full_name": m.name} for m in moves]
    change = {"before": {"passengers": before}, "after": {"passengers": after}}
    row = bought.row
    record(actor, "booking.changed", "booking", row.id, operator_id=row.operator_id, **change)
