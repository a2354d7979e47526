"""The worker: takes deliveries from the queues, one after another, in its own process.

It works in the process itself, without a fork for each job: fonts and connections stay warm. Where Redis is away it
says so, waits, and comes back by itself.
"""

import signal
import time
from types import FrameType
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from core.jobs.queues import QUEUES, queue_named

log = structlog.get_logger(__name__)

_PAUSE = 1.0


class _Worker(SimpleWorker):
    """Remembers that it was asked to stop, even when Redis could not be told."""

    max_connection_wait_time = 5.0
    log_job_description = False
    stopping = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # rq has no types there


class Stopped(Exception):
    """The process was asked to end while it waited."""


def run_worker(redis_url: str) -> None:
    """Work until SIGTERM or SIGINT. Needs an application context; ends within a second unless a job is running."""
    connection = Redis.from_url(redis_url)
    try:
        while not _work(connection):
            _sleep()
    except Stopped:
        pass
    finally:
        connection.close()


def _work(connection: Redis) -> bool:
    """Work until told to stop (True) or until Redis goes away (False)."""
    _leave_at_once()
    try:
        connection.ping()
        queues = [queue_named(name, connection) for name in QUEUES]
        worker = _Worker(queues, connection=connection, serializer=JSONSerializer)
        log.info("worker_ready", queues=list(QUEUES))
        _until_stopped(worker)
        return worker.stopping
    except RedisError as error:
        log.warning("worker_waits_for_redis", error=str(error))
        return False


def _until_stopped(worker: _Worker) -> None:
    """Work. Who is stopped before RQ listens to signals ends what listens to Redis first: its thread would complain."""
    try:
        worker.work(logging_level="WARNING")
    except Stopped:
        worker.unsubscribe()  # type: ignore[no-untyped-call]  # rq has no types there
        raise


def _sleep() -> None:
    _leave_at_once()
    time.sleep(_PAUSE)


def _leave_at_once() -> None:
    """While it only waits, a signal ends it; RQ puts its own handlers in place when it works."""

    def leave(*_: Any) -> None:
        raise Stopped

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
