"""The activity log, for admins."""

from typing import Any

from sqlalchemy import select

from core.accounts.callers import Caller
from core.api.cursors import read_cursor, write_cursor
from core.api.endpoints import endpoint
from core.api.schemas.activity import ActivityFilter, ActivityList
from core.api.schemas.fields import instant, text_id
from core.kernel.activity import ActivityEntry
from core.kernel.db import db

_SAME = ("action", "actor_kind", "actor_id", "subject_kind", "subject_id", "operator_id")
_PLAIN = ("id", "actor_kind", "actor_id", "actor_label", "address", "action", "subject_kind", "subject_id", "reason",
          "before", "after")  # fmt: skip


@endpoint(
    "GET", "/activity-logs", access="activity.read", query=ActivityFilter, answer=ActivityList, errors=(400,)
)
def index(caller: Caller, query: ActivityFilter) -> Any:  # noqa: ARG001 - the access says it all
    """Who did what to which thing, newest first."""
    wanted = select(ActivityEntry).order_by(ActivityEntry.id.desc()).limit(query.limit + 1)
    for name in _SAME:
        value = getattr(query, name)
        if value is not None:
            wanted = wanted.where(getattr(ActivityEntry, name) == value)
    if query.since is not None:
        wanted = wanted.where(ActivityEntry.at >= query.since)
    if query.until is not None:
        wanted = wanted.where(ActivityEntry.at < query.until)
    if query.cursor:
        wanted = wanted.where(ActivityEntry.id < read_cursor(query.cursor, int)[0])
    found = list(db.session.execute(wanted).scalars())
    page = found[: query.limit]
    more = write_cursor(page[-1].id) if len(found) > query.limit else None
    return {"entries": [_json(each) for each in page], "next_cursor": more}


def _json(each: ActivityEntry) -> dict[str, Any]:
    shown = {name: getattr(each, name) for name in _PLAIN}
    return {**shown, "at": instant(each.at), "operator_id": text_id(each.operator_id)}
