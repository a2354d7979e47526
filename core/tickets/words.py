"""Words that come out of the database in English, in the language of the reader: types, lines of a price, reasons.

A price is frozen with the labels it was quoted with; what the code itself puts there is translated here, anything that
somebody typed stays as it is.
"""

import re
from gettext import NullTranslations

from core.pricing.rules import QuoteLine


def _(message: str) -> str:
    """Marks a message for the catalogues; it is translated where it is used."""
    return message


_TYPES = {
    "adult": (_("Adult"), _("1 adult")),
    "child": (_("Child"), _("1 child")),
    "infant": (_("Infant"), _("1 infant")),
    "senior": (_("Senior"), _("1 senior")),
    "student": (_("Student"), _("1 student")),
    "youth": (_("Youth"), _("1 young person")),
}
_PLATFORMS = {"Bay": _("Bay"), "Gate": _("Gate"), "Screen": _("Screen")}
_VOID = {
    "used": _("This ticket is used."),
    "cancelled": _("This ticket is cancelled."),
    "expired": _("This ticket is expired."),
}
#: Labels and reasons that are the same every time.
_SENTENCES = {
    each: each
    for each in (
        _("Booking fee"),
        _("Difference that is not charged"),
        _("Difference to the fare that was paid"),
        _("Part of the booking was cancelled."),
        _("Refund"),
        _("The amount was not the one to be paid."),
        _("The booking was cancelled."),
        _("The change could not be made any more, so the booking stays as it was."),
        _("The departure was cancelled."),
        _("The new departure is cheaper."),
        _("The new seats cost less."),
        _("The other part of the payment did not come."),
        _("The payment arrived after sales had closed."),
        _("The payment arrived after the time to pay, and the seats had been sold."),
        _("The payment was begun anew."),
        _("The reservation had been given up before the payment arrived."),
        _("This reservation was paid already."),
    )
}
#: Labels with a part that differs, which is put into the message by its name.
_PATTERNS = (
    (re.compile(r"Seat (?P<new>\S+) instead of (?P<old>\S+)"), _("Seat %(new)s instead of %(old)s")),
    (re.compile(r"Seat (?P<number>\S+)"), _("Seat %(number)s")),
    (re.compile(r"of which VAT (?P<rate>[\d.]+) %"), _("of which VAT %(rate)s %%")),
)


def passenger_type(words: NullTranslations, kind: str) -> str:
    """``adult`` as ``Adult``; a type of the operator's own as it was written."""
    known = _TYPES.get(kind)
    return words.gettext(known[0]) if known else kind.replace("_", " ").capitalize()


def platform_word(words: NullTranslations, word: str) -> str:
    """How a trade calls where one boards."""
    return words.gettext(_PLATFORMS.get(word, word))


def void_sentence(words: NullTranslations, status: str) -> str | None:
    """Why a ticket is no longer good; None for one that is."""
    known = _VOID.get(status)
    return words.gettext(known) if known else None


def sentence(words: NullTranslations, english: str) -> str:
    """A label or reason that the code wrote, translated; one that a person typed, as it is."""
    if english in _SENTENCES:
        return words.gettext(english)
    for pattern, message in _PATTERNS:
        found = pattern.fullmatch(english)
        if found:
            return words.gettext(message) % found.groupdict()
    return english


def line_label(words: NullTranslations, line: QuoteLine) -> str:
    """A line of a price: ``1 adult, Lisboa – Porto`` with the passenger in words, the journey as it is."""
    head, comma, journey = line.label.partition(", ")
    known = _TYPES.get(line.subject)
    if line.kind == "fare" and comma and known and head == f"1 {line.subject}":
        return f"{words.gettext(known[1])}{comma}{journey}"
    return sentence(words, line.label)
