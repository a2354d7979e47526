"""Passwords are kept as Argon2id hashes (RFC 9106; parameters of OWASP's password storage recommendation)."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: 19 MiB, two passes, one lane: strong enough, and a web process stays small.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """The hash to keep; it names its own parameters."""
    return _hasher.hash(_bytes(password))


def verify_password(password: str, kept: str | None) -> bool:
    """Whether this is the password of the kept hash. For None it takes the same time and says no."""
    try:
        _hasher.verify(kept if kept is not None else _nobodys(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def needs_rehash(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _hasher.hash(b"the password of somebody who is not there")


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
