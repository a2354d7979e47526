"""Where a ticket is sent: checked before it is kept."""

import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from core.booking.errors import BadPassenger

#: Names as nearly everybody has them: nothing about them needs to be looked at twice.
_PLAIN_NAME = re.compile(r"[a-z0-9]+(?:[._+-][a-z0-9]+)*")
_LONGEST_NAME, _LONGEST = 64, 254
_PHONE = re.compile(r"^\+?\d{10,15}$")


def check_email(value: str | None) -> str | None:
    """The address in its normal form, or None when empty. Whether it can receive is not asked of the network."""
    address = (value or "").strip()
    if not address:
        return None
    name, _, domain = address.partition("@")
    try:
        if len(name) <= _LONGEST_NAME and len(address) <= _LONGEST and _PLAIN_NAME.fullmatch(name):
            return f"{name}@{_domain(domain)}"
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        raise BadPassenger("This e-mail address cannot be right.", field="contact_email") from None


@lru_cache(maxsize=1_000)
def _domain(domain: str) -> str:
    """The domain in its normal form: there are few of them, and checking one takes a while. Raises EmailNotValidError."""
    return validate_email(f"name@{domain}", check_deliverability=False).domain


def check_phone(value: str | None) -> str | None:
    """The number as digits, with a leading + if one was typed (10 to 15 digits), or None when empty."""
    plain = re.sub(r"[\s()./-]", "", value or "")
    if not plain:
        return None
    if not _PHONE.match(plain) or not plain.isascii():
        raise BadPassenger("A phone number has 10 to 15 digits.", field="contact_phone")
    return plain
