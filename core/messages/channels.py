"""The ways to whoever is told, behind one interface: mail, text messages, an operator's webhook.

A channel makes its own form of a message and hands it over. Nothing here is called inside a transaction.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.kernel.context import settings
from core.messages.causes import Cause
from core.messages.compose import KINDS, compose
from core.messages.letters import mail
from core.messages.models import Channel, Message
from core.messages.sms import SmsWay
from core.messages.transports import transport
from core.messages.webhooks import WebhookWay


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One attempt at a message. `edition` is another one for a message that is sent anew, so that it is not taken for one
    that was there before; `moment` is the attempt's (UTC).
    """

    message: Message
    edition: str
    moment: datetime

    @property
    def name(self) -> str:
        """What whoever gets it knows it by: the same for the same message, however often it is tried."""
        return f"{self.message.id}{self.edition}"


class Way(Protocol):
    """Makes a message and takes it to its recipient."""

    def send(self, out: Outgoing) -> tuple[str, str]:
        """Returns what it was about and what came of it, in a few words. Raises `Refused`, `TryLater`, `Unreachable`."""


class MailWay:
    """A letter with its tickets, by the mail server or into the mailbox."""

    def send(self, out: Outgoing) -> tuple[str, str]:
        """See `Way`."""
        message = out.message
        cause = Cause.parse(message.cause)
        letter = compose(cause.kind, cause.subject_id, message.language)
        made = mail(letter, settings().mail_from, message.recipient, out.name, out.moment)
        return letter.subject, transport().send(message.id, made)


_WAYS: dict[str, Way] = {Channel.EMAIL: MailWay(), Channel.SMS: SmsWay(), Channel.WEBHOOK: WebhookWay()}

#: What the outbox calls a message that waits for its way.
SEND: dict[str, str] = {
    Channel.EMAIL: "message.send",
    Channel.SMS: "sms.send",
    Channel.WEBHOOK: "webhook.send",
}


def way_of(channel: str) -> Way:
    """The way of a channel."""
    return _WAYS[channel]


def sending(message_id: object, channel: str, recipient: str) -> tuple[str, dict[str, object]]:
    """The kind and payload of the outbox row that will send a message. A webhook's names its address: what waits behind an
    endpoint that did not answer is woken for that endpoint alone.
    """
    to = {"to": recipient} if channel == Channel.WEBHOOK else {}
    return SEND[channel], {"message_id": str(message_id), **to}


def behind(message: Message) -> tuple[set[str], dict[str, str]]:
    """The kinds of the outbox, and a part of their payload, of what may wait behind a message of this channel."""
    if message.channel == Channel.WEBHOOK:
        return {SEND[Channel.WEBHOOK]}, {"to": message.recipient}
    if message.channel == Channel.SMS:
        return {SEND[Channel.SMS]}, {}
    return {*KINDS, SEND[Channel.EMAIL]}, {}
