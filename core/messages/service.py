"""Messages from cause to outcome: one row for each cause and recipient, sent at least once, never silently lost.

The row is written in one transaction, the mail is made and sent outside of any, the outcome is written in another.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from core.kernel.clock import app_now
from core.kernel.context import settings
from core.kernel.db import require_transaction, transaction
from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.kernel.outbox import MAX_ATTEMPTS
from core.messages.compose import compose
from core.messages.errors import Refused, TryLater
from core.messages.letters import mail, one_line
from core.messages.models import Message, MessageStatus
from core.messages.transports import transport

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why somebody is written to: a kind of message and the id of what it is about; and the event (the outbox row) where
    the same can happen several times.
    """

    kind: str
    subject_id: UUID
    event_id: int | None = None

    def __str__(self) -> str:
        same = f"{self.kind}:{self.subject_id}"
        return same if self.event_id is None else f"{same}:{self.event_id}"

    @classmethod
    def parse(cls, text: str) -> "Cause":
        """The cause that `str()` wrote."""
        kind, subject_id, *event_id = text.split(":")
        return cls(kind, UUID(subject_id), int(event_id[0]) if event_id else None)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is written to, in which language, and about which sale."""

    address: str
    language: str
    booking_id: UUID | None = None
    reservation_id: UUID | None = None


def deliver(cause: Cause, recipient: Recipient) -> UUID:
    """Send the message of this cause to this recipient, once; returns its id. Safe to run again.

    Raises `TryLater` when it is to be tried again; a final refusal is recorded on the message and raises nothing.
    """
    with transaction():
        message_id, _ = write(cause, recipient)
    send(message_id)
    return message_id


def send(message_id: UUID, edition: str = "") -> None:
    """Send a message that is waiting; one that was sent or refused is left alone. Raises NotFound, `TryLater`.

    `edition` makes a repeated message a new one for the mail programs that drop what they have seen.
    """
    taken = _begin(message_id)
    if taken is None:
        return
    message, moment = taken
    try:
        cause = Cause.parse(message.cause)
        letter = compose(cause.kind, cause.subject_id, message.language)
        name = f"{message.id}{edition}"
        sent = mail(letter, settings().mail_from, message.recipient, name, moment)
        outcome = transport().send(message.id, sent)
    except Refused as error:
        _note(message.id, MessageStatus.FAILED, str(error))
    except Exception as error:
        _note_failure(message, error)
        raise
    else:
        _note(message.id, MessageStatus.SENT, outcome, one_line(letter.subject))


def write(cause: Cause, recipient: Recipient) -> tuple[UUID, bool]:
    """The one row of this cause and recipient, and whether it is new. Call inside a transaction."""
    session = require_transaction()
    session.execute(
        insert(Message)
        .values(
            id=(new := new_id()),
            cause=str(cause),
            kind=cause.kind,
            recipient=recipient.address,
            language=recipient.language,
            booking_id=recipient.booking_id,
            reservation_id=recipient.reservation_id,
        )
        .on_conflict_do_nothing(index_elements=["cause", "recipient"])
    )
    same = select(Message.id).where(Message.cause == str(cause), Message.recipient == recipient.address)
    found = session.execute(same).scalar_one()
    return found, found == new


def _begin(message_id: UUID) -> tuple[Message, datetime] | None:
    """Count the attempt; None when the message is no longer waiting."""
    with transaction() as session:
        if session.get(Message, message_id) is None:
            raise NotFound("There is no such message.")
        row = session.execute(
            update(Message)
            .where(Message.id == message_id, Message.status == MessageStatus.QUEUED)
            .values(attempts=Message.attempts + 1)
            .returning(Message, app_now()),
            execution_options={"populate_existing": True},
        ).one_or_none()
        return (row[0], row[1]) if row else None


def _note(message_id: UUID, status: MessageStatus, outcome: str, subject: str | None = None) -> None:
    values: dict[str, object] = {"status": status, "outcome": one_line(outcome, 1000)}
    if status == MessageStatus.SENT:
        values |= {"sent_at": app_now(), "subject": subject}
    with transaction() as session:
        session.execute(update(Message).where(Message.id == message_id).values(**values))
    log.info("message_noted", message=str(message_id), status=status, outcome=values["outcome"])


def _note_failure(message: Message, error: Exception) -> None:
    """Keep what went wrong; after the last attempt the message has failed and waits for a person."""
    what = str(error) if isinstance(error, TryLater) else f"{type(error).__name__}: {error}"
    if message.attempts >= MAX_ATTEMPTS:
        _note(message.id, MessageStatus.FAILED, f"Given up after {message.attempts} attempts. {what}")
    else:
        _note(message.id, MessageStatus.QUEUED, what)
