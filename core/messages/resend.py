"""A message that was sent, or has failed, goes out once more: asked for by a person, done by a job."""

from uuid import UUID

from sqlalchemy import select

from core.kernel.activity import Actor, record
from core.kernel.db import transaction
from core.kernel.errors import NotFound
from core.kernel.outbox import publish
from core.messages.errors import StillWaiting
from core.messages.models import Message, MessageStatus


def resend(message_id: UUID, actor: Actor) -> None:
    """Send a message that was sent or has failed once more, by a job. Raises NotFound, `StillWaiting`."""
    with transaction() as session:
        message = session.execute(
            select(Message).where(Message.id == message_id).with_for_update()
        ).scalar_one_or_none()
        if message is None:
            raise NotFound("There is no such message.")
        if message.status == MessageStatus.QUEUED:
            raise StillWaiting
        before = {"status": message.status}
        message.status = MessageStatus.QUEUED
        message.attempts = 0
        session.flush()
        publish(
            "message.send", {"message_id": str(message_id), "again": before["status"] == MessageStatus.SENT}
        )
        record(actor, "message.resent", "message", message_id, before=before, after={"status": "queued"})
