"""Pure rules of tickets: their numbers, how references are written for people, how long a ticket is good.

Numbers use 31 characters that nobody mistakes for one another (no 0 O 1 I L). The last one is a check character:
a weighted sum modulo 31, a prime, so that every single wrong character and every swap of neighbours is noticed.
"""

import secrets
from datetime import datetime, timedelta

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
NUMBER_LENGTH = 12

#: A ticket is good from a day before its departure to a day after its arrival, so that a long delay spoils none.
EARLY = timedelta(hours=24)
LATE = timedelta(hours=24)

_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def new_number() -> str:
    """A random ticket number: 11 characters and a check character (31^11 is 2.5e16 numbers)."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH - 1))
    return body + check_character(body)


def check_character(body: str) -> str:
    """The character that makes `body` verifiable; KeyError for one outside the alphabet. At most 30 characters."""
    total = sum(weight * _VALUE[character] for weight, character in enumerate(body, start=2))
    return ALPHABET[total % len(ALPHABET)]


def plain_number(typed: str) -> str | None:
    """A typed ticket number without spaces, dashes and lower case, or None when it cannot be one."""
    text = "".join(typed.split()).replace("-", "").upper()
    if len(text) != NUMBER_LENGTH or any(character not in _VALUE for character in text):
        return None
    return text if check_character(text[:-1]) == text[-1] else None


def grouped_number(number: str) -> str:
    """In fours, as it is printed and read out: ``4KX7-QM2T-RA9B``."""
    return "-".join(number[at : at + 4] for at in range(0, len(number), 4))


def grouped_reference(reference: str) -> str:
    """A booking reference as people read it: prefix, day, random part, check (``B-4KX-7QM2TRA-9``); a PNR as it is."""
    if len(reference) != 12:
        return reference
    return "-".join((reference[0], reference[1:4], reference[4:11], reference[11]))


def validity(departure_at: datetime, arrival_at: datetime) -> tuple[datetime, datetime]:
    """First and last moment (UTC) at which a gate lets the ticket through."""
    return departure_at - EARLY, arrival_at + LATE
