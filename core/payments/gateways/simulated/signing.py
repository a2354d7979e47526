"""How messages of the simulated gateway are signed: HMAC-SHA256 over the time and the body.

`X-Bookinghall-Signature: t=<unix seconds>,v1=<hex>`. The time is part of what is signed and may be five minutes
off, so that a message that somebody recorded cannot be played again later. Learned from Stripe's scheme.
"""

import hmac
import re
import time
from hashlib import sha256

from core.payments.gateways.base import BadSignature

HEADER = "X-Bookinghall-Signature"
TOLERANCE_SECONDS = 300
_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, body: bytes, at: float | None = None) -> str:
    """The header's value for this body, signed at `at` (unix seconds; now unless told)."""
    moment = int(time.time() if at is None else at)
    return f"t={moment},v1={_digest(secret, moment, body)}"


def check(secret: str, body: bytes, signature: str | None, now: float | None = None) -> None:
    """Raises BadSignature unless the header's value was made with this secret for this body, lately."""
    match = _FORM.fullmatch(signature or "")
    if match is None:
        raise BadSignature
    moment = int(match[1])
    if not hmac.compare_digest(_digest(secret, moment, body), match[2]):
        raise BadSignature
    if abs((time.time() if now is None else now) - moment) > TOLERANCE_SECONDS:
        raise BadSignature("The signature of this message is too old.")


def _digest(secret: str, moment: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()
