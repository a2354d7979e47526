"""What each role may do, as one table, and the rules for what people type about themselves. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from uuid import UUID

from core.kernel.errors import Forbidden, RuleBroken

#: role -> what it may do beyond what everyone may (search, hold, pay and see what is one's own).
PERMISSIONS: dict[str, frozenset[str]] = {
    "guest": frozenset(),
    "customer": frozenset(),
    "kiosk": frozenset(),
    "gate": frozenset({"admin.enter", "bookings.read", "tickets.read", "tickets.scan", "passengers.read"}),
    "agent": frozenset(
        {"admin.enter", "bookings.read", "tickets.read", "tickets.scan", "passengers.read", "reservations.read",
         "bookings.cancel", "money.cash", "till.own", "messages.read", "messages.resend"}
    ),
    "manager": frozenset(
        {"admin.enter", "bookings.read", "tickets.read", "tickets.scan", "passengers.read", "reservations.read",
         "reservations.release", "bookings.cancel", "money.cash", "till.own", "till.manage", "payments.read", "payments.refund", "vouchers.manage", "messages.read",
         "messages.resend", "timetable.edit", "reports.read", "kiosks.manage", "jobs.read"}
    ),
    "admin": frozenset(
        {"admin.enter", "bookings.read", "tickets.read", "tickets.scan", "passengers.read", "reservations.read",
         "reservations.release", "bookings.cancel", "money.cash", "till.own", "till.manage", "payments.read", "payments.refund", "vouchers.manage", "messages.read",
         "messages.resend", "timetable.edit", "reports.read", "kiosks.manage", "jobs.read", "users.read", "users.manage",
         "api_keys.manage", "activity.read"}
    ),
}  # fmt: skip

#: Every permission there is.
ALL = frozenset[str]().union(*PERMISSIONS.values())
#: What a partner's API key may be given.
KEY_SCOPES = frozenset(
    {"bookings.read", "tickets.read", "tickets.scan", "passengers.read", "reservations.read", "timetable.edit",
     "reports.read"}
)  # fmt: skip
STAFF = frozenset({"agent", "gate", "manager", "admin"})

MIN_PASSWORD = 10
MAX_PASSWORD = 200
MAX_NAME = 200
_PHONE = re.compile(r"\+?[0-9]{10,15}")
_SEPARATORS = re.compile(r"[\s().\-/]")
#: Passwords that are tried first by everyone who guesses; the rest is a matter of length.
_COMMON = frozenset(
    {"password12", "password123", "passwordpassword", "1234567890", "12345678910", "0123456789", "qwertyuiop",
     "qwerty12345", "administrator", "bookinghall", "letmeinletmein", "iloveyou12", "welcome1234", "changeme123"}
)  # fmt: skip


def allowed(role: str, permission: str) -> bool:
    """Whether a role may do this. An unknown role may nothing; KeyError for a permission that nobody declared."""
    if permission not in ALL:
        raise KeyError(permission)
    return permission in PERMISSIONS.get(role, frozenset())


def in_scope(stations: Collection[UUID], places: Iterable[UUID]) -> bool:
    """Whether staff of these stations (none means all) work at one of the places."""
    return not stations or any(place in stations for place in places)


def require_scope(stations: Collection[UUID], places: Iterable[UUID]) -> None:
    """Raises Forbidden `other_station` when none of the places is among the stations."""
    if not in_scope(stations, places):
        raise Forbidden("This belongs to another station.", code="other_station")


def clean_name(value: str, field: str = "name") -> str:
    """A name in one line, 1 to 200 characters, in Unicode's composed form. Raises RuleBroken naming the field."""
    text = " ".join(unicodedata.normalize("NFC", value).split())
    if not text or len(text) > MAX_NAME:
        raise RuleBroken(
            f"Please give a name of 1 to {MAX_NAME} characters.", code="invalid_name", field=field
        )
    if any(unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn"} for char in text):
        raise RuleBroken(
            "The name contains characters that cannot be shown.", code="invalid_name", field=field
        )
    return text


def clean_phone(value: str | None, field: str = "phone") -> str | None:
    """10 to 15 digits with an optional plus, separators taken out; None for an empty one. Raises RuleBroken."""
    digits = _SEPARATORS.sub("", value or "")
    if not digits:
        return None
    if not _PHONE.fullmatch(digits):
        raise RuleBroken("Please give a phone number of 10 to 15 digits.", code="invalid_phone", field=field)
    return digits


def check_password(password: str, *, email: str = "", field: str = "password") -> None:
    """Long enough and not among the first guesses (NIST SP 800-63B: length, no composition rules).

    Raises RuleBroken `weak_password`.
    """
    if len(password) < MIN_PASSWORD:
        _weak(f"Please choose a password of at least {MIN_PASSWORD} characters.", field)
    if len(password) > MAX_PASSWORD:
        _weak(f"Please choose a password of at most {MAX_PASSWORD} characters.", field)
    if password.lower() in _COMMON | {email.lower()} or len(set(password)) < 4:
        _weak("This password is among the first that others would try. Please choose another.", field)


def check_role(role: str) -> str:
    """A role that a person can have. Raises RuleBroken `invalid_role`."""
    if role not in STAFF | {"customer"}:
        raise RuleBroken("There is no such role.", code="invalid_role", field="role")
    return role


def _weak(message: str, field: str) -> None:
    raise RuleBroken(message, code="weak_password", field=field)
