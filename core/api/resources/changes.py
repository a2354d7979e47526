"""After the sale: another seat, name, contact or departure; what costs more is shown, held and paid like any sale."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from core.accounts.callers import Caller, require
from core.api.endpoints import ANYONE, endpoint
from core.api.parties import channel_of, holder_of, require_station, visible_booking
from core.api.resources.cancellations import cancellable
from core.api.schemas.changes import ChangeBody, MoveBody, MoveOut, SeatsBody
from core.api.schemas.sales import BookingOut, sale_json
from core.booking.change import Wish, change_contact, change_passengers, preview_seats
from core.booking.difference import Buyer, DifferenceHeld, hold_move, hold_seats
from core.booking.difference_facts import ChangePreview
from core.booking.errors import RefundChanged
from core.booking.move import Destination, move_booking, preview_move
from core.booking.views import BookingView
from core.kernel.money import Money


@endpoint("PATCH", "/bookings/<uuid:booking_id>", access=ANYONE, body=ChangeBody, answer=BookingOut, errors=(403, 404, 409))  # fmt: skip
def change(caller: Caller, booking_id: UUID, body: ChangeBody) -> Any:
    """Another seat, another name, another contact. New seats are taken before the old ones are given up."""
    booking = cancellable(caller, booking_id)
    _may(caller, booking, cash=body.cash, free=body.free_of_charge)
    wishes = {each.id: Wish(each.seat_id, each.full_name) for each in body.passengers}
    change_passengers(booking_id, wishes, caller.actor, cash=body.cash, free_of_charge=body.free_of_charge)
    given = body.model_fields_set
    if given & {"contact_email", "contact_phone"}:
        inner = booking.reservation
        email = body.contact_email if "contact_email" in given else inner.contact_email
        phone = body.contact_phone if "contact_phone" in given else inner.contact_phone
        change_contact(booking_id, email, phone, caller.actor)
    return sale_json(visible_booking(caller, booking_id))


@endpoint("POST", "/bookings/<uuid:booking_id>/seats", access=ANYONE, body=SeatsBody, answer=MoveOut, once=True, errors=(403, 404, 409))  # fmt: skip
def seats(caller: Caller, booking_id: UUID, body: SeatsBody) -> Any:
    """Other seats on the same departure; with `preview` see what it comes to, with `hold` pay the difference online."""
    booking = cancellable(caller, booking_id)
    _may(caller, booking, cash=body.cash)
    wanted = {each.passenger_id: each.seat_id for each in body.seats}
    shown = preview_seats(booking_id, wanted)
    if body.preview:
        return _answer(shown)
    agreed = _money(body.agreed_difference)
    if body.hold:
        return _answer(shown, held=hold_seats(booking_id, wanted, _buyer(caller), agreed=agreed))
    if agreed is not None and agreed != shown.due:
        raise RefundChanged("The price has changed in the meantime.", due=shown.due.as_json())
    wishes = {person: Wish(seat) for person, seat in wanted.items()}
    change_passengers(booking_id, wishes, caller.actor, cash=body.cash)
    return _answer(shown, moved=True)


@endpoint("POST", "/bookings/<uuid:booking_id>/move", access=ANYONE, body=MoveBody, answer=MoveOut, once=True, errors=(403, 404, 409))  # fmt: skip
def move(caller: Caller, booking_id: UUID, body: MoveBody) -> Any:
    """Another departure under the old reference; with `preview` see what it comes to, with `hold` pay the difference online."""
    booking = cancellable(caller, booking_id)
    _may(caller, booking, cash=body.cash, free=body.waive)
    wanted = {each.passenger_id: each.seat_id for each in body.seats}
    to = Destination(body.schedule_id, body.from_position, body.to_position, wanted)
    agreed = _money(body.agreed_difference)
    if body.preview or body.hold:
        shown = preview_move(booking_id, to, waive=body.waive)
        held = None if body.preview else hold_move(booking_id, to, _buyer(caller), agreed=agreed)
        return _answer(shown, held=held)
    made = move_booking(booking_id, to, caller.actor, cash=body.cash, waive=body.waive, agreed=agreed)
    return _answer(made, moved=True)


def _may(caller: Caller, booking: BookingView, *, cash: bool, free: bool = False) -> None:
    """Giving away is for who may refund, cash for who stands at the counter of a station that the journey calls at."""
    if free:
        require(caller, "payments.refund")
    if cash:
        require(caller, "bookings.cancel")
        require_station(caller, booking.reservation.id)


def _buyer(caller: Caller) -> Buyer:
    return Buyer(holder_of(caller), caller.actor, channel_of(caller))


def _money(given: Any) -> Money | None:
    return Money(given.amount, given.currency) if given else None


def _answer(
    found: ChangePreview, *, moved: bool = False, held: DifferenceHeld | None = None
) -> dict[str, Any]:
    amounts = {each.name: getattr(found, each.name).as_json() for each in fields(found)}
    to_pay = held and {
        "reservation_id": str(held.reservation_id),
        "expires_at": held.expires_at.isoformat(),
        "amount": held.due.as_json(),
    }
    return {"moved": moved, **amounts, "to_pay": to_pay}
