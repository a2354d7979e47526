"""Nudging: a wake-up call that costs next to nothing and never hurts."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from rq.job import Job
from rq.serializers import JSONSerializer

from core.app import create_app
from core.jobs.deliver import deliver
from core.jobs.queues import DELIVER, QUEUES, Breaker, nudge_outbox, queue_named
from core.kernel.db import transaction
from core.kernel.embedded import embedded_redis
from core.kernel.outbox import publish
from core.kernel.settings import Settings
from tests.support.mail import free_port


def app_towards(settings: Settings, redis_url: str | None) -> Flask:
    """An application of its own, with a breaker that has not seen anything yet."""
    return create_app(settings.model_copy(update={"redis_url": redis_url}))


@pytest.fixture
def app_here(settings: Settings, redis_url: str) -> Iterator[Flask]:
    made = app_towards(settings, redis_url)
    with made.app_context():
        yield made


def waiting(redis_url: str, queue: str = "mail") -> list[Job]:
    with Redis.from_url(redis_url) as connection:
        return list(queue_named(queue, connection).jobs)


def test_a_nudge_puts_the_delivery_on_its_queue(app_here: Flask, redis_url: str) -> None:
    assert nudge_outbox(42, "booking.confirmed")

    (job,) = waiting(redis_url)
    assert (job.func_name, job.args, job.id) == (DELIVER, [42], "outbox-42")
    assert job.serializer is JSONSerializer
    assert (job.result_ttl, job.failure_ttl) == (0, 86400)
    assert f"{deliver.__module__}.{deliver.__name__}" == DELIVER


def test_each_kind_goes_to_its_queue(app_here: Flask, redis_url: str) -> None:
    nudge_outbox(1, "refund.due")
    nudge_outbox(2, "seats.changed")
    nudge_outbox(3, "nobody.knows")

    assert [len(waiting(redis_url, queue)) for queue in QUEUES] == [0, 0, 1, 0]


def test_publishing_wakes_a_worker_once_it_is_committed(
    db_session: object, app: Flask, redis_url: str
) -> None:
    with transaction():
        event_id = publish("refund.due", {"refund_id": "x"})
        assert waiting(redis_url, "default") == []

    assert [job.args for job in waiting(redis_url, "default")] == [[event_id]]


def test_what_was_rolled_back_wakes_nobody(db_session: object, app: Flask, redis_url: str) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        publish("refund.due", {"refund_id": "x"})
        _ = 1 / 0

    assert waiting(redis_url, "default") == []


def test_without_redis_nothing_is_tried(settings: Settings) -> None:
    with app_towards(settings, None).app_context():
        assert not nudge_outbox(1, "booking.confirmed")


def test_a_dead_redis_costs_one_call_and_then_nothing(settings: Settings) -> None:
    with app_towards(settings, f"redis://127.0.0.1:{free_port()}/0").app_context():
        assert not nudge_outbox(1, "booking.confirmed")

        begun = time.perf_counter()
        for event_id in range(1000):
            assert not nudge_outbox(event_id, "booking.confirmed")

    assert time.perf_counter() - begun < 0.5


def test_a_silent_redis_is_left_quickly(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        with app_towards(settings, url).app_context():
            begun = time.perf_counter()
            assert not nudge_outbox(1, "booking.confirmed")

    assert time.perf_counter() - begun < 1


def test_it_comes_back_by_itself(settings: Settings, tmp_path: Path, run_folder: Path) -> None:
    folder = run_folder / f"redis-{tmp_path.name}"
    with embedded_redis(folder) as url:
        pass
    app = app_towards(settings, url)
    app.extensions["bookinghall_redis_breaker"] = Breaker(rest=0.1)
    with app.app_context():
        assert not nudge_outbox(1, "booking.confirmed")
        with embedded_redis(folder) as again:
            assert again == url
            time.sleep(0.15)
            assert nudge_outbox(1, "booking.confirmed")


class TestBreaker:
    def test_it_rests_after_a_failure_and_lets_one_try(self) -> None:
        breaker = Breaker(rest=0.05)
        breaker.failed()

        assert not breaker.allows()
        time.sleep(0.06)
        assert [breaker.allows() for _ in range(3)] == [True, False, False]

    def test_a_success_closes_it(self) -> None:
        breaker = Breaker(rest=60)
        breaker.failed()
        breaker.worked()

        assert all(breaker.allows() for _ in range(3))


def test_in_a_rush_only_some_are_sent_and_the_relay_has_the_rest(app_here: Flask, redis_url: str) -> None:
    sent = [nudge_outbox(number, "booking.confirmed") for number in range(100, 140)]
    assert 10 <= sum(sent) < 40
    assert sent[:10] == [True] * 10
