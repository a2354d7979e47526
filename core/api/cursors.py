"""Where the next piece of a list begins: opaque words that a client hands back."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.kernel.errors import Malformed


class BadCursor(Malformed):
    """Not one of ours."""

    code = "bad_cursor"
    message = "The cursor is not one of ours."


def write_cursor(*values: str | int) -> str:
    """A cursor that stands for these values."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type) -> list[Any]:
    """The values of a cursor, of exactly these kinds. Raises BadCursor."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise BadCursor from None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds):
        raise BadCursor
    if any("\x00" in value for value in values if isinstance(value, str)):
        raise BadCursor
    if any(abs(value) >= 2**63 for value in values if isinstance(value, int)):
        raise BadCursor
    return values


def as_id(text: str) -> UUID:
    """An id of a cursor. Raises BadCursor."""
    try:
        return UUID(text)
    except ValueError:
        raise BadCursor from None


def as_instant(text: str) -> datetime:
    """A moment of a cursor. Raises BadCursor."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadCursor from None
