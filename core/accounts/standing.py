"""Whether a user may still come in, and as what: asked for every request, so remembered for a moment."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from core.accounts.models import User, UserStation
from core.accounts.remembered import Remembered
from core.kernel.db import db

#: The end of an account or a change of role works at the latest after so many seconds.
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What a request needs to know of its user."""

    user_id: UUID
    name: str
    role: str
    stations: frozenset[UUID]


_known: Remembered[UUID, Standing | None] = Remembered(SECONDS)


def standing(user_id: UUID) -> Standing | None:
    """The standing of an active user, or None. One query, remembered for `SECONDS`."""
    return _known.get(user_id, lambda: _read(user_id))


def forget_standing(user_id: UUID) -> None:
    """It has changed: this process reads it anew."""
    _known.forget(user_id)


def _read(user_id: UUID) -> Standing | None:
    row = db.session.execute(
        select(
            User.name,
            User.role,
            func.array_agg(UserStation.place_id).filter(UserStation.place_id.is_not(None)),
        )
        .outerjoin(UserStation, UserStation.user_id == User.id)
        .where(User.id == user_id, User.active)
        .group_by(User.id)
    ).one_or_none()
    return None if row is None else Standing(user_id, row[0], row[1], frozenset(row[2] or ()))
