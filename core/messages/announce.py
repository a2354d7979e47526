"""Events for an operator's webhook: written once each, sent by a job of their own."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import wraps
from typing import Any
from uuid import UUID

from core.kernel.db import transaction
from core.kernel.errors import NotFound
from core.messages.causes import Cause, Recipient
from core.messages.events import SUBJECTS, event_about
from core.messages.models import Channel
from core.messages.service import enqueue

Handle = Callable[[int, Mapping[str, Any]], None]


def announced(kind: str) -> Callable[[Handle], Handle]:
    """Mark a handler of the outbox: the event is also told to the webhook of whoever it concerns."""

    def mark(handle: Handle) -> Handle:
        @wraps(handle)
        def first_the_webhook(event_id: int, payload: Mapping[str, Any]) -> None:
            with suppress(NotFound):  # what is gone is no news; the handler says so in its own way
                announce(Cause(kind, UUID(payload[SUBJECTS[kind]]), event_id))
            handle(event_id, payload)

        return first_the_webhook

    return mark


def announce(cause: Cause) -> bool:
    """Have the event sent to its operator's webhook, if there is one; whether it is new. Raises NotFound."""
    event = event_about(cause.kind, cause.subject_id)
    if not event.url:
        return False
    booking, sale = event.data.get("booking_id"), event.data.get("reservation_id")
    to = Recipient(
        event.url, "en", UUID(booking) if booking else None, UUID(sale) if sale else None, Channel.WEBHOOK
    )
    with transaction():
        return enqueue(cause, to)
