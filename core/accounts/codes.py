"""Random secrets: made here, shown once, kept as hashes."""

import secrets
from hashlib import sha256

from core.kernel.codes import ALPHABET, plain


def clean_code(typed: str) -> str:
    """The code that somebody typed, without blanks and hyphens, in capitals; "" when it cannot be one."""
    code = plain(typed)
    return code if set(code) <= set(ALPHABET) else ""


def new_secret(prefix: str) -> str:
    """A secret for machines, 256 random bits; the prefix says what it is for."""
    return f"{prefix}{secrets.token_urlsafe(32)}"


def hash_of(secret: str) -> str:
    """SHA-256 in hexadecimal: enough for a secret that nobody can guess."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
