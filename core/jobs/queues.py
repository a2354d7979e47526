"""Queues that wake workers. The outbox table is the truth: a lost nudge costs a second, never a message.

Selling never waits for Redis: calls time out after 50 ms, and after a failure none is made for two seconds.
"""

import threading
import time
from functools import lru_cache

import structlog
from flask import current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from core.jobs.handlers import HANDLERS
from core.kernel.context import settings

log = structlog.get_logger(__name__)

#: In the order in which workers look at them: what others' machines answer, or do not, comes last.
QUEUES = ("mail", "pdf", "default", "calls")
#: What an RQ job calls, with the id of an outbox row.
DELIVER = "core.jobs.deliver.deliver"
JOB_SECONDS = 120
FAILURE_TTL = 24 * 3600
_PATIENCE = 0.05
_REST = 2.0
_NUDGES_A_SECOND = 10.0


class Breaker:
    """Closed while all is well; after a failure it refuses for `rest` seconds, then lets the next one try."""

    def __init__(self, rest: float = _REST) -> None:
        self._rest = rest
        self._until = 0.0
        self._lock = threading.Lock()

    def allows(self) -> bool:
        """Whether a call may be made now. Of those waiting for the end of a rest, one is let through."""
        now = time.monotonic()
        with self._lock:
            if now < self._until:
                return False
            if self._until:
                self._until = now + self._rest
            return True

    def failed(self) -> None:
        with self._lock:
            self._until = time.monotonic() + self._rest

    def worked(self) -> None:
        if self._until:
            with self._lock:
                self._until = 0.0


class Bucket:
    """Lets through `rate` a second, as many at once when it was quiet for a second."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._left = rate
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def takes(self) -> bool:
        """Whether there is one left for this call."""
        with self._lock:
            now = time.monotonic()
            self._left = min(self._rate, self._left + (now - self._at) * self._rate)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True


def nudge_outbox(event_id: int, kind: str) -> bool:
    """Ask a worker to deliver this outbox row now; whether that was possible. Never raises, never waits long.

    In a rush only the first ten a second of a process are sent: the relay brings the others within a second, and selling
    does not spend its time on telling.

    Kinds that no worker handles (live deltas) are left to their reader.
    """
    handler = HANDLERS.get(kind)
    breaker = _breaker()
    if handler is None or not settings().redis_url or not breaker.allows() or not _bucket().takes():
        return False
    try:
        enqueue(event_id, handler.queue)
    except (RedisError, OSError) as error:
        breaker.failed()
        log.warning("redis_away", error=repr(error))
        return False
    breaker.worked()
    return True


def enqueue(event_id: int, queue: str) -> None:
    """Put the delivery of an outbox row on a queue. Twice is harmless: the second finds the row taken.

    Raises RedisError.
    """
    connection = _impatient(settings().redis_url or "")
    queue_named(queue, connection).enqueue_call(
        DELIVER,
        args=(event_id,),
        job_id=f"outbox-{event_id}",
        timeout=JOB_SECONDS,
        result_ttl=0,
        failure_ttl=FAILURE_TTL,
        description=f"outbox {event_id}",
    )


def queue_named(name: str, connection: Redis) -> Queue:
    """The queue of that name, with the one serializer that web, cron and workers share."""
    return Queue(name, connection=connection, serializer=JSONSerializer)


def _breaker() -> Breaker:
    """One for each application, so that one with a dead Redis does not silence another."""
    found: Breaker = current_app.extensions.setdefault("bookinghall_redis_breaker", Breaker())
    return found


def _bucket() -> Bucket:
    found: Bucket = current_app.extensions.setdefault("bookinghall_nudge_bucket", Bucket(_NUDGES_A_SECOND))
    return found


@lru_cache(maxsize=4)
def _impatient(url: str) -> Redis:
    return Redis.from_url(
        url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=Retry(NoBackoff(), 0)
    )
