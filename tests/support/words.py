"""All messages of what customers get, as the code and the templates say them, and what a catalogue makes of them."""

from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from core.kernel.languages import FOLDER
from core.kernel.settings import PROJECT_ROOT

#: Where the words of customers' documents are: the screens have words of their own.
PLACES = (
    "core/messages",
    "core/peripherals",
    "core/tickets",
    "templates/invoices",
    "templates/mail",
    "templates/tickets",
)
_METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
_OPTIONS = {"**.html": {"trimmed": "true"}, "**.txt": {"trimmed": "true"}}


def messages() -> Catalog:
    """A catalogue without translations of every message there is."""
    found = Catalog()
    for place in PLACES:
        rows: Any = extract_from_dir(
            PROJECT_ROOT / place, method_map=_METHODS, options_map=_OPTIONS, strip_comment_tags=True
        )
        for file, line, message, _comments, context in rows:
            found.add(message, locations=[(f"{place}/{file}", line)], context=context)
    return found


def catalogue(language: str) -> Catalog:
    """The translations of a language."""
    path: Path = FOLDER / f"{language}.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)
