"""A real mail server that keeps what it is sent."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession


@dataclass
class MailServer:
    """Listens on `host`:`port`; `messages` in order of arrival; `refuse` makes it answer with an error."""

    host: str
    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refuse: str | None = None
    """An SMTP answer such as "451 try later" that is given instead of taking the mail."""
    answer_after: float = 0
    """So many seconds after it has taken a mail it says so."""
    refuse_recipient: dict[str, str] = field(default_factory=dict)
    """Recipients that are refused by name, each with the answer."""

    hang_up_on: str | None = None
    """A recipient whose mail makes the server break off the connection."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse_recipient:
            return self.refuse_recipient[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return self.refuse
        if self.hang_up_on in envelope.rcpt_tos:
            _server.transport.close()
            return "421 gone"
        message: Any = message_from_bytes(envelope.original_content or b"", policy=default)
        self.messages.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        await asyncio.sleep(self.answer_after)
        return "250 taken"


def free_port() -> int:
    """A TCP port of this machine that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def smtp_server() -> Iterator[MailServer]:
    """A mail server on a free port of this machine."""
    server = MailServer("127.0.0.1", free_port())
    controller = Controller(server, hostname=server.host, port=server.port)
    controller.start()
    yield server
    controller.stop()
