"""Text that people type: what is kept of it, and what nobody could read."""

import re
import unicodedata

#: Unicode's categories of what nobody can read: controls, half surrogates, private and unassigned characters.
_UNSHOWABLE = frozenset({"Cc", "Cs", "Co", "Cn"})
#: Marks of direction that nobody sees, which turn the words beside them around: left out.
_UNSEEN = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def in_one_line(text: str) -> str:
    """As it was typed, but for line breaks, repeated spaces and invisible marks of direction."""
    return " ".join(_UNSEEN.sub("", text).split())


def is_showable(text: str) -> bool:
    """Whether people can read all of it."""
    # Nearly every line is printable throughout, which is quick to see; the few others (spaces of other kinds) are not worse.
    return text.isprintable() or not any(unicodedata.category(char) in _UNSHOWABLE for char in text)
