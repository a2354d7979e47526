"""Who handles what the outbox says: one table from kind to queue and function.

Functions are named, not imported: a web process that only enqueues does not load the PDF engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

Handle = Callable[[int, Mapping[str, Any]], object]


@dataclass(frozen=True, slots=True)
class Handler:
    """`function` is ``module:name``; it takes (event id, payload), is safe to run twice, and raises to be retried."""

    queue: str
    function: str

    def load(self) -> Handle:
        """The function itself."""
        module, _, name = self.function.partition(":")
        found: Handle = getattr(import_module(module), name)
        return found


HANDLERS: dict[str, Handler] = {
    "booking.confirmed": Handler("mail", "core.messages.handlers:booking_confirmed"),
    "booking.changed": Handler("mail", "core.messages.handlers:booking_changed"),
    "booking.cancelled": Handler("mail", "core.messages.handlers:booking_cancelled"),
    "payment.late": Handler("mail", "core.messages.handlers:payment_late"),
    "refund.processed": Handler("mail", "core.messages.handlers:refund_processed"),
    "reminder.due": Handler("mail", "core.messages.handlers:reminder_due"),
    "reservation.expired": Handler("mail", "core.messages.handlers:reservation_expired"),
    "message.send": Handler("mail", "core.messages.handlers:message_send"),
    "sms.send": Handler("calls", "core.messages.handlers:message_send"),
    "webhook.send": Handler("calls", "core.messages.handlers:message_send"),
    "schedule.cancelled": Handler("mail", "core.messages.handlers:schedule_cancelled"),
    "schedule.delayed": Handler("mail", "core.messages.handlers:schedule_delayed"),
    "schedule.platform": Handler("mail", "core.messages.handlers:schedule_platform"),
    "disruption.choice": Handler("mail", "core.messages.handlers:disruption_choice"),
    "waiting.offered": Handler("mail", "core.messages.handlers:waiting_offered"),
    "invoice.due": Handler("default", "core.messages.handlers:invoice_due"),
    "credit.due": Handler("default", "core.messages.handlers:credit_due"),
    "disruption.run": Handler("default", "core.booking.disruption_run:run_disruption"),
    "reservation.released": Handler("default", "core.messages.handlers:reservation_released"),
    "refund.due": Handler("default", "core.payments.refunds:refund_due"),
}

#: Read by the emitter of live seats alone, which watches the table itself.
NOT_FOR_WORKERS = ("seats.changed",)
