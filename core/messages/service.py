"""Messages from cause to outcome: one row for each cause and recipient, sent at least once, never silently lost.

The row is written in one transaction, the mail is made and sent outside of any, the outcome is written in another.
"""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Exists, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from core.kernel.clock import app_now
from core.kernel.db import require_transaction, transaction
from core.kernel.errors import NotFound
from core.kernel.ids import new_id
from core.kernel.outbox import publish, wake
from core.messages.causes import Cause, Recipient
from core.messages.channels import Outgoing, behind, sending, way_of
from core.messages.errors import Refused, TryLater, Unreachable
from core.messages.letters import one_line
from core.messages.models import Channel, Message, MessageAttempt, MessageStatus
from core.messages.rules import IN_LINE, wait_after

log = structlog.get_logger(__name__)


def deliver(cause: Cause, recipient: Recipient) -> UUID:
    """Send the message of this cause to this recipient, once; returns its id. Safe to run again.

    Raises `TryLater` when it is to be tried again; a final refusal is recorded on the message and raises nothing.
    """
    with transaction():
        message_id, _ = write(cause, recipient)
    send(message_id)
    return message_id


def send(message_id: UUID, edition: str = "") -> None:
    """Send a message that is waiting; one that was sent or has failed is left alone. Raises NotFound, `TryLater`.

    `edition` makes a repeated message a new one for the mail programs that drop what they have seen.
    """
    taken = _begin(message_id)
    if taken is None:
        return
    message, moment = taken
    waited_for_server = message.unreachable
    try:
        subject, outcome = way_of(message.channel).send(Outgoing(message, edition, moment))
    except Refused as error:
        _note(message.id, MessageStatus.FAILED, str(error))
    except Exception as error:  # noqa: BLE001 - whatever it was, the message is tried again
        _note_failure(message, error)
    else:
        _note(message.id, MessageStatus.SENT, outcome, subject=one_line(subject, 300))
        if waited_for_server:
            _wake_the_others(message)


def enqueue(cause: Cause, recipient: Recipient) -> bool:
    """Write the message of this cause and have it sent by a job, unless there is one; whether it is new. Call inside a
    transaction.
    """
    message_id, new = write(cause, recipient)
    if new:
        publish(*sending(message_id, recipient.channel, recipient.address))
    return new


def write(cause: Cause, recipient: Recipient) -> tuple[UUID, bool]:
    """The one row of this cause and recipient, and whether it is new. Call inside a transaction."""
    session = require_transaction()
    session.execute(
        insert(Message)
        .values(
            id=(new := new_id()),
            cause=str(cause),
            kind=cause.kind,
            channel=recipient.channel,
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
    """Count the attempt; None when the message is no longer waiting. Raises NotFound, and `TryLater` behind an older one."""
    with transaction() as session:
        if session.get(Message, message_id) is None:
            raise NotFound("There is no such message.")
        if session.execute(select(_in_line(message_id))).scalar_one():
            raise TryLater("An older message of this channel is not answered yet.", IN_LINE, counted=False)
        row = session.execute(
            update(Message)
            .where(Message.id == message_id, Message.status == MessageStatus.QUEUED)
            .values(attempts=Message.attempts + 1)
            .returning(Message, app_now()),
            execution_options={"populate_existing": True},
        ).one_or_none()
        return (row[0], row[1]) if row else None


def _in_line(message_id: UUID) -> Exists:
    """Whether an older message waits for the same server: it asks for all, so that they keep their order. There is one for
    mail and one for text messages; every webhook has its own.
    """
    older, own = aliased(Message), aliased(Message)
    return exists().where(
        older.unreachable,
        older.id < message_id,
        own.id == message_id,
        own.channel == older.channel,
        or_(own.channel != Channel.WEBHOOK, own.recipient == older.recipient),
    )


def _note(
    message_id: UUID,
    status: MessageStatus,
    outcome: str,
    *,
    subject: str | None = None,
    unreachable: bool = False,
) -> None:
    """Write down what came of an attempt, on the message and in the list of its attempts."""
    said = one_line(outcome, 1000)
    values: dict[str, object] = {"status": status, "outcome": said, "unreachable": unreachable}
    if status == MessageStatus.SENT:
        values |= {"sent_at": app_now(), "subject": subject}
    with transaction() as session:
        session.execute(update(Message).where(Message.id == message_id).values(**values))
        session.add(MessageAttempt(message_id=message_id, status=status, outcome=said))
    log.info("message_noted", message=str(message_id), status=status, outcome=said)


def _note_failure(message: Message, error: Exception) -> None:
    """Keep what went wrong and raise `TryLater`; after the last attempt the message has failed and waits for a person."""
    what = str(error) if isinstance(error, TryLater) else f"{type(error).__name__}: {error}"
    wait = wait_after(message.attempts)
    if wait is None:
        _note(message.id, MessageStatus.FAILED, f"Given up after {message.attempts} attempts. {what}")
        return
    _note(message.id, MessageStatus.QUEUED, what, unreachable=isinstance(error, Unreachable))
    raise TryLater(what, wait) from error


def _wake_the_others(message: Message) -> None:
    """The other side answers again: what waited behind this message goes now, in order."""
    with transaction():
        wake(*behind(message))
