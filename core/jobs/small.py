"""Handlers that only pass an outbox row on to the service that knows."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID


def process_refund(_event_id: int, payload: Mapping[str, Any]) -> None:
    """Ask the gateway to pay back what is due."""
    from core.payments.refunds import process_refund as process

    process(UUID(payload["refund_id"]))


def nothing_to_do(_event_id: int, _payload: Mapping[str, Any]) -> None:
    """The live emitter reads seats by itself; nobody is written to about a released hold."""
