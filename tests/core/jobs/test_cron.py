"""The loop itself: what is due runs, a fault stays alone, nothing runs after the end."""

import threading
from collections.abc import Iterator

import pytest

from core.jobs.cron import Cron, Task, standard_tasks
from tests.support.database import FreshDatabase


@pytest.fixture
def _office(fresh_database: FreshDatabase) -> Iterator[None]:
    with fresh_database.app.app_context():
        yield


@pytest.mark.usefixtures("_office")
class TestCron:
    def test_a_failing_task_does_not_stop_the_others(self) -> None:
        stop, done = threading.Event(), []

        def fails() -> None:
            raise RuntimeError("a fault")

        def works() -> None:
            done.append(1)
            stop.set()

        _run(stop, [Task("bad", 1, fails), Task("good", 1, works)])

        assert done == [1]

    def test_each_task_has_its_own_pace(self) -> None:
        stop, often, seldom = threading.Event(), [], []

        def first() -> None:
            often.append(1)
            if len(often) == 2:
                stop.set()

        _run(stop, [Task("seldom", 3600, lambda: seldom.append(1)), Task("often", 0.5, first)])

        assert (len(often), len(seldom)) == (2, 1)

    def test_nothing_runs_once_it_is_asked_to_stop(self) -> None:
        stop, done = threading.Event(), []
        stop.set()

        _run(stop, [Task("late", 1, lambda: done.append(1))])

        assert done == []

    def test_the_standard_tasks_all_run(self) -> None:
        for task in standard_tasks(threading.Event()):
            task.work()


def _run(stop: threading.Event, tasks: list[Task]) -> None:
    Cron(stop, tasks).run()


def test_holds_are_swept_every_thirty_seconds_and_the_relay_looks_every_second() -> None:
    paces = {task.name: task.seconds for task in standard_tasks(threading.Event())}

    assert (paces["expire"], paces["relay"]) == (30, 1)
