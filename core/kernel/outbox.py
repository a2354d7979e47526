"""What must follow a commit is a row of the same transaction; whoever delivers it reads the row again.

A row carries a kind and ids, so that nothing down here has to know who will read it. Delivery is at least once:
a claim is a conditional UPDATE, and a claim that was not finished in time may be taken by another process.
"""

import json
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import BigInteger, Identity, Index, String, and_, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.clock import app_now
from core.kernel.db import Base, after_commit, db, require_transaction, run

#: A claim older than this belongs to a process that died.
CLAIM_LASTS = timedelta(seconds=60)
#: With at most ten minutes between them: a mail server may be away for a day.
MAX_ATTEMPTS = 150
_NUDGE = "bookinghall_outbox_nudge"


class Postponed(Exception):
    """Raised by a handler that knows when to try again: after `wait` (None: as usual). One that is not `counted` only had to
    wait its turn.
    """

    def __init__(self, why: str, wait: timedelta | None = None, *, counted: bool = True) -> None:
        super().__init__(why)
        self.wait = wait
        self.counted = counted


class OutboxEvent(Base):
    """One fact that somebody has still to be told of. `done_at` is set when that has happened."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "kind", "id", postgresql_where=text("done_at IS NULL")),
        Index("ix_outbox_done_at", "done_at", postgresql_where=text("done_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    due_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))
    claimed_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    done_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


_PUBLISH = "INSERT INTO outbox (kind, payload) VALUES (%(kind)s, %(payload)s::jsonb) RETURNING id"


def publish(kind: str, payload: dict[str, Any]) -> int:
    """Write the fact beside what made it true; returns the row's id. Workers are nudged after the commit."""
    (row,) = run(_PUBLISH, {"kind": kind, "payload": json.dumps(payload)}).fetchall()
    event_id = int(row.id)
    after_commit(lambda: nudge(event_id, kind))
    return event_id


def nudge(event_id: int, kind: str) -> None:
    """Wake whoever delivers: for `after_commit` of statements that wrote the outbox row themselves."""
    wake = current_app.extensions.get(_NUDGE)
    if wake is not None:
        wake(event_id, kind)


def nudge_with(extensions: dict[str, Any], wake: Callable[[int, str], object]) -> None:
    """Say how the application (its `extensions`) wakes workers; those live higher up, so they are handed in."""
    extensions[_NUDGE] = wake


def waiting(kinds: tuple[str, ...], limit: int = 200) -> list[tuple[int, str]]:
    """Ids and kinds of the facts that are due, unclaimed (or whose claimant died) and not given up."""
    rows = db.session.execute(
        select(OutboxEvent.id, OutboxEvent.kind)
        .where(OutboxEvent.kind.in_(kinds), _open())
        .order_by(OutboxEvent.id)
        .limit(limit)
    )
    return [(row.id, row.kind) for row in rows]


def claim(event_id: int) -> OutboxEvent | None:
    """Take one fact for delivery, or None when somebody else has it or had it. Call inside a transaction."""
    session = require_transaction()
    statement = (
        update(OutboxEvent)
        .where(OutboxEvent.id == event_id, _open())
        .values(claimed_at=app_now(), attempts=OutboxEvent.attempts + 1)
        .returning(OutboxEvent)
    )
    return session.execute(statement).scalar_one_or_none()


def finish(event_id: int) -> None:
    """The fact has been told. Call inside a transaction."""
    require_transaction().execute(
        update(OutboxEvent).where(OutboxEvent.id == event_id).values(done_at=app_now(), last_error=None)
    )


def postpone(event_id: int, error: Exception, attempts: int) -> None:
    """It did not work: try again when the error says so, else after 2, 4, 8 ... seconds, at most ten minutes. Call inside a
    transaction.
    """
    known = error if isinstance(error, Postponed) else Postponed("")
    wait = known.wait or timedelta(seconds=min(2**attempts, 600))
    said = f"{type(error).__name__}: {error}"
    require_transaction().execute(
        update(OutboxEvent)
        .where(OutboxEvent.id == event_id)
        .values(
            claimed_at=None,
            due_at=app_now() + wait,
            last_error=said[:1000],
            attempts=attempts if known.counted else attempts - 1,
        )
    )


def wake(kinds: Collection[str], holding: dict[str, str] | None = None) -> None:
    """What was postponed of these kinds (whose payload holds all of `holding`) is due now, in its old order. Call inside a
    transaction.
    """
    require_transaction().execute(
        update(OutboxEvent)
        .where(OutboxEvent.kind.in_(kinds), OutboxEvent.done_at.is_(None), OutboxEvent.claimed_at.is_(None))
        .where(OutboxEvent.due_at > app_now(), OutboxEvent.payload.contains(holding or {}))
        .values(due_at=app_now())
    )


def _open() -> Any:
    unclaimed = or_(OutboxEvent.claimed_at.is_(None), OutboxEvent.claimed_at < app_now() - CLAIM_LASTS)
    return and_(
        OutboxEvent.done_at.is_(None),
        OutboxEvent.due_at <= app_now(),
        OutboxEvent.attempts < MAX_ATTEMPTS,
        unclaimed,
    )
