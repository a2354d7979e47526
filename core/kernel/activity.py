"""Who did what to which thing, from which address: an append-only record, written with the deed itself.

It keeps no personal value in clear: names, contacts and document numbers are left out (`PERSONAL`), the ids lead to
them for as long as they are kept.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.db import Base, run

PERSONAL = frozenset(
    {"name", "full_name", "first_name", "last_name", "email", "phone", "contact_email", "contact_phone",
     "contact_name", "document_number", "id_number", "date_of_birth", "details", "password_hash", "token_hash"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a kind (user, guest, kiosk, api, system), an id, a word for people, an address."""

    kind: str
    id: str
    label: str
    address: str | None = None


SYSTEM = Actor("system", "bookinghall", "Bookinghall")


class ActivityEntry(Base):
    """One deed. The database refuses to change or delete it (trigger `activity_log_append_only`)."""

    __tablename__ = "activity_log"
    __table_args__ = (
        Index("ix_activity_log_subject", "subject_kind", "subject_id"),
        Index("ix_activity_log_at", "at", postgresql_using="brin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(80))
    actor_label: Mapped[str] = mapped_column(String(120))
    address: Mapped[str | None] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(80))
    operator_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]


_WRITE = """
INSERT INTO activity_log (actor_kind, actor_id, actor_label, address, action, subject_kind, subject_id, operator_id,
  reason, before, after)
SELECT %(actor_kind)s, %(actor_id)s, %(actor_label)s, %(address)s, %(action)s, %(subject_kind)s, %(subject_id)s,
  %(operator_id)s::uuid, %(reason)s, %(before)s::jsonb, %(after)s::jsonb
"""


def write_statement(source: str = "") -> str:
    """The statement that writes a deed, for the driver, with the `parameters` of one.

    ``source`` is a row of the surrounding statement without which nothing is written.
    """
    return f"{_WRITE} FROM {source}" if source else _WRITE


def entry(actor: Actor, action: str, subject_kind: str, subject_id: object, **more: Any) -> dict[str, Any]:
    """The column values of a deed, for statements that write it together with the deed."""
    row = {
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_label": actor.label[:120],
        "address": actor.address,
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": str(subject_id),
        "operator_id": None,
        "reason": None,
        "before": None,
        "after": None,
    }
    for key, value in more.items():
        row[key] = without_personal(value) if key in ("before", "after") else value
    return row


def record(actor: Actor, action: str, subject_kind: str, subject_id: object, **more: Any) -> None:
    """Write a deed in the open transaction. ``more``: operator_id, reason, before, after (plain JSON values)."""
    run(_WRITE, parameters(actor, action, subject_kind, subject_id, **more))


def parameters(
    actor: Actor, action: str, subject_kind: str, subject_id: object, **more: Any
) -> dict[str, Any]:
    """For statements that write the deed together with what was done (see `write_statement`)."""
    row = entry(actor, action, subject_kind, subject_id, **more)
    return row | {name: _json(row[name]) for name in ("before", "after")}


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str)


def without_personal(value: Any) -> Any:
    """The same JSON value with personal fields replaced by a mark that says only that they were there."""
    if isinstance(value, dict):
        return {k: "•••" if k in PERSONAL and v else without_personal(v) for k, v in value.items()}
    if isinstance(value, list):
        return [without_personal(item) for item in value]
    return value
