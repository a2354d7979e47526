"""Rules of selling, pure: limits, times, references. No I/O."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from core.booking.errors import BadPassenger, NoMoreExtensions, SalesClosed, SeatTwice, TooManySeats
from core.booking.requests import PassengerRequest
from core.kernel.codes import ALPHABET, check_character, is_checked, plain, random_code

EPOCH = date(2024, 1, 1)
_MAX_TEXT = 200
#: Control characters, and halves of characters that cannot be stored.
_UNUSABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def make_reference(prefix: str, day: date) -> str:
    """A booking reference of 12 characters: prefix, 3 for the day, 7 random, 1 check.

    31**7 (2.7e10) random values a day and prefix; uniqueness is the database's.
    """
    days = max(0, (day - EPOCH).days) % 31**3
    stem = ALPHABET[days // 961] + ALPHABET[days // 31 % 31] + ALPHABET[days % 31]
    body = prefix + stem + random_code(7)
    return body + check_character(body)


def is_reference(text: str) -> bool:
    """Whether the text, without spaces and dashes and in capitals, is a well-formed reference."""
    return is_checked(plain(text), 12)


def check_passengers(passengers: Iterable[PassengerRequest], max_seats: int, types: Iterable[str]) -> None:
    """Refuse no passenger, too many, one seat twice, unknown types and texts that are too long."""
    passengers = tuple(passengers)
    if not passengers:
        raise BadPassenger("Please choose at least one seat.", field="passengers")
    if len(passengers) > max_seats:
        raise TooManySeats(f"At most {max_seats} seats can be held in one reservation.", max_seats=max_seats)
    if len({p.seat_id for p in passengers}) < len(passengers):
        raise SeatTwice
    known = frozenset(types)
    for place, passenger in enumerate(passengers):
        if passenger.type not in known:
            raise BadPassenger(
                f"The passenger type must be one of {', '.join(sorted(known))}.", field=_at(place, "type")
            )
        clean_text(passenger.full_name, _at(place, "full_name"))


def clean_text(value: str | None, field: str, limit: int = _MAX_TEXT) -> str | None:
    """A text that people typed: trimmed, None when empty. Refuses control characters and excessive length."""
    trimmed = " ".join((value or "").split())
    if len(trimmed) > limit:
        raise BadPassenger(f"This text is longer than {limit} characters.", field=field)
    if _UNUSABLE.search(trimmed):
        raise BadPassenger("This text has characters that cannot be used.", field=field)
    return trimmed or None


def check_required(fields: Iterable[str], passenger: PassengerRequest, place: int) -> None:
    """Refuse when the policy asks this channel for a detail that is not there. A trailing ``?`` makes one optional."""
    for name in fields:
        if name.endswith("?") or name in {"type", "email", "phone"}:
            continue
        value = passenger.full_name if name == "full_name" else passenger.details.get(name)
        if not (value or "").strip():
            raise BadPassenger(f"{name.replace('_', ' ').capitalize()} is missing.", field=_at(place, name))


def check_sales_open(now: datetime, boarding_at: datetime, sales_close_minutes: int) -> None:
    """Refuse when sales have closed; they close so many minutes before departure at the boarding stop."""
    if now >= boarding_at - timedelta(minutes=sales_close_minutes):
        raise SalesClosed


def last_moment(boarding_at: datetime, sales_close_minutes: int) -> datetime:
    """No hold outlasts the departure at its boarding stop, or the close of sales where those go on after the start."""
    return boarding_at + timedelta(minutes=max(0, -sales_close_minutes))


def extended(expires_at: datetime, extensions: int, minutes: int, at_most: int, last: datetime) -> datetime:
    """The new end of a hold: minutes are added to the old end, not to now, but not beyond the ``last`` moment.

    Raises NoMoreExtensions, also when no time is left to give.
    """
    end = min(expires_at + timedelta(minutes=minutes), last)
    if extensions >= at_most or end <= expires_at:
        raise NoMoreExtensions
    return end


def with_grace(now: datetime, expires_at: datetime, minutes: int, last: datetime) -> datetime:
    """A payment begun within the hold keeps it until ``minutes`` from now or the ``last`` moment, if that is later."""
    return max(expires_at, min(now + timedelta(minutes=minutes), last))


def journey_label(origin: str, destination: str) -> str:
    """How a stretch is named in price lines and tickets."""
    return f"{origin} – {destination}"


def _at(place: int, name: str) -> str:
    return f"passengers.{place}.{name}"
