"""Ways out for mail: an SMTP server, or the mailbox in the admin where none is set.

A transport gets a finished message and says in a few words what came of it, or raises `Refused` or `TryLater`.
Nothing here is called inside a transaction.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Protocol
from uuid import UUID

from core.kernel.context import settings
from core.kernel.db import transaction
from core.kernel.settings import Settings
from core.messages.errors import Refused, TryLater, Unreachable
from core.messages.letters import wire
from core.messages.models import MailboxItem

#: For each answer of the server; all of them together stay under the minute that a claim lasts.
TIMEOUT_SECONDS = 5


class Transport(Protocol):
    """Takes one message to its recipient."""

    def send(self, message_id: UUID, mail: EmailMessage) -> str:
        """Returns the outcome in a few words. Raises `Refused` or `TryLater`."""


def transport() -> Transport:
    """The way out that the settings choose."""
    chosen = settings()
    return SmtpTransport(chosen) if chosen.smtp_host else MailboxTransport()


class MailboxTransport:
    """Keeps the message for reading in the admin: nothing leaves this machine."""

    def send(self, message_id: UUID, mail: EmailMessage) -> str:
        """Puts the message's bytes (RFC 5322) into the table `mailbox`."""
        with transaction() as session:
            session.add(MailboxItem(message_id=message_id, raw=wire(mail)))
        return "kept in the mailbox"


class SmtpTransport:
    """Hands the message to a mail server (RFC 5321): plain, with STARTTLS, or with TLS from the start."""

    def __init__(self, chosen: Settings) -> None:
        self._settings = chosen

    def send(self, message_id: UUID, mail: EmailMessage) -> str:  # noqa: ARG002 - the form of every transport
        """An answer of 5xx is final, anything else is tried again. Who cannot be reached, or does not let us in, is
        `Unreachable`: that is not about this message.
        """
        with self._opened() as server:
            try:
                server.send_message(mail)
            except smtplib.SMTPRecipientsRefused as error:
                code, said = next(iter(error.recipients.values()))
                raise _verdict(code, said) from error
            except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
                raise _verdict(error.smtp_code, error.smtp_error) from error
            except smtplib.SMTPNotSupportedError as error:
                raise Refused(str(error)) from error
            except (smtplib.SMTPException, OSError) as error:
                raise TryLater(f"{type(error).__name__}: {error}") from error
        return f"taken by {self._settings.smtp_host}"

    @contextmanager
    def _opened(self) -> Iterator[smtplib.SMTP]:
        """A server that has let us in; whatever it says when we leave changes nothing."""
        try:
            server = self._connect()
            self._sign_in(server)
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        try:
            yield server
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        host, port = self._settings.smtp_host or "", self._settings.smtp_port
        if self._settings.smtp_tls == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        if self._settings.smtp_tls == "starttls":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if self._settings.smtp_user:
            try:
                server.login(self._settings.smtp_user, self._settings.smtp_password or "")
            except BaseException:
                server.close()
                raise


def _verdict(code: int, said: bytes | str) -> Exception:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    sentence = f"{code} {text}"
    return Refused(sentence) if 500 <= code < 600 else TryLater(sentence)
