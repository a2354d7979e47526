"""The same request twice is done once: its answer is kept under the caller's key and given again.

A key belongs to one caller and one request (method, path, body). The row is written with stage `started` before the
work and `finished` with the answer after it; the same key with another request is a conflict.
Learned from the published behaviour of payment APIs; the header is draft-ietf-httpapi-idempotency-key-header.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Index, SmallInteger, String, delete, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column

from core.kernel.clock import app_now
from core.kernel.db import Base, db, transaction
from core.kernel.errors import Conflict

KEPT_FOR = timedelta(hours=24)
#: A request that has not answered for so long died; the next one with its key may do the work.
ABANDONED_AFTER = timedelta(seconds=60)


class IdempotencyKey(Base):
    """One remembered request."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_started_at", "started_at"),)

    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    stage: Mapped[str] = mapped_column(String(10), server_default="started")
    status: Mapped[int | None] = mapped_column(SmallInteger)
    answer: Mapped[Any | None] = mapped_column(JSONB)
    started_at: Mapped[datetime] = mapped_column(server_default=text("app_now()"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: an HTTP status and a JSON body."""

    status: int
    body: Any


def once(scope: str, key: str, request: bytes, work: Callable[[], Answer]) -> Answer:
    """Do ``work`` unless this caller has had it done under this key; then give the kept answer.

    An answer of 500 or above, and an exception, is not kept: the caller may try again.
    Raises Conflict `idempotency_key_reused` (other request) or `request_in_progress`.
    """
    digest = sha256(request).hexdigest()
    kept = _begin(scope, key, digest)
    if kept is not None:
        return kept
    try:
        answer = work()
    except BaseException:
        _forget(scope, key)
        raise
    if answer.status >= 500:
        _forget(scope, key)
    else:
        _finish(scope, key, answer)
    return answer


def _begin(scope: str, key: str, digest: str) -> Answer | None:
    with transaction() as session:
        stale = IdempotencyKey.started_at < app_now() - KEPT_FOR
        abandoned = (
            (IdempotencyKey.stage == "started")
            & (IdempotencyKey.started_at < app_now() - ABANDONED_AFTER)
            & (IdempotencyKey.request_hash == digest)
        )
        values = {"scope": scope, "key": key, "request_hash": digest}
        statement = insert(IdempotencyKey).values(**values)
        fresh = {
            "request_hash": digest,
            "stage": "started",
            "status": None,
            "answer": None,
            "started_at": app_now(),
        }
        mine = session.execute(
            statement.on_conflict_do_update(
                index_elements=["scope", "key"], set_=fresh, where=stale | abandoned
            ).returning(IdempotencyKey.key)
        ).scalar_one_or_none()
        return None if mine else _kept(scope, key, digest)


def _kept(scope: str, key: str, digest: str) -> Answer:
    row = db.session.execute(
        select(IdempotencyKey).where(IdempotencyKey.scope == scope, IdempotencyKey.key == key)
    ).scalar_one()
    if row.request_hash != digest:
        raise Conflict("This idempotency key was used for another request.", code="idempotency_key_reused")
    if row.stage != "finished" or row.status is None:
        raise Conflict("The same request is being worked on.", code="request_in_progress")
    return Answer(row.status, row.answer)


def _finish(scope: str, key: str, answer: Answer) -> None:
    with transaction() as session:
        session.execute(
            update(IdempotencyKey)
            .where(IdempotencyKey.scope == scope, IdempotencyKey.key == key)
            .values(stage="finished", status=answer.status, answer=answer.body)
        )


def _forget(scope: str, key: str) -> None:
    with transaction() as session:
        session.execute(
            delete(IdempotencyKey).where(IdempotencyKey.scope == scope, IdempotencyKey.key == key)
        )


def drop_old() -> int:
    """Delete keys past their time; returns how many. Called by cron."""
    with transaction() as session:
        old = delete(IdempotencyKey).where(IdempotencyKey.started_at < app_now() - KEPT_FOR)
        return len(session.execute(old.returning(IdempotencyKey.key)).all())
