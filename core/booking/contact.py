"""Where a ticket is sent: checked before it is kept."""

import re

from email_validator import EmailNotValidError, validate_email

from core.booking.errors import BadPassenger

_PHONE = re.compile(r"^\+?\d{10,15}$")


def check_email(value: str | None) -> str | None:
    """The address in its normal form, or None when empty. Whether it can receive is not asked of the network."""
    if not (value or "").strip():
        return None
    try:
        return validate_email((value or "").strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise BadPassenger("This e-mail address cannot be right.", field="contact_email") from None


def check_phone(value: str | None) -> str | None:
    """The number as digits, with a leading + if one was typed (10 to 15 digits), or None when empty."""
    plain = re.sub(r"[\s()./-]", "", value or "")
    if not plain:
        return None
    if not _PHONE.match(plain) or not plain.isascii():
        raise BadPassenger("A phone number has 10 to 15 digits.", field="contact_phone")
    return plain
