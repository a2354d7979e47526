"""What can go wrong, in the user's words, with a code that stays the same for programs.

A service raises one of these; one place (`core.api.problems` and the error pages of `core.app`) turns it into an
answer. A constraint of the database that has a name becomes the error registered for that name, so that a
driver's text reaches nobody.
"""

from collections.abc import Callable
from typing import Any, ClassVar


class DomainError(Exception):
    """A rule that was not kept. ``message`` is for people, ``code`` for programs, ``status`` for HTTP."""

    status: ClassVar[int] = 422
    code: str = "rule_broken"
    message: str = "This is not possible."

    def __init__(self, message: str | None = None, *, code: str | None = None, **details: Any) -> None:
        self.message = message or self.message
        self.code = code or self.code
        self.details = details
        super().__init__(self.message)


class Malformed(DomainError):
    """The request cannot be read."""

    status = 400
    code = "malformed"
    message = "The request cannot be read."


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token is no longer good."""

    status = 401
    code = "unauthenticated"
    message = "Please sign in first."


class Forbidden(DomainError):
    """Signed in, but not allowed to do this."""

    status = 403
    code = "forbidden"
    message = "You are not allowed to do this."


class NotFound(DomainError):
    """There is no such thing, or it is not yours to see."""

    status = 404
    code = "not_found"
    message = "There is no such thing here."


class Conflict(DomainError):
    """Somebody else was first, or the thing is no longer in the state that this needs."""

    status = 409
    code = "conflict"
    message = "This is no longer possible in its present state."


class Gone(DomainError):
    """It was there, and its time has run out."""

    status = 410
    code = "gone"
    message = "This has run out."


class RuleBroken(DomainError):
    """Well-formed, but against a rule of the business."""


class Busy(Conflict):
    """The database waited too long for a lock that somebody else holds."""

    code = "busy"
    message = "Many people are buying here right now. Please try again."


class Unavailable(DomainError):
    """Something that this needs does not answer."""

    status = 503
    code = "unavailable"
    message = "This does not work at the moment. Please try again shortly."


_by_constraint: dict[str, Callable[[], DomainError]] = {}


def constraint_error(name: str, make: Callable[[], DomainError]) -> None:
    """Say which error a violation of the named constraint means."""
    _by_constraint[name] = make


def error_for_constraint(name: str | None) -> DomainError | None:
    """The error registered for a constraint, or None when nobody named it."""
    make = _by_constraint.get(name or "")
    return make() if make else None
