"""Putting away what has been told, so that the outbox stays small."""

from datetime import timedelta

from sqlalchemy import delete, or_

from core.jobs.handlers import NOT_FOR_WORKERS
from core.kernel.clock import app_now
from core.kernel.db import transaction
from core.kernel.outbox import OutboxEvent

KEPT = timedelta(days=1)


def drop_outbox() -> int:
    """Delete rows that were told more than a day ago, and live deltas that nobody watched; returns how many."""
    old = app_now() - KEPT
    unwatched = OutboxEvent.kind.in_(NOT_FOR_WORKERS) & (OutboxEvent.created_at < old)
    with transaction() as session:
        gone = session.execute(
            delete(OutboxEvent).where(or_(OutboxEvent.done_at < old, unwatched)).returning(OutboxEvent.id)
        )
        return len(gone.all())
