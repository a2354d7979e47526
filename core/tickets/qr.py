"""The QR code of a ticket: facts and an Ed25519 signature that a scanner without a network can check.

Format 1, for other implementations. The text of the code is ``BH1.`` followed by base32 (RFC 4648, upper case, no
padding) of these bytes; every character is of QR's alphanumeric mode. Integers are unsigned, big-endian.

    bytes  content
    4      key id: the first 4 bytes of SHA-256 over the raw 32-byte public key
    16     ticket id (UUID)
    2      serial: which code of this ticket; a higher one, seen or downloaded, makes the lower ones void
    16     schedule id (UUID)
    2      from position, the stop where the passenger boards
    2      to position, the stop where the passenger alights
    4      valid from, seconds since 1970-01-01T00:00Z
    4      valid until, the same
    1      length n of the seat's number
    n      seat number in UTF-8, at most 32 bytes; n = 0 for a ticket without a seat
    64     Ed25519 signature (RFC 8032) over the ASCII bytes ``BH1.`` and all bytes before it

A text is accepted only if encoding its bytes again gives the very same text. No database here.
"""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from itertools import groupby
from typing import Any
from uuid import UUID

import qrcode
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pil import PilImage

from core.kernel.errors import DomainError

PREFIX = "BH1."
LONGEST_SEAT = 32
_HEAD = struct.Struct(">4s16sH16sHHIIB")
_SIGNATURE_BYTES = 64
_QUIET = 4
#: Any mask decodes alike; choosing the best of eight costs 20 ms and gains nothing on text that looks random.
_MASK = 3


class TicketUnreadable(DomainError):
    """The code is not one of a ticket."""

    code = "ticket_unreadable"
    message = "This is not a ticket code."


class TicketForged(DomainError):
    """The signature does not belong to these facts."""

    code = "ticket_forged"
    message = "This ticket was not issued here, or it was changed."


class UnknownTicketKey(TicketForged):
    """Signed with a key that this scanner does not know."""

    code = "ticket_key_unknown"
    message = "This ticket was signed with a key that is not known here."


@dataclass(frozen=True, slots=True)
class QrFacts:
    """What a ticket's code says. Times are aware UTC with whole seconds; `seat` is None without a seat."""

    ticket_id: UUID
    serial: int
    schedule_id: UUID
    seat: str | None
    from_position: int
    to_position: int
    valid_from: datetime
    valid_until: datetime


def sign(facts: QrFacts, key: Ed25519PrivateKey) -> str:
    """The text of the QR code. ValueError when a fact does not fit its field (see the module)."""
    body = _packed(facts, key_id(key.public_key()))
    return PREFIX + _base32(body + key.sign(PREFIX.encode() + body))


def verify(text: str, public_keys: Mapping[bytes, Ed25519PublicKey]) -> QrFacts:
    """The facts of a code signed by one of `public_keys` (by key id, see `key_id`).

    Raises `TicketUnreadable`, `UnknownTicketKey` or `TicketForged`; whether it is valid now or used is not asked here.
    """
    raw = _bytes_of(text)
    body, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
    key = public_keys.get(body[:4])
    if key is None:
        raise UnknownTicketKey
    try:
        key.verify(signature, PREFIX.encode() + body)
    except InvalidSignature:
        raise TicketForged from None
    return _unpacked(body)


def key_id(key: Ed25519PublicKey) -> bytes:
    """The first 4 bytes of SHA-256 over the raw public key."""
    return hashlib.sha256(key.public_bytes_raw()).digest()[:4]


def svg(text: str, label: str = "QR code of the ticket") -> str:
    """The code as an SVG element without a size of its own: black on white, quiet zone included, one path."""
    size, bars = drawing(text)
    path = "".join(f"M{x} {y}.5h{width}" for x, y, width in bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" aria-label="{label}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path stroke="#000" d="{path}"/></svg>'
    )


def drawing(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """The code as black bars one module high: side length in modules, quiet zone included, and (x, y, width) of each."""
    matrix = _code(text).modules
    bars = [bar for y, row in enumerate(matrix) for bar in _bars(row, y + _QUIET)]
    return len(matrix) + 2 * _QUIET, bars


def png(text: str, pixels_per_module: int = 8) -> bytes:
    """The code as a PNG picture, quiet zone included."""
    image = _code(text, pixels_per_module).make_image(image_factory=PilImage)
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _packed(facts: QrFacts, key: bytes) -> bytes:
    seat = (facts.seat or "").encode()
    if len(seat) > LONGEST_SEAT:
        raise ValueError(f"a seat number has at most {LONGEST_SEAT} bytes")
    try:
        head = _HEAD.pack(
            key, facts.ticket_id.bytes, facts.serial, facts.schedule_id.bytes, facts.from_position,
            facts.to_position, _seconds(facts.valid_from), _seconds(facts.valid_until), len(seat),
        )  # fmt: skip
    except struct.error as error:
        raise ValueError(f"a fact does not fit the code: {error}") from None
    return head + seat


def _unpacked(body: bytes) -> QrFacts:
    try:
        _, ticket, serial, schedule, start, end, since, until, length = _HEAD.unpack_from(body)
        seat = body[_HEAD.size :].decode()
    except (struct.error, UnicodeDecodeError):
        raise TicketUnreadable from None
    if len(body) != _HEAD.size + length:
        raise TicketUnreadable
    return QrFacts(
        UUID(bytes=ticket), serial, UUID(bytes=schedule), seat or None, start, end,
        datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC),
    )  # fmt: skip


def _seconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("times are aware")
    return int(moment.timestamp())


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def _bytes_of(text: str) -> bytes:
    encoded = text.removeprefix(PREFIX)
    try:
        raw = base64.b32decode(encoded + "=" * (-len(encoded) % 8))
    except (binascii.Error, ValueError):
        raise TicketUnreadable from None
    if len(raw) < _HEAD.size + _SIGNATURE_BYTES or PREFIX + _base32(raw) != text:
        raise TicketUnreadable
    return raw


def _code(text: str, pixels: int = 8) -> qrcode.QRCode[Any]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET, box_size=pixels, mask_pattern=_MASK)
    code.add_data(text)
    code.make(fit=True)
    return code


def _bars(row: Sequence[bool | None], y: int) -> Iterator[tuple[int, int, int]]:
    """The dark stretches of one row of modules."""
    x = 0
    for dark, stretch in groupby(row, bool):
        width = len(list(stretch))
        if dark:
            yield x + _QUIET, y, width
        x += width
