"""The activity log."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime

from core.api.schemas.fields import Output, Page, Word


class ActivityFilter(Page):
    """Which deeds."""

    action: Word | None = None
    actor_kind: Word | None = None
    actor_id: Word | None = None
    subject_kind: Word | None = None
    subject_id: Word | None = None
    operator_id: UUID | None = None
    since: Annotated[AwareDatetime | None, "at or after"] = None
    until: Annotated[AwareDatetime | None, "before"] = None


class ActivityOut(Output):
    """Who did what to which thing, from which address."""

    id: int
    at: datetime
    actor_kind: str
    actor_id: str
    actor_label: str
    address: str | None
    action: str
    subject_kind: str
    subject_id: str
    operator_id: UUID | None
    reason: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ActivityList(Output):
    """Deeds, newest first."""

    entries: list[ActivityOut]
    next_cursor: str | None
