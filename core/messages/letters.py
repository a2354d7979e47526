"""Turns a subject, two bodies and attachments into a mail (RFC 5322) that no name can break.

Headers go through `EmailMessage`, which refuses line breaks and encodes every alphabet; texts that people typed are
freed of control characters before.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from core.messages.errors import Refused


@dataclass(frozen=True, slots=True)
class Picture:
    """An image inside the HTML body, referred to as ``cid:<name>``."""

    name: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Attachment:
    """A PDF file beside the text."""

    filename: str
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said, in both forms, with what belongs to it."""

    subject: str
    plain: str
    html: str
    pictures: Sequence[Picture] = ()
    attachments: Sequence[Attachment] = ()
    reply_to: str | None = None


def mail(letter: Letter, sender: str, recipient: str, name: str, moment: datetime) -> EmailMessage:
    """The letter as a mail. `name` makes its Message-ID, the same for the same letter. Raises `Refused`.

    Refused is an address that cannot be one, and nothing else: subjects and bodies are made harmless.
    """
    message = EmailMessage(policy=SMTP)
    own = _address(sender)
    message["From"] = own
    message["To"] = _address(recipient)
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = f"<{name}@{own.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.reply_to:
        message["Reply-To"] = _address(letter.reply_to)
    message.set_content(printable(letter.plain), cte="quoted-printable")
    message.add_alternative(printable(letter.html), subtype="html", cte="quoted-printable")
    _add_pictures(message, letter.pictures)
    for each in letter.attachments:
        message.add_attachment(each.pdf, maintype="application", subtype="pdf", filename=each.filename)
    return message


def one_line(text: str, limit: int = 200) -> str:
    """A text for a header: control characters, line breaks and half characters are gone, long ones cut."""
    return " ".join(printable(text).split())[:limit]


def printable(text: str) -> str:
    """The text without control characters (line breaks stay) and without half surrogates, which no mail can carry."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _add_pictures(message: EmailMessage, pictures: Sequence[Picture]) -> None:
    body = message.get_body(("html",))
    if not isinstance(body, EmailMessage):
        raise TypeError("a mail has an HTML body")
    for each in pictures:
        body.add_related(
            each.png, "image", "png", cid=f"<{each.name}>", filename=f"{each.name}.png", disposition="inline"
        )


def _address(text: str) -> Address:
    name, plain = parseaddr(text)
    try:
        found = Address(one_line(name), addr_spec=plain)
    except (ValueError, MessageError, IndexError) as error:
        raise Refused(f"Not an e-mail address: {one_line(text, 80)}") from error
    if not found.username or not found.domain:
        raise Refused(f"Not an e-mail address: {one_line(text, 80)}")
    return found
