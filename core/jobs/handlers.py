"""Who handles what the outbox says: one table from kind to queue and function.

Functions are named, not imported: a web process that only enqueues does not load the PDF engine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Handler:
    """`function` is ``module:name``; it takes (event id, payload), is safe to run twice, and raises to be retried."""

    queue: str
    function: str

    def load(self) -> Callable[[int, Mapping[str, Any]], None]:
        """The function itself."""
        module, _, name = self.function.partition(":")
        found: Callable[[int, Mapping[str, Any]], None] = getattr(import_module(module), name)
        return found


HANDLERS: dict[str, Handler] = {
    "booking.confirmed": Handler("mail", "core.messages.causes:booking_confirmed"),
    "payment.late": Handler("mail", "core.messages.causes:payment_late"),
    "refund.processed": Handler("mail", "core.messages.causes:refund_processed"),
    "message.send": Handler("mail", "core.messages.causes:message_send"),
    "reservation.released": Handler("default", "core.jobs.small:nothing_to_do"),
    "refund.due": Handler("default", "core.jobs.small:process_refund"),
}
