"""Identifiers are made by the application, so that a row's id is known before it is written."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a UUIDv7 (RFC 9562): random, and sorted by the time it was made, which keeps indexes dense."""
    return uuid7()
