"""How often one address may try: sign-ins, pairing codes, searches.

Counted in Redis, so that all web processes count together, or in memory while Redis is away: selling never waits
for it. Tests and load generators switch it off with the configuration `RATE_LIMITS`.
"""

import time
from functools import cache

import structlog
from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from core.kernel.context import settings
from core.kernel.errors import DomainError

log = structlog.get_logger(__name__)

SIGN_INS = "5 per minute"
PAIRINGS = "10 per minute"
LOOK_UPS = "10 per hour"
#: References typed at one kiosk, where many people stand one after the other, and tries of one and the same reference.
FOUND_AT_KIOSK = "30 per hour"
FOUND_OF_REFERENCE = "6 per hour"
#: Codes of vouchers, right or wrong: of one address, where many may stand behind one, and of one device or session.
VOUCHER_CODES_OF_ADDRESS = "60 per hour"
VOUCHER_CODES_OF_DEVICE = "12 per hour"
WAITING = "20 per hour"
#: Boards on walls: each asks six times a minute, and a station has one address for all of its own.
BOARD_LOOKS = "300 per minute"
GUEST_SEARCHES = "100 per hour"

#: Redis is asked again after so many seconds of silence.
_RETRY_AFTER = 10.0
_PATIENCE = 0.05


class TooManyRequests(DomainError):
    """Asked too often; in `retry_after` seconds it works again."""

    status = 429
    code = "rate_limited"
    message = "Too many requests. Please wait a moment."


class TooManyCodes(TooManyRequests):
    """Codes of vouchers were tried too often."""

    code = "too_many_voucher_codes"
    message = "Too many voucher codes were tried here. Please pay in another way, or try again in an hour."


class Counters:
    """The counts of one application."""

    def __init__(self, storage: str) -> None:
        self._memory = FixedWindowRateLimiter(MemoryStorage())
        self._shared = None if storage == "memory://" else FixedWindowRateLimiter(_redis(storage))
        self._silent_until = 0.0

    def count(self, item: RateLimitItem, purpose: str, who: str) -> float | None:
        """Count a try: None when it is allowed, else the seconds to wait."""
        if self._shared is not None and time.monotonic() >= self._silent_until:
            try:
                return _hit(self._shared, item, purpose, who)
            except Exception as error:  # noqa: BLE001 - whatever Redis says, memory counts on
                log.warning("rate_limit_storage_away", error=repr(error))
                self._silent_until = time.monotonic() + _RETRY_AFTER
        return _hit(self._memory, item, purpose, who)


def register(app: Flask) -> None:
    """Make the counters of this application. They are off in tests unless `RATE_LIMITS` says otherwise."""
    app.config.setdefault("RATE_LIMITS", not settings(app).testing)
    app.extensions["bookinghall_counters"] = Counters(settings(app).rate_limit_storage)


def throttle(purpose: str, rule: str, who: str | None) -> None:
    """Count one try of `who` (an address) for a purpose, by a rule such as "5 per minute".

    Raises TooManyRequests (429, `retry_after` in seconds).
    """
    if not who or not current_app.config["RATE_LIMITS"]:
        return
    counters: Counters = current_app.extensions["bookinghall_counters"]
    wait = counters.count(_item(rule), purpose, who)
    if wait is not None:
        raise TooManyRequests(retry_after=max(1, round(wait)))


def throttle_vouchers(address: str | None, device: str) -> None:
    """Count one try of a voucher's code, of an address and of a device. Raises TooManyCodes (429, `retry_after`)."""
    try:
        throttle("voucher-device", VOUCHER_CODES_OF_DEVICE, device)
        throttle("voucher-address", VOUCHER_CODES_OF_ADDRESS, address)
    except TooManyRequests as error:
        raise TooManyCodes(retry_after=error.details["retry_after"]) from None


def _hit(limiter: FixedWindowRateLimiter, item: RateLimitItem, purpose: str, who: str) -> float | None:
    if limiter.hit(item, purpose, who):
        return None
    return limiter.get_window_stats(item, purpose, who).reset_time - time.time()


@cache
def _item(rule: str) -> RateLimitItem:
    return parse(rule)


def _redis(storage: str):  # type: ignore[no-untyped-def]  # its class depends on the address
    return storage_from_string(storage, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
