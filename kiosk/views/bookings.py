"""Find my booking: proof that it is theirs, then its tickets again, and giving it up after seeing what comes back.

Whoever has shown the proof gets a key for this booking that is good for this traveller's session alone.
"""

from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from pydantic import Field

from core.accounts.throttle import FOUND_AT_KIOSK, FOUND_OF_REFERENCE, throttle
from core.booking import find
from core.booking.cancellation import CancellationPreview, cancel_booking, preview
from core.booking.links import check_proof, proof
from core.booking.queries import booking_view
from core.booking.self_service import Possible, possible, ways_back
from core.booking.views import BookingView, PassengerView
from core.kernel.codes import plain
from core.kernel.errors import Malformed, NotFound
from core.kernel.money import Money
from core.tickets.queries import tickets_of
from core.trades.catalogue import trade_of
from kiosk import device
from kiosk.asked import Asked, body
from kiosk.once import done_once
from kiosk.views.pay import picture
from kiosk.views.site import blueprint


class FindAsked(Asked):
    """A ticket's code; or a reference with an e-mail address, a phone number or a ticket's number."""

    code: str = Field(default="", max_length=600)
    reference: str = Field(default="", max_length=60)
    proof: str = Field(default="", max_length=254)


class LeavingAsked(Asked):
    """Who is to be cancelled; nobody named means everybody."""

    passengers: tuple[UUID, ...] = Field(default=(), max_length=50)


class CancellationAsked(LeavingAsked):
    """The same, for the refund that was shown, in minor units."""

    agreed: int = Field(ge=0)
    currency: str = Field(min_length=3, max_length=3)


@blueprint.post("/api/bookings/find")
def find_booking() -> Response:
    """The booking and the key to it. What is typed is rate-limited, a signed code need not be."""
    holder, asked = device.traveller(), body(FindAsked)
    booking_id = find.by_code(asked.code) if asked.code else _typed(asked)
    key = proof(_purpose(holder.id), booking_id)
    return jsonify(key=key, **booking_json(shown_booking(booking_id)))


@blueprint.get("/api/bookings/<uuid:booking_id>/<key>")
def show_booking(booking_id: UUID, key: str) -> Response:
    """The booking as it stands now."""
    require_key(booking_id, key)
    return jsonify(booking_json(shown_booking(booking_id)))


@blueprint.post("/api/bookings/<uuid:booking_id>/<key>/refund")
def show_refund(booking_id: UUID, key: str) -> Response:
    """What would come back now, and how; changes nothing."""
    require_key(booking_id, key)
    return jsonify(_refund_json(preview(booking_id, _who(body(LeavingAsked)))))


@blueprint.post("/api/bookings/<uuid:booking_id>/<key>/cancel")
def cancel_it(booking_id: UUID, key: str) -> Response:
    """Cancel for the refund that was shown. Raises RefundChanged when it is another one by now."""
    require_key(booking_id, key)
    asked, who = body(CancellationAsked), device.actor()
    agreed = Money(asked.agreed, asked.currency)

    def work() -> dict[str, Any]:
        cancel_booking(booking_id, who, "cancelled at the kiosk", passenger_ids=_who(asked), agreed=agreed)
        return booking_json(shown_booking(booking_id))

    return done_once(work)


def require_key(booking_id: UUID, key: str) -> None:
    """Raises NotFound unless this traveller has shown that the booking is theirs."""
    check_proof(_purpose(device.traveller().id), booking_id, key)


def _typed(asked: FindAsked) -> UUID:
    if not plain(asked.reference) or not asked.proof.strip():
        raise Malformed(
            "Please fill in both lines.", field="proof" if plain(asked.reference) else "reference"
        )
    throttle("kiosk-find", FOUND_AT_KIOSK, f"{device.require_device().id}@{request.remote_addr}")
    throttle("kiosk-find-one", FOUND_OF_REFERENCE, sha256(plain(asked.reference).encode()).hexdigest())
    return find.by_reference(asked.reference, asked.proof)


def _purpose(holder_id: str) -> str:
    return f"kiosk-booking:{holder_id}"


def _who(asked: LeavingAsked) -> frozenset[UUID] | None:
    return frozenset(asked.passengers) or None


def shown_booking(booking_id: UUID) -> BookingView:
    """The booking. Raises NotFound."""
    found = booking_view(booking_id)
    if found is None:
        raise NotFound("There is no such booking.")
    return found


def booking_json(booking: BookingView) -> dict[str, Any]:
    """What the page shows of a booking: no name and no address of the buyer."""
    may, codes = possible(booking.id), {each.id: each.qr for each in tickets_of(booking.id)}
    return {
        "id": str(booking.id),
        "reference": booking.reference,
        "status": booking.status,
        "trip": _trip(booking),
        "passengers": [_passenger(person, may, codes) for person in booking.reservation.passengers],
    }


def _trip(booking: BookingView) -> dict[str, Any]:
    """The journey as a line of the departure board."""
    journey = booking.reservation.journey
    expected = journey.estimated_departure_at
    return {
        "schedule_id": str(journey.schedule_id),
        "from_position": journey.from_position,
        "to_position": journey.to_position,
        "origin": journey.origin,
        "destination": journey.destination,
        "departure_at": journey.departure_at.isoformat(),
        "arrival_at": journey.arrival_at.isoformat(),
        "expected_at": expected.isoformat() if expected else None,
        "timezone": journey.origin_timezone,
        "destination_timezone": journey.destination_timezone,
        "platform": journey.platform,
        "platform_word": trade_of(journey.trade).platform_word,
        "state": journey.schedule_status,
    }


def _passenger(person: PassengerView, may: Possible, codes: dict[UUID, str]) -> dict[str, Any]:
    code = codes.get(person.ticket_id) if person.ticket_id else None
    return {
        "id": str(person.id),
        "seat": person.seat_number,
        "type": person.type,
        "ticket": person.ticket_number,
        "status": person.ticket_status,
        "qr": picture(code) if code and person.ticket_status == "valid" else None,
        "may_cancel": person.id in may.cancel,
        "may_change": person.id in may.change,
    }


def _refund_json(found: CancellationPreview) -> dict[str, Any]:
    ways = ways_back(found.booking_id, found.refund)
    return {
        "refund": found.refund.as_json(),
        "kept": found.kept.as_json(),
        "percent": found.percent,
        "fee": found.fee.as_json(),
        "ways": [{"method": method, "amount": amount.as_json()} for method, amount in ways],
    }
