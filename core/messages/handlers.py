"""What the outbox says, turned into messages: who is told, and of what. Each is safe to run twice."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core.booking.queries import booking_view, reservation_view
from core.messages.queries import reservation_of_refund
from core.messages.service import Cause, Recipient, deliver, send


def booking_confirmed(_event_id: int, payload: Mapping[str, Any]) -> None:
    """The ticket, to whoever left an address."""
    booking = booking_view(UUID(payload["booking_id"]))
    if booking is None or not booking.reservation.contact_email:
        return
    sale = booking.reservation
    deliver(
        Cause("booking.confirmed", booking.id),
        Recipient(sale.contact_email or "", sale.language, booking.id, sale.id),
    )


def booking_cancelled(_event_id: int, _payload: Mapping[str, Any]) -> None:
    """Who cancelled has seen it; the letter about the refund follows with the refund."""


def booking_changed(_event_id: int, _payload: Mapping[str, Any]) -> None:
    """Who changed the booking has seen its new tickets."""


def payment_late(_event_id: int, payload: Mapping[str, Any]) -> None:
    """Money came that could not become a booking, and goes back."""
    _about_refund("payment.late", UUID(payload["refund_id"]))


def refund_processed(_event_id: int, payload: Mapping[str, Any]) -> None:
    """The money is on its way back."""
    _about_refund("refund.processed", UUID(payload["refund_id"]))


def message_send(event_id: int, payload: Mapping[str, Any]) -> None:
    """A message that somebody asked to send again."""
    send(UUID(payload["message_id"]), edition=f".{event_id}")


def reservation_released(_event_id: int, _payload: Mapping[str, Any]) -> None:
    """Nobody is written to about a hold that staff released: its screen shows it."""


def _about_refund(kind: str, refund_id: UUID) -> None:
    reservation_id = reservation_of_refund(refund_id)
    sale = reservation_view(reservation_id) if reservation_id else None
    if sale is None or not sale.contact_email:
        return
    deliver(Cause(kind, refund_id), Recipient(sale.contact_email, sale.language, sale.booking_id, sale.id))
