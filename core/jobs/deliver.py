"""Delivering one outbox row: claim it, handle it, write down what came of it.

Several processes may try at once; the claim (a conditional update) lets one through. A process that dies after its
claim loses it after a minute, and the row is delivered again: handlers are safe to run twice.
"""

import structlog
from flask import current_app

from core.jobs.handlers import HANDLERS
from core.kernel import outbox
from core.kernel.db import transaction

log = structlog.get_logger(__name__)


def deliver(event_id: int) -> bool:
    """Deliver the row if it is due and nobody else has it; whether it was told. Called by workers and the relay."""
    with current_app.app_context():
        event = _claim(event_id)
        if event is None:
            return False
        try:
            HANDLERS[event.kind].load()(event.id, event.payload)
        except Exception as error:  # noqa: BLE001 - whatever it was, the row is tried again
            _postpone(event, error)
            return False
        with transaction():
            outbox.finish(event_id)
        return True


def _claim(event_id: int) -> outbox.OutboxEvent | None:
    with transaction():
        return outbox.claim(event_id)


def _postpone(event: outbox.OutboxEvent, error: Exception) -> None:
    log.warning(
        "delivery_postponed", outbox=event.id, kind=event.kind, attempt=event.attempts, error=repr(error)
    )
    with transaction():
        outbox.postpone(event.id, error, event.attempts)
