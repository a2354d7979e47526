"""Messages that were sent, or have failed, go out once more: asked for by a person, done by a job."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from core.kernel.activity import Actor, record
from core.kernel.db import require_transaction, transaction
from core.kernel.errors import NotFound
from core.kernel.outbox import publish
from core.messages.channels import sending
from core.messages.errors import StillWaiting
from core.messages.models import Message, MessageStatus


def resend(message_id: UUID, actor: Actor) -> None:
    """Send a message that was sent or has failed once more, by a job. Raises NotFound, `StillWaiting`."""
    with transaction():
        message = _lock([message_id])
        if not message:
            raise NotFound("There is no such message.")
        if message[0].status == MessageStatus.QUEUED:
            raise StillWaiting
        _again(message[0], actor)


def resend_failed(message_ids: Collection[UUID], actor: Actor) -> int:
    """Send those of these messages that have failed once more, oldest first; returns how many those are."""
    with transaction():
        failed = [each for each in _lock(message_ids) if each.status == MessageStatus.FAILED]
        for message in failed:
            _again(message, actor)
    return len(failed)


def _lock(message_ids: Collection[UUID]) -> list[Message]:
    found = select(Message).where(Message.id.in_(message_ids)).order_by(Message.id).with_for_update()
    return list(require_transaction().execute(found).scalars())


def _again(message: Message, actor: Actor) -> None:
    """One that nobody has got keeps its Message-ID; one that was sent goes out as a new message."""
    before = message.status
    message.status, message.attempts = MessageStatus.QUEUED, 0
    require_transaction().flush()
    kind, payload = sending(message.id, message.channel, message.recipient)
    publish(kind, {**payload, "again": before == MessageStatus.SENT})
    record(
        actor, "message.resent", "message", message.id, before={"status": before}, after={"status": "queued"}
    )
