"""A letter before it is written: the words of its kind and the parts that every mail is put together from.

The words of a kind are one template, `templates/mail/words/<kind>.txt`, of plain paragraphs in named blocks; the two
layouts put them and the parts into HTML and plain text. So both say the same, and a kind is a file of sentences.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from core.messages.letters import Attachment, Letter, Picture
from core.messages.own_rules import BadWords, fill, usable
from core.messages.own_words import Own, broken
from core.tickets.pages import render, surroundings, template_of
from core.tickets.pdf import pdf_of
from core.tickets.qr import png
from core.tickets.queries import TicketView
from core.tickets.view import Call, Sheet, sheets

#: Spaces that hold together what belongs together (``26,00 €``) are no such.
_SPACES = re.compile(r"[ \t\n]+")


class Signature(Protocol):
    """Who signs: an operator with its contacts."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str | None: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def url(self) -> str | None: ...
    @property
    def address(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the panel; ``more`` is written small under the value."""

    label: str
    value: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """From where to where; what ``was_...`` is shown struck through beside what is so now, and all of it when ``void``."""

    origin: Call
    destination: Call
    duration: str
    was_origin: Call | None = None
    was_destination: Call | None = None
    void: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """The one thing to touch."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Page:
    """What a letter shows. ``values`` are the names that the words of its ``kind`` use; ``receipt`` adds the price lines of
    the tickets. Tickets come with their codes as pictures and as a PDF for printing.
    """

    kind: str
    operator: Signature
    values: dict[str, Any]
    route: str | None = None
    way: Way | None = None
    facts: Sequence[Fact] = ()
    tickets: Sequence[TicketView] = ()
    receipt: bool = False
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a letter: a subject, a heading, what a list of mails shows of it, and paragraphs."""

    subject: str
    heading: str
    preview: str
    body: list[str]
    after: list[str]
    small: list[str]


def written(page: Page, language: str, own: Own | None = None) -> Letter:
    """The letter in both forms, in that language, with its pictures and files; `own` words take the place of ours."""
    return _put_together(page, language, words_said(page, language, own))


def written_with(page: Page, language: str, own: Own) -> Letter:
    """The same, for a preview: words that cannot be filled in raise `BadWords`."""
    return _put_together(page, language, with_own(_ours(page, language), own, page))


def _put_together(page: Page, language: str, said: Said) -> Letter:
    tickets = list(page.tickets)
    shown = _Shown(page, sheets(tickets, language, draw=_by_cid))
    pictures = [Picture(f"qr-{place}", png(each.qr)) for place, each in enumerate(tickets, start=1)]
    files = []
    if tickets:
        name = f"ticket-{shown.sheets[0].reference}.pdf"
        files.append(Attachment(name, pdf_of(tickets, language)))
    return Letter(
        subject=said.subject,
        plain=render("mail/layout.txt", language, said=said, page=shown),
        html=render("mail/layout.html", language, said=said, page=shown),
        pictures=pictures,
        attachments=files,
        reply_to=page.operator.email,
    )


class _Shown:
    """The page as the layouts read it, with its tickets in words."""

    def __init__(self, page: Page, shown: list[Sheet]) -> None:
        self.operator, self.route, self.way = page.operator, page.route, page.way
        self.facts, self.receipt, self.link = page.facts, page.receipt, page.link
        self.sheets = shown


def words_said(page: Page, language: str, own: Own | None = None) -> Said:
    """The words of a page's kind, in that language: the operator's `own` where they can be filled in, else ours."""
    ours = _ours(page, language)
    try:
        return with_own(ours, own, page) if own else ours
    except BadWords as error:
        broken(own, error)  # type: ignore[arg-type]  # only own words are bad
        return ours


def with_own(ours: Said, own: Own, page: Page) -> Said:
    """Our words with the operator's subject and paragraphs; what is small below them (terms) stays. Raises `BadWords`."""
    values = {**usable(page.values), "operator": page.operator.name}
    subject = " ".join(fill(own.subject, values).split())
    body = [" ".join(each.split()) for each in fill(own.body, values).split("\n\n") if each.strip()]
    if not subject or not body:
        raise BadWords(1, "Nothing is left of this.")
    return replace(ours, subject=subject, preview=body[0], body=body, after=[])


def _ours(page: Page, language: str) -> Said:
    template = template_of(f"mail/words/{page.kind.replace('.', '_')}.txt", language)
    context = template.new_context({**surroundings(language), **page.values})

    def block(name: str) -> list[str]:
        found = template.blocks.get(name)
        text = "".join(found(context)) if found else ""
        return [_SPACES.sub(" ", each).strip() for each in text.split("\n\n") if each.strip()]

    body, after = block("body"), block("after")
    preview = block("preview") or body or after
    return Said(
        " ".join(block("subject")),
        " ".join(block("heading")),
        " ".join(preview[:1]),
        body,
        after,
        block("small"),
    )


def _by_cid(_text: str) -> str:
    """A mail shows the codes as pictures that come with it: the layout names them."""
    return ""
