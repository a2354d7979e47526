"""What the outbox says, turned into messages: who is told, and of what. Each is safe to run twice.

What is `announced` is told to the operator's webhook, too: before all else, so that a mail server that is away keeps
nothing from it.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import structlog

from core.booking.cancellation_queries import cancellation_view
from core.booking.disruption_models import CaseState
from core.booking.disruption_queries import case
from core.booking.invoicing import issue_credit_note, issue_invoice
from core.booking.queries import booking_view, reservation_view
from core.booking.views import ReservationView
from core.booking.waiting_queries import waiting_entry
from core.kernel.db import transaction
from core.kernel.outbox import publish
from core.messages.announce import announced
from core.messages.by_phone import text_too
from core.messages.causes import Cause, Recipient
from core.messages.departures import choice_is_given, tell_everybody
from core.messages.queries import asked_again, reservation_of_refund
from core.messages.service import deliver, send

log = structlog.get_logger(__name__)


@announced("booking.confirmed")
def booking_confirmed(_event_id: int, payload: Mapping[str, Any]) -> None:
    """The invoice is written, whoever is told; then the ticket, to whoever left an address."""
    _issued(issue_invoice, "invoice.due", "booking_id", payload)
    _about_booking(Cause("booking.confirmed", UUID(payload["booking_id"])))


@announced("booking.changed")
def booking_changed(event_id: int, payload: Mapping[str, Any]) -> None:
    """The tickets that count now; every change is told."""
    _about_booking(Cause("booking.changed", UUID(payload["booking_id"]), event_id))


@announced("booking.cancelled")
def booking_cancelled(_event_id: int, payload: Mapping[str, Any]) -> None:
    """Who no longer travels, and what comes back."""
    cancellation = cancellation_view(UUID(payload["cancellation_id"]))
    booking = booking_view(cancellation.booking_id) if cancellation else None
    if cancellation and booking:
        _tell(Cause("booking.cancelled", cancellation.id), booking.reservation)


@announced("reservation.expired")
def reservation_expired(_event_id: int, payload: Mapping[str, Any]) -> None:
    """The time to pay ran out: nobody is told who has begun again, or has paid after all."""
    sale = reservation_view(UUID(payload["reservation_id"]))
    if sale and sale.status == "expired" and not asked_again(sale.id):
        _tell(Cause("reservation.expired", sale.id), sale)


def reminder_due(_event_id: int, payload: Mapping[str, Any]) -> None:
    """The journey is near: told to who still travels."""
    booking = booking_view(UUID(payload["booking_id"]))
    if booking and booking.status in ("confirmed", "checked_in"):
        _tell(Cause("reminder.due", booking.id), booking.reservation)


@announced("schedule.delayed")
def schedule_delayed(event_id: int, payload: Mapping[str, Any]) -> None:
    """Another time of departure, to everybody who travels with it; with a choice, `disruption_choice` tells it."""
    schedule_id = UUID(payload["schedule_id"])
    if not choice_is_given(schedule_id):
        tell_everybody("schedule.delayed", schedule_id, event_id)


@announced("schedule.platform")
def schedule_platform(event_id: int, payload: Mapping[str, Any]) -> None:
    """Another bay, gate or screen, to everybody who travels with it."""
    tell_everybody("schedule.platform", UUID(payload["schedule_id"]), event_id)


@announced("payment.late")
def payment_late(_event_id: int, payload: Mapping[str, Any]) -> None:
    """Money came that could not become a booking, and goes back."""
    _about_refund("payment.late", UUID(payload["refund_id"]))


@announced("refund.processed")
def refund_processed(_event_id: int, payload: Mapping[str, Any]) -> None:
    """The money is on its way back: the credit note is written, whoever is told."""
    _issued(issue_credit_note, "credit.due", "refund_id", payload)
    _about_refund("refund.processed", UUID(payload["refund_id"]))


def invoice_due(_event_id: int, payload: Mapping[str, Any]) -> None:
    """The invoice of a difference that was paid later, of a booking that was sold before there were any, or one that did not
    work at once.
    """
    issue_invoice(UUID(payload["booking_id"]))


def credit_due(_event_id: int, payload: Mapping[str, Any]) -> None:
    """A credit note that did not work at once."""
    issue_credit_note(UUID(payload["refund_id"]))


def message_send(event_id: int, payload: Mapping[str, Any]) -> None:
    """A message that waits to be sent; `again` is one that had been sent, and goes out as a new one."""
    send(UUID(payload["message_id"]), edition=f".{event_id}" if payload.get("again") else "")


@announced("reservation.released")
def reservation_released(_event_id: int, _payload: Mapping[str, Any]) -> None:
    """Nobody is written to about a hold that staff released: its screen shows it."""


@announced("schedule.cancelled")
def schedule_cancelled(_event_id: int, _payload: Mapping[str, Any]) -> None:
    """Whoever has a booking is written to about it by `disruption_choice`."""


@announced("disruption.choice")
def disruption_choice(_event_id: int, payload: Mapping[str, Any]) -> None:
    """What may be chosen after a disruption, to whoever has not chosen yet."""
    case_id, booking = UUID(payload["case_id"]), booking_view(UUID(payload["booking_id"]))
    if booking and case(case_id).state == CaseState.WAITING:
        _tell(Cause("disruption.choice", case_id), booking.reservation)


@announced("waiting.offered")
def waiting_offered(event_id: int, payload: Mapping[str, Any]) -> None:
    """Seats are held for who is next on a waiting list, while the offer stands; every offer is told."""
    entry = waiting_entry(UUID(payload["entry_id"]))
    sale = reservation_view(entry.reservation_id) if entry.reservation_id else None
    if sale and entry.status == "offered":
        _tell(Cause("waiting.offered", entry.id, event_id), sale)


def _issued(issue: Callable[[UUID], object], due: str, name: str, payload: Mapping[str, Any]) -> None:
    """Write the paper of a sale; what stands in its way holds up nobody's ticket, and is tried again by itself."""
    try:
        issue(UUID(payload[name]))
    except Exception as error:  # noqa: BLE001 - whatever it was, the traveller is told, and the paper is tried again
        log.warning("paper_postponed", due=due, subject=payload[name], error=repr(error))
        with transaction():
            publish(due, {name: payload[name]})


def _about_booking(cause: Cause) -> None:
    booking = booking_view(cause.subject_id)
    if booking:
        _tell(cause, booking.reservation)


def _about_refund(kind: str, refund_id: UUID) -> None:
    reservation_id = reservation_of_refund(refund_id)
    sale = reservation_view(reservation_id) if reservation_id else None
    if sale:
        _tell(Cause(kind, refund_id), sale)


def _tell(cause: Cause, sale: ReservationView) -> None:
    """Write to whoever left an address, or a number where the policy wants that."""
    text_too(cause, sale)
    if sale.contact_email:
        deliver(cause, Recipient(sale.contact_email, sale.language, sale.booking_id, sale.id))
