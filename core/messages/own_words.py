"""An operator's own words for a kind of letter and a language: versions, which one counts, and ours when it is broken."""

from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, func, select, update

from core.kernel.activity import Actor, record
from core.kernel.db import db, require_transaction, transaction
from core.kernel.errors import NotFound, RuleBroken
from core.kernel.ids import new_id
from core.kernel.languages import languages
from core.kernel.words import is_showable
from core.messages.events import operator_about
from core.messages.models import MessageTemplate
from core.messages.own_rules import MOST_TYPED, NAMES, BadWords, check
from core.timetable.models import Operator
from core.timetable.service import records

log = structlog.get_logger(__name__)

MOST_IN_SUBJECT = 300


@dataclass(frozen=True, slots=True)
class Own:
    """A subject and paragraphs with an empty line between them, not yet filled in; `name` says which, for the log."""

    subject: str
    body: str
    name: str = "draft"


def own_for(kind: str, subject_id: UUID, language: str) -> Own | None:
    """The words that the operator of this thing has for a letter of this kind, in this language or the one it is a
    variety of; None: ours.
    """
    operator_id = operator_about(kind, subject_id)
    wanted = list(dict.fromkeys((language, language.partition("_")[0])))
    found = select(MessageTemplate).where(
        MessageTemplate.operator_id == operator_id,
        MessageTemplate.kind == kind,
        MessageTemplate.language.in_(wanted),
        MessageTemplate.active,
    )
    rows = {row.language: row for row in db.session.execute(found).scalars()}
    row = next((rows[each] for each in wanted if each in rows), None)
    return (
        Own(row.subject, row.body, f"{operator_id} {kind} {row.language} version {row.version}")
        if row
        else None
    )


def save(operator_id: UUID, kind: str, language: str, own: Own, actor: Actor) -> UUID:
    """The next version of these words, which counts from now on; returns its id.

    Raises NotFound, and RuleBroken `bad_template` with the field (`subject` or `body`), the line and why.
    """
    checked = checked_words(kind, language, own)
    with transaction() as session:
        records.lock(Operator, operator_id, "There is no such operator.", beside_holds=True)
        before = _end(operator_id, kind, language)
        new = MessageTemplate(
            id=new_id(),
            operator_id=operator_id,
            kind=kind,
            language=language,
            version=_newest(operator_id, kind, language) + 1,
            subject=checked.subject,
            body=checked.body,
            created_by=actor.label,
        )
        session.add(new)
        record(
            actor, "template.changed", "template", new.id, operator_id=operator_id, before=before,
            after=_told(new),
        )  # fmt: skip
        return new.id


def end(operator_id: UUID, kind: str, language: str, actor: Actor) -> None:
    """Our words count again. Raises NotFound when the operator has none of its own."""
    with transaction():
        records.lock(Operator, operator_id, "There is no such operator.", beside_holds=True)
        before = _end(operator_id, kind, language)
        if before is None:
            raise NotFound("There are no words of your own for this letter.")
        record(
            actor, "template.ended", "template", operator_id, operator_id=operator_id, before=before,
            after={"kind": kind, "language": language},
        )  # fmt: skip


def checked_words(kind: str, language: str, own: Own) -> Own:
    """The words without spaces at their ends. Raises NotFound, and RuleBroken `bad_template`."""
    if kind not in NAMES or language not in languages():
        raise NotFound("There is no such letter.")
    subject, body = own.subject.strip(), own.body.replace("\r\n", "\n").strip()
    for field, text, most in (("subject", subject, MOST_IN_SUBJECT), ("body", body, MOST_TYPED)):
        if not text or len(text) > most or not is_showable(text.replace("\n", " ")):
            _refuse(field, f"This must be 1 to {most} characters that can be shown.")
        try:
            check(kind, text)
        except BadWords as error:
            _refuse(field, str(error))
    if "\n" in subject:
        _refuse("subject", "This must be one line.")
    return Own(subject, body)


def broken(own: Own, error: BadWords) -> None:
    """Say in the log that ours were used in place of these."""
    log.warning("own_words_broken", words=own.name, error=str(error))


def _refuse(field: str, why: str) -> None:
    raise RuleBroken(why, code="bad_template", field=field)


def _end(operator_id: UUID, kind: str, language: str) -> dict[str, object] | None:
    """Take away the version that counts; what it said."""
    ended = (
        update(MessageTemplate)
        .where(*_these(operator_id, kind, language), MessageTemplate.active)
        .values(active=False)
        .returning(MessageTemplate)
    )
    row = require_transaction().execute(ended).scalar_one_or_none()
    return _told(row) if row else None


def _newest(operator_id: UUID, kind: str, language: str) -> int:
    found = select(func.coalesce(func.max(MessageTemplate.version), 0))
    return int(require_transaction().execute(found.where(*_these(operator_id, kind, language))).scalar_one())


def _these(operator_id: UUID, kind: str, language: str) -> tuple[ColumnElement[bool], ...]:
    return (
        MessageTemplate.operator_id == operator_id,
        MessageTemplate.kind == kind,
        MessageTemplate.language == language,
    )


def _told(row: MessageTemplate) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("kind", "language", "version", "subject", "body")}
