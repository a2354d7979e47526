"""Pure rules of tickets: their numbers, how references are written for people, how long a ticket is good."""

from datetime import datetime, timedelta

from core.kernel.codes import check_character, is_checked, plain, random_code

NUMBER_LENGTH = 12

#: A ticket is good from a day before its departure to a day after its arrival, so that a long delay spoils none.
EARLY = timedelta(hours=24)
LATE = timedelta(hours=24)


def new_number() -> str:
    """A random ticket number: 11 characters and a check character (31^11 is 2.5e16 numbers)."""
    body = random_code(NUMBER_LENGTH - 1)
    return body + check_character(body)


def plain_number(typed: str) -> str | None:
    """A typed ticket number without spaces, dashes and lower case, or None when it cannot be one."""
    number = plain(typed)
    return number if is_checked(number, NUMBER_LENGTH) else None


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
