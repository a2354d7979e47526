"""Turns a subject, two bodies and attachments into a mail (RFC 5322) that no name can break.

Headers go through `EmailMessage`, which refuses line breaks and encodes every alphabet; texts that people typed are
freed of control characters before.
"""

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from core.messages.errors import Refused

#: What a name before the @ cannot have without quotes (RFC 5322), and nobody's has.
_SPECIALS = frozenset('()<>[]:;@\\,"')


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
    own = _sender(sender)
    _set(message, "From", own.display_name, own)
    message["To"] = _plain(recipient)
    _set(message, "Subject", one_line(letter.subject))
    message["Date"] = format_datetime(moment)
    message["Message-ID"] = f"<{name}@{own.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    _add_reply_to(message, letter.reply_to)
    message.set_content(printable(letter.plain), cte="quoted-printable")
    message.add_alternative(printable(letter.html), subtype="html", cte="quoted-printable")
    _add_pictures(message, letter.pictures)
    for each in letter.attachments:
        message.add_attachment(each.pdf, maintype="application", subtype="pdf", filename=each.filename)
    return message


def wire(message: EmailMessage) -> bytes:
    """The mail's bytes (RFC 5322), with addresses beyond ASCII where there are some (RFC 6532)."""
    return message.as_bytes(policy=SMTP.clone(utf8=not str(message["To"]).isascii()))


def one_line(text: str, limit: int = 200) -> str:
    """A text for a header: control characters, line breaks and half characters are gone, long ones cut."""
    return " ".join(printable(text).split())[:limit]


def printable(text: str) -> str:
    """The text without control characters (line breaks stay) and without half surrogates, which no mail can carry."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _set(message: EmailMessage, header: str, text: str, address: Address | None = None) -> None:
    """Set a header whose text may be of any alphabet (RFC 2047); `text` is one line.

    `EmailMessage` folds by itself, but loses or adds spaces between words that it encodes (seen in Python 3.11), so
    the older `Header` does the encoding here.
    """
    if text.isascii():
        message[header] = address or text
        return
    encoded = Header(text, "utf-8", header_name=header).encode()
    message.set_raw(header, f"{encoded} <{address.addr_spec}>" if address else encoded)


def _add_pictures(message: EmailMessage, pictures: Sequence[Picture]) -> None:
    body = message.get_body(("html",))
    if not isinstance(body, EmailMessage):
        raise TypeError("a mail has an HTML body")
    for each in pictures:
        body.add_related(
            each.png, "image", "png", cid=f"<{each.name}>", filename=f"{each.name}.png", disposition="inline"
        )


def _sender(text: str) -> Address:
    """The office's own address, with or without a name before it."""
    name, plain = parseaddr(text)
    return Address(one_line(name), addr_spec=_plain(plain).addr_spec)


def _plain(text: str) -> Address:
    """One address and nothing beside it; beyond ASCII as RFC 6531 and IDNA have it. Raises `Refused`."""
    try:
        found = Address(addr_spec=text) if text.isascii() else _beyond_ascii(text)
    except (ValueError, MessageError, IndexError, AttributeError) as error:
        raise Refused(f"Not an e-mail address: {one_line(text, 80)}") from error
    if not found.username or not found.domain or any(c.isspace() for c in text):
        raise Refused(f"Not an e-mail address: {one_line(text, 80)}")
    return found


def _beyond_ascii(text: str) -> Address:
    username, _, domain = text.rpartition("@")
    if printable(username) != username or set(username) & _SPECIALS:
        raise ValueError("characters that a name before the @ cannot have")
    return Address(username=username, domain=domain.encode("idna").decode())


def _add_reply_to(message: EmailMessage, text: str | None) -> None:
    """Where answers go; an operator's address that cannot be one is left out, the mail goes all the same."""
    with suppress(Refused):
        if text:
            message["Reply-To"] = _plain(text)
