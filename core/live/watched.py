"""Which schedules anybody watches, in this process or another: nobody else needs to be told of their changes.

Each process marks in Redis what its browsers watch, before they get their first snapshot and then every few seconds; a mark
lasts a minute. Without Redis there is one process, which knows its own rooms. When Redis does not answer, everything counts
as watched.
"""

from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

LASTS_SECONDS = 60
_PATIENCE = 0.05
_PREFIX = "bookinghall-watched:"


class Watched:
    """`here` names the schedules that are watched in this process."""

    def __init__(self, here: Callable[[], Collection[UUID]], redis_url: str | None) -> None:
        self._here = here
        self._redis = _impatient(redis_url) if redis_url else None

    def mark(self, schedule_ids: Iterable[UUID]) -> None:
        """Tell the other processes that these are watched. Redis may be away: then this is done again soon."""
        if self._redis is None:
            return
        marks = self._redis.pipeline(transaction=False)
        for schedule_id in schedule_ids:
            marks.set(_key(schedule_id), 1, ex=LASTS_SECONDS)
        try:
            marks.execute()
        except (RedisError, OSError):
            return

    def mark_all(self) -> None:
        """The same for everything that is watched here."""
        self.mark(self._here())

    def among(self, schedule_ids: Collection[UUID]) -> list[UUID]:
        """Those of the schedules that somebody watches."""
        here = set(self._here())
        elsewhere = self._elsewhere([each for each in schedule_ids if each not in here])
        return [each for each in schedule_ids if each in here or each in elsewhere]

    def _elsewhere(self, schedule_ids: list[UUID]) -> set[UUID]:
        if self._redis is None or not schedule_ids:
            return set()
        try:
            marks = self._redis.mget([_key(each) for each in schedule_ids])
        except (RedisError, OSError):
            return set(schedule_ids)
        return {each for each, mark in zip(schedule_ids, marks, strict=True) if mark is not None}


def _impatient(url: str) -> Redis:
    return Redis.from_url(
        url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=Retry(NoBackoff(), 0)
    )


def _key(schedule_id: UUID) -> str:
    return f"{_PREFIX}{schedule_id}"
